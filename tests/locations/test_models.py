import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from locations.models import ContainerType, StorageLocation, Warehouse
from tests.locations.factories import (
    LocationConfigFactory,
    ProductFactory,
    StorageLocationFactory,
    WarehouseFactory,
    square,
)

pytestmark = pytest.mark.django_db


def test_location_is_named_by_warehouse_area_and_itself():
    assert str(StorageLocationFactory()) == "Warehouse A - Rack 3 - Shelf 2"


def test_location_table_is_the_one_of_the_specification():
    assert StorageLocation._meta.db_table == "storage_locations"
    assert StorageLocation._meta.pk.get_internal_type() == "AutoField"


def test_save_measures_the_polygon():
    location = StorageLocationFactory(side_m=3)
    assert location.area_m2 == pytest.approx(9, rel=1e-4)
    location.polygon = square(side_m=4)
    location.save(update_fields=["polygon"])
    location.refresh_from_db()
    assert location.area_m2 == pytest.approx(16, rel=1e-4)


def test_save_refuses_a_polygon_that_is_none():
    with pytest.raises(ValueError, match="Polygon"):
        WarehouseFactory(polygon={"type": "Point", "coordinates": [0, 0]})
    with pytest.raises(ValidationError, match="geometry must be one Polygon"):
        Warehouse(code="W", name="W", polygon={"type": "Point"}).clean_fields()


def test_codes_are_stripped_and_upper_cased():
    warehouse = WarehouseFactory(code=" nave-1 ")
    assert warehouse.code == "NAVE-1"
    assert Warehouse.objects.get(code="nave-1") == warehouse


def test_codes_are_unique_whatever_their_case():
    ProductFactory(sku="mam-elo")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProductFactory(sku="MAM-ELO")


def test_database_itself_refuses_lower_case_and_short_qr_codes():
    location = StorageLocationFactory()
    rows = StorageLocation.objects.filter(pk=location.pk)
    with pytest.raises(IntegrityError, match="qr_code_length"), transaction.atomic():
        rows.update(qr_code="SHORT")
    with pytest.raises(IntegrityError, match="outline_sane"), transaction.atomic():
        rows.update(area_m2=0)


def test_places_without_a_polygon_have_no_outline():
    location = StorageLocationFactory(polygon=None)
    location.full_clean()
    assert (location.area_m2, location.centre, location.known_polygon) == (None, None, location.storage_area.polygon)
    location.polygon = square(side_m=3)
    location.save(update_fields=["polygon"])
    location.refresh_from_db()
    assert location.area_m2 == pytest.approx(9, rel=1e-4)
    location.polygon = None
    location.save(update_fields=["polygon"])
    location.refresh_from_db()
    assert (location.polygon, location.min_lon, location.area_m2) == (None, None, None)
    with pytest.raises(IntegrityError, match="outline_sane"), transaction.atomic():
        StorageLocation.objects.filter(pk=location.pk).update(area_m2=5)


def test_codes_are_sorted_as_people_count():
    for code in ("B10-2", "B2-10", "B2-9", "B1", "B", "B002-9X"):
        StorageLocationFactory(code=code)
    codes = StorageLocation.objects.order_by("sort_key").values_list("code", flat=True)
    assert list(codes) == ["B", "B1", "B2-9", "B002-9X", "B2-10", "B10-2"]


def test_the_order_of_places_is_not_that_of_the_database():
    """The usual collation of a server (en_US, ICU) ignores dashes at first: A-2, A1, A-10."""
    for code in ("A-10", "A1", "A01", "A-2", "A.1", "A_1"):
        StorageLocationFactory(code=code)
    codes = StorageLocation.objects.order_by("sort_key").values_list("code", flat=True)
    assert list(codes) == ["A-2", "A-10", "A.1", "A01", "A1", "A_1"], "and the code decides between A01 and A1"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation"
            " JOIN pg_class ON pg_class.oid = attrelid"
            " WHERE attname = 'sort_key' AND collname = 'C' AND relkind = 'r'"
        )
        assert cursor.fetchone() == (3,)


def test_qr_code_is_optional_for_any_number_of_locations():
    StorageLocationFactory.create_batch(2, qr_code=None)


def test_what_history_needs_cannot_be_deleted():
    config = LocationConfigFactory()
    for row in (config.location, config.product, config.packaging, config.location.storage_area.warehouse):
        with pytest.raises(ProtectedError):
            row.delete()


def test_container_grid_fills_its_capacity():
    ContainerType.objects.create(code="T1", name="Tray", kind="plug", rows=8, columns=16, capacity=128)
    ContainerType.objects.create(code="T2", name="Pots", kind="segment")
    for wrong in (
        {"rows": 8, "columns": 16, "capacity": 100},
        {"rows": 8},
        {"rows": 8, "columns": 16},
        {"kind": "bag"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ContainerType.objects.create(**({"code": "T3", "name": "Tray", "kind": "plug"} | wrong))
