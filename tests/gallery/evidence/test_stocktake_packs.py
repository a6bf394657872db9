"""The evidence pack of a signed stocktake: it adds up, forged numbers do not, and what came later is said."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from demeter.common.exceptions import ConflictError
from gallery.evidence.making import pack_of_stocktake
from gallery.evidence.verifier import verify
from photos.models import S3Image
from processing.review import corrections
from processing.trash import delete_photos, purge_expired
from stock.models import Stocktake, StocktakeLine
from stock.stocktakes import Place
from tests.factories import UserFactory
from tests.gallery.evidence.packs import (
    contents,
    correct,
    forged,
    in_json,
    in_table,
    make_count,
    order,
    read_rows,
    sell,
    sign_stocktake,
    stocktake_pack,
    tampered,
    without_row,
)
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.stock.recording import hand_count, hours_ago, photo, plants_of, record

pytestmark = pytest.mark.django_db


def bay(code: str, price: str | None = "0.50"):
    priced = {"product__price": Decimal(price), "product__currency": "EUR"} if price else {}
    return LocationConfigFactory(location=StorageLocationFactory(code=code, name=f"Bay {code}"), **priced)


@pytest.fixture
def photographed():
    return bay("N1-1")


@pytest.fixture
def session(photographed):
    photo(photographed, 20, hour=hours_ago(100))
    counted = make_count(photographed)
    correct(counted)
    sell(photographed, 2, hours=1)
    return counted


@pytest.fixture
def signed(session) -> Stocktake:
    """A bay by photo with a sale after it, one by hand, one that nobody counted, one without plants."""
    by_hand, missing = bay("N1-2", None), bay("N1-3")
    batch = record("plantar", plants_of(by_hand), 30, hour=hours_ago(60)).movements.get().batch
    hand_count(batch, 28, hour=hours_ago(2))
    record("plantar", plants_of(missing), 11, hour=hours_ago(60))
    bay("N1-4")
    return sign_stocktake()


@pytest.fixture
def pack(signed, tmp_path):
    return stocktake_pack(signed, tmp_path, originals=True)


def rows(pack, name):
    return read_rows(contents(pack)[name])


def test_signed_stocktake_adds_up(pack, session):
    checked = verify(str(pack))
    assert (checked.findings, checked.notes) == ([], [])
    facts = json.loads(contents(pack)["stocktake.json"])
    assert facts["signed_by"]["name"] == "Eva Sol"
    assert facts["total"] == {"bays": 4, "counted": 2, "expected": 59, "quantity": 43}
    bays = {row["location_code"]: row for row in rows(pack, "bays.csv")}
    assert [row["state"] for row in bays.values()] == ["photo", "hand", "missing", "missing"]
    first = bays["N1-1"]
    assert (first["photos"], first["counted"], first["quantity"]) == (str(session.original_image_id), "6", "4")
    assert (first["expected"], first["signed_off_by"], first["changed_since"]) == ("18", "Ana Luz", "no")
    assert (first["interval_low"], first["interval_high"], first["interval_basis"]) == ("6", "6", "checked")
    assert {row["kind"] for row in rows(pack, "ledger.csv")} >= {"foto", "ventas", "plantar", "conteo"}
    page = contents(pack)["report.html"].decode()
    for words in ("N1-3", "Not counted", "Eva Sol", "43", "7.50"):
        assert words in page
    assert page.count("</html>") == 1


def test_every_changed_missing_and_added_file_is_named(pack):
    for name, content in contents(pack).items():
        if name != "manifest.json":
            assert any(f.startswith(f"{name}: was changed") for f in tampered(pack, **{name: content + b" "}).findings)
            assert f"{name}: is missing" in tampered(pack, **{name: None}).findings
    assert tampered(pack, more=b"").findings == ["more: was added: the manifest does not name it"]


FORGERIES = [
    ("stocktake.json", in_json("total", "quantity", value=44), "the total (quantity) is given as 44"),
    ("stocktake.json", in_json("total", "bays", value=5), "the total (bays) is given as 5"),
    ("stocktake.json", in_json("total", "counted", value=3), "the total (counted) is given as 3"),
    ("stocktake.json", in_json("products", 0, "quantity", value=5), "expected, stock and value"),
    ("stocktake.json", in_json("products", 0, "value", value="99.00"), "expected, stock and value"),
    ("stocktake.json", in_json("signed_at", value="2020-01-01T00:00:00.000000Z"), "the stock is given as"),
    ("bays.csv", in_table("quantity", "5"), "expected and stock"),
    ("bays.csv", in_table("expected", "5"), "expected and stock"),
    ("bays.csv", in_table("counted", "5"), "the count is given as 5"),
    ("bays.csv", in_table("photos", "another"), "cannot be checked"),
    ("bays.csv", without_row("location_code", "N1-2"), "bays that stocktake.json and bays.csv do not name"),
    ("lines.csv", in_table("quantity", "5"), "the stock is given as 5"),
    ("lines.csv", in_table("expected", "5"), "what was expected is given as 5"),
    ("lines.csv", in_table("price", "0.60"), "expected, stock and value"),
    ("lines.csv", without_row("bay", "2"), "expected and stock"),
    ("ledger.csv", without_row("kind", "ventas"), "the stock is given as 4, but adds up to 6"),
    ("ledger.csv", in_table("kind", "ventas", where=("kind", "conteo")), "what was expected"),
]


def test_forged_numbers_do_not_add_up_although_the_manifest_agrees(pack, session):
    for name, change, words in FORGERIES:
        findings = forged(pack, name, change).findings
        assert any(words in finding for finding in findings), (name, words, findings)
    name = f"photos/{session.original_image_id}/photo.json"
    findings = forged(pack, name, in_json("stock", "plants", value=60)).findings
    assert "bays.csv: N1-1: the count is given as 6, but adds up to 60" in findings


def test_what_came_later_is_noted_and_the_signed_numbers_still_add_up(signed, session, photographed, tmp_path):
    user = UserFactory(supervisor=True)
    corrections.correct(image=session.original_image, user=user, action="add", class_id=0, x=0.7, y=0.7)
    for x in (0.8, 0.85):
        corrections.correct(image=session.original_image, user=user, action="add", class_id=0, x=x, y=0.3)
    make_count(bay("N1-5"), seen_hours_ago=2)
    path = stocktake_pack(signed, tmp_path)
    checked = verify(str(path))
    assert checked.findings == []
    assert checked.notes == ["bays.csv: N1-1: counted again or corrected after the signature; now 8"]
    [first, *_others] = rows(path, "bays.csv")
    assert (first["counted"], first["changed_since"], first["stock_differs_now_by"]) == ("6", "yes", "2")
    late = [
        row
        for row in rows(path, "ledger.csv")
        if row["recorded_at"] > json.loads(contents(path)["stocktake.json"])["signed_at"]
    ]
    assert [row["quantity"] for row in late] == ["1", "1"]


def test_sign_off_after_the_signature_changes_nothing(signed, session, tmp_path):
    corrections.reopen_count(image=session.original_image, user=UserFactory(supervisor=True))
    checked = verify(str(stocktake_pack(signed, tmp_path)))
    assert (checked.findings, checked.notes) == ([], [])


def test_photo_that_was_deleted_or_purged_is_noted(signed, session, tmp_path):
    delete_photos(image_ids=[session.original_image_id], user=UserFactory(supervisor=True))
    folder = f"photos/{session.original_image_id}"
    path = stocktake_pack(signed, tmp_path, originals=True)
    assert verify(str(path)).findings == []
    assert f"{folder}/original.jpg" in contents(path), "it is in the trash"
    S3Image.objects.filter(pk=session.original_image_id).update(deleted_at=timezone.now() - timedelta(days=31))
    assert purge_expired() == 1
    path = stocktake_pack(signed, tmp_path, originals=True)
    checked = verify(str(path))
    assert checked.findings == []
    assert f"{folder}/photo.json: the photo was deleted for good; its marks are not kept" in checked.notes
    assert f"{folder}/original.jpg" not in contents(path)


def test_part_of_the_nursery_has_its_own_bays_alone(session, photographed, tmp_path):
    make_count(bay("N2-1"))
    place = Place(area=photographed.location.storage_area)
    path = stocktake_pack(sign_stocktake(place), tmp_path)
    assert verify(str(path)).findings == []
    assert [row["location_code"] for row in rows(path, "bays.csv")] == ["N1-1"]
    assert {row["batch"] for row in rows(path, "ledger.csv")} == {StocktakeLine.objects.get().batch_code}


def test_visit_of_several_photos_adds_up(session, photographed, tmp_path):
    make_count(photographed, seen_hours_ago=2.9)
    path = stocktake_pack(sign_stocktake(), tmp_path)
    assert verify(str(path)).findings == []


def test_stocktake_without_bays_adds_up(tmp_path):
    assert verify(str(stocktake_pack(sign_stocktake(), tmp_path))).findings == []


def test_open_stocktake_has_no_pack(session):
    stocktake = Stocktake.objects.create(day=timezone.localdate(), counted_from=timezone.now(), opened_by=UserFactory())
    with pytest.raises(ConflictError, match="signed"):
        pack_of_stocktake(stocktake, order())


def test_queries_grow_with_the_photos_alone(signed, tmp_path, django_assert_max_num_queries):
    for number in range(6, 16):
        record("plantar", plants_of(bay(f"N1-{number}")), 11, hour=hours_ago(0))
    with django_assert_max_num_queries(60):
        stocktake_pack(signed, tmp_path)
