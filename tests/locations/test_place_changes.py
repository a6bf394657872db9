"""Places made in one step and undone; on the real database with its triggers."""

import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from demeter.common.exceptions import ConflictError
from locations.building import Base, FirstNumbers, Pattern, PlannedPlace, plan_places
from locations.models import PlaceChange, StorageArea, StorageLocation, Warehouse
from locations.place_changes import make_places, record_change, undo_change
from locations.qr_codes import choose_qr_codes
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory, WarehouseFactory
from tests.photos.factories import S3ImageFactory

pytestmark = pytest.mark.django_db

PATTERNS = {
    "house": Pattern("G{house}", "Greenhouse {house}"),
    "bench": Pattern("G{house}-B{bench}", "Bench {bench}"),
    "bay": Pattern("G{house}-B{bench}-{bay:02}", "Bay {bay}"),
}

PATTERNS_OF_G1 = {
    "bench": Pattern("G1-B{bench}", "Bench {bench}"),
    "bay": Pattern("G1-B{bench}-{bay:02}", "Bay {bay}"),
}


def build(bays=((10,) * 4,) * 2, *, token=None, patterns=PATTERNS):
    plan = plan_places(bays, first=FirstNumbers(), patterns=patterns)
    return make_places(plan, warehouse_type="greenhouse", token=token or uuid.uuid4(), user=UserFactory())


def counts():
    return [model.objects.count() for model in (Warehouse, StorageArea, StorageLocation)]


def test_places_are_made_with_parents_and_qr_codes():
    change, is_new = build()
    assert is_new
    assert counts() == [2, 8, 80]
    bay = StorageLocation.objects.get(code="G2-B3-10")
    assert (str(bay), bay.qr_code, bay.polygon, bay.area_m2) == (
        "Greenhouse 2 - Bench 3 - Bay 10",
        "G2-B3-10",
        None,
        None,
    )
    assert list(map(len, (change.warehouse_ids, change.area_ids, change.location_ids))) == [2, 8, 80]


def test_the_same_token_makes_places_once():
    token = uuid.uuid4()
    first, _ = build(token=token)
    again, is_new = build(token=token)
    assert (again, is_new) == (first, False)
    assert counts() == [2, 8, 80]


def test_taken_codes_are_named_and_nothing_is_made():
    StorageLocationFactory(code="G1-B1-02")
    before = counts()
    with pytest.raises(ConflictError, match="G1-B1-02"):
        build()
    assert counts() == before
    assert not PlaceChange.objects.exists()


def test_qr_codes_are_valid_and_differ_from_all_others():
    StorageLocationFactory(qr_code="G1-B1-01")
    codes = ["A1", "G1-B1-01", "A-VERY-LONG-CODE-OF-A-BAY", "A1B2C3D4"]
    chosen = choose_qr_codes(codes)
    assert chosen[3] == "A1B2C3D4"
    assert chosen[0].startswith("A1-")
    assert "G1-B1-01" not in chosen
    assert len(set(chosen)) == 4
    assert all(8 <= len(code) <= 20 for code in chosen)


def test_undo_removes_exactly_what_was_made_and_once():
    other = StorageLocationFactory()
    change, _ = build()
    assert undo_change(change.pk).undone_at is not None
    assert counts() == [1, 1, 1]
    assert StorageLocation.objects.get() == other
    at = undo_change(change.pk).undone_at
    assert at == PlaceChange.objects.get().undone_at
    build()
    assert counts() == [3, 9, 81]


def test_undo_is_refused_with_what_is_in_the_way():
    change, _ = build()
    bays = list(StorageLocation.objects.order_by("pk")[:2])
    LocationConfigFactory(location=bays[0])
    S3ImageFactory(storage_location=bays[0])
    S3ImageFactory(storage_location=bays[1])
    with pytest.raises(ConflictError, match="2 photos") as refused:
        undo_change(change.pk)
    assert "1 location configuration" in refused.value.message
    assert counts() == [2, 8, 80]
    assert PlaceChange.objects.get().undone_at is None


def test_undo_is_refused_while_others_stand_inside():
    change, _ = build()
    StorageLocationFactory(storage_area=StorageArea.objects.get(code="G1-B1"))
    with pytest.raises(ConflictError, match="1 storage location"):
        undo_change(change.pk)


def test_undo_of_an_import_leaves_what_was_there_before():
    house = WarehouseFactory()
    bay = StorageLocationFactory(storage_area__warehouse=house)
    change = PlaceChange.objects.create(kind=PlaceChange.Kind.IMPORT)
    record_change(change, warehouses=[], areas=[bay.storage_area], locations=[bay])
    undo_change(change.pk)
    assert counts() == [1, 0, 0]


def test_undo_copes_with_places_that_were_deleted_meanwhile():
    change, _ = build()
    StorageLocation.objects.filter(code__startswith="G1").delete()
    undo_change(change.pk)
    assert counts() == [0, 0, 0]


def test_ten_thousand_bays_take_few_queries():
    with transaction.atomic(), CaptureQueriesContext(connection) as made:
        change, _ = build([[125] * 20] * 4)
    assert counts() == [4, 80, 10_000]
    assert len(made) < 40
    with CaptureQueriesContext(connection) as undone:
        undo_change(change.pk)
    assert counts() == [0, 0, 0]
    assert len(undone) < 30


def extend(base, bays, *, patterns):
    plan = plan_places(bays, first=FirstNumbers(bench=5, bay=11), patterns=patterns, base=base)
    return make_places(plan, warehouse_type="", token=uuid.uuid4(), user=UserFactory())[0]


def test_benches_are_added_to_a_greenhouse_and_undone_alone():
    build()
    change = extend(Base(PlannedPlace("G1", "x")), [[3, 2]], patterns=PATTERNS_OF_G1)
    assert counts() == [2, 10, 85]
    assert StorageArea.objects.get(code="G1-B5").warehouse.code == "G1"
    assert (change.warehouse_ids, len(change.area_ids), len(change.location_ids)) == ([], 2, 5)
    undo_change(change.pk)
    assert counts() == [2, 8, 80]


def test_bays_are_added_to_a_bench_and_stop_the_undo_of_the_first_step():
    first, _ = build()
    base = Base(PlannedPlace("G1", "x"), PlannedPlace("G1-B1", "x"))
    extend(base, [[2]], patterns={"bay": Pattern("G1-B1-{bay}", "Bay {bay}")})
    assert counts() == [2, 8, 82]
    assert StorageLocation.objects.get(code="G1-B1-12").storage_area.code == "G1-B1"
    with pytest.raises(ConflictError, match="2 storage locations"):
        undo_change(first.pk)


def test_places_in_a_greenhouse_that_was_deleted_meanwhile_are_refused():
    with pytest.raises(ConflictError, match="G9 no longer exists"):
        extend(Base(PlannedPlace("G9", "x")), [[1]], patterns=PATTERNS_OF_G1)
    assert counts() == [0, 0, 0]
    assert not PlaceChange.objects.exists()
