"""The evidence pack of a count: what is in it, that each change is found, and that a forged number does not add up."""

import json
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from demeter.common.exceptions import NotFoundError, UnavailableError
from gallery.evidence import making, photos
from gallery.evidence.verifier import MANIFEST, verify
from locations.models import StorageLocation
from photos.models import S3Image
from photos.storage import object_store
from processing.models import EvidencePack, ProcessingSession
from processing.review import corrections
from stock.models import Calibration, StockCount
from tests.factories import UserFactory
from tests.gallery.evidence.packs import (
    contents,
    correct,
    count_pack,
    forged,
    in_json,
    in_table,
    make_count,
    order,
    read_rows,
    sell,
    tampered,
    without_row,
)
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed
from tests.stock.recording import hours_ago, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def config():
    return LocationConfigFactory(product__common_name="=Opuntia")


@pytest.fixture
def session(config) -> ProcessingSession:
    photo(config, 9, hour=hours_ago(100))
    counted = make_count(config)
    correct(counted)
    sell(config, 1, hours=50)
    return counted


@pytest.fixture
def pack(session, tmp_path):
    return count_pack(session, tmp_path, originals=True)


@pytest.fixture
def folder(session) -> str:
    return f"photos/{session.original_image_id}"


def test_pack_holds_what_the_number_rests_on_and_adds_up(pack, session, folder):
    checked = verify(str(pack))
    assert (checked.findings, checked.notes) == ([], [])
    files = contents(pack)
    assert sorted(files) == sorted(
        [
            *(f"{folder}/{name}" for name in ("photo.json", "detections.csv", "corrections.csv", "original.jpg")),
            *("ledger.csv", "report.html", "README.txt", "verify.py", MANIFEST),
        ]
    )
    facts = json.loads(files[f"{folder}/photo.json"])
    count = facts["count"]
    assert (count["model"]["estimated"], count["total"]["estimated"]) == (6, 6)
    assert (count["model"]["detected"], count["total"]["detected"], count["total"]["dead"]) == (4, 5, 0)
    assert count["signed_off_by"]["name"] == "Ana Luz"
    assert count["models"][0] == {"role": "detector", "sha256": "d" * 64, "file": None}
    assert count["interval"]["basis"] == "checked"
    assert facts["stock"]["plants"] == 6
    assert facts["stock"]["batches"][0]["balance"] == 6
    marks = read_rows(files[f"{folder}/detections.csv"])
    assert sorted(row["state"] for row in marks) == ["added", *["found"] * 5, "left_out", "removed", "retyped"]
    assert [row["undone_at"] != "" for row in read_rows(files[f"{folder}/corrections.csv"])] == [0, 0, 0, 1, 0]
    assert b"'=Behind the pillar" in files[f"{folder}/corrections.csv"], "no spreadsheet runs it"
    balances = [int(row["balance"]) for row in read_rows(files["ledger.csv"])]
    assert (balances[0], balances[-1]) == (9, 6)


def test_pack_of_a_calibrated_count_adds_up(config, tmp_path):
    row = Calibration.objects.create(
        model_version="d",
        product=config.product,
        packaging=config.packaging,
        factor=1.25,
        low=1.2,
        high=1.3,
        photos=7,
        error_before=0.2,
        error_after=0.02,
        verdict="used",
        created_at=timezone.now(),
    )
    session = make_count(config, calibration=row, uncalibrated=6, total_estimated=8)
    pack = count_pack(session, tmp_path)
    assert verify(str(pack)).findings == []
    files = contents(pack)
    count = json.loads(files[f"photos/{session.original_image_id}/photo.json"])["count"]
    assert count["calibration"] == {"before": 6, "factor": 1.25, "photos": 7, "calibration_id": row.pk}
    assert "The models estimated 6." in files["report.html"].decode()


def test_pack_that_was_made_is_on_record_for_ever(pack, session):
    [row] = EvidencePack.objects.all()
    assert (row.fingerprint, row.subject) == (verify(str(pack)).fingerprint, str(session.original_image_id))
    assert row.files == len(contents(pack)) - 1
    for change in (EvidencePack.objects.all().delete, lambda: EvidencePack.objects.update(files=1)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_program_in_the_pack_needs_nothing_but_python(pack, tmp_path):
    program = tmp_path / "elsewhere.py"
    program.write_bytes(contents(pack)["verify.py"])

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(program), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={})

    right = run(str(pack))
    assert (right.returncode, right.stderr) == (0, "")
    [fingerprint] = EvidencePack.objects.values_list("fingerprint", flat=True)
    assert f"fingerprint {fingerprint}" in right.stdout
    assert run(str(pack), "--fingerprint", fingerprint.upper()).returncode == 0
    wrong = run(str(pack), "--fingerprint", "0" * 64)
    assert wrong.returncode == 1
    assert "manifest.json: is not the one on record" in wrong.stdout
    assert run(str(program)).returncode == 2
    assert run(str(tmp_path / "nothing.zip")).returncode == 2


def test_command_verifies_without_the_database(pack, capsys, django_assert_num_queries):
    with django_assert_num_queries(0):
        call_command("verify_evidence", str(pack))
    assert "every number adds up" in capsys.readouterr().out
    tampered(pack, **{"ledger.csv": b"x"})
    with pytest.raises(CommandError):
        call_command("verify_evidence", str(pack.with_name("tampered.zip")))
    assert "ledger.csv: was changed" in capsys.readouterr().out


def test_every_changed_missing_and_added_file_is_named(pack, folder):
    for name, content in contents(pack).items():
        if name == MANIFEST:
            continue
        changed = bytes([content[0] ^ 1]) + content[1:]
        assert (
            f"{name}: was changed: its SHA-256 is not that of the manifest"
            in tampered(pack, **{name: changed}).findings
        )
        assert f"{name}: is missing" in tampered(pack, **{name: None}).findings
    added = tampered(pack, **{f"{folder}/more.jpg": b"more"}).findings
    assert added == [f"{folder}/more.jpg: was added: the manifest does not name it"]


FORGERIES = [
    ("photo.json", in_json("count", "total", "estimated", value=60), "estimated in all is given as 60"),
    ("photo.json", in_json("count", "total", "detected", value=7), "detected in all is given as 7"),
    ("photo.json", in_json("count", "model", "estimated", value=9), "estimated by the models is given as 9"),
    ("photo.json", in_json("count", "containers", 0, "corrected", "estimated", value=8), "estimated after corrections"),
    ("photo.json", in_json("count", "containers", 0, "model", "detected", value=5), "plants found is given as 5"),
    ("photo.json", in_json("count", "corrections", "add", value=3), "corrections in force (add)"),
    ("photo.json", in_json("count", "interval", "high", value=1), "outside its interval"),
    ("photo.json", in_json("stock", "plants", value=7), "the count in the stock is given as 7"),
    ("photo.json", in_json("stock", "batches", 0, "plants", value=7), "the count in the stock"),
    ("photo.json", in_json("stock", "batches", 0, "balance", value=7), "the stock is given as 7"),
    ("photo.json", in_json("stock", "visit", "plants", value=7), "the count of the visit is given as 7"),
    ("photo.json", in_json("file", "sha256", value="0" * 64), "is not the photo that was counted"),
    ("photo.json", in_json("count", "containers", value=7), "cannot be checked"),
    ("photo.json", lambda _: b"{", "cannot be checked"),
    ("original.jpg", lambda _: b"another picture", "is not the photo that was counted"),
    ("detections.csv", without_row("state", "found"), "plants found"),
    ("detections.csv", without_row("state", "added"), "after corrections"),
    ("detections.csv", in_table("container", "7"), "marks in containers that are not there"),
    ("detections.csv", in_table("state", "found", where=("state", "removed")), "after corrections"),
    ("corrections.csv", in_table("undone_at", "2026-01-01"), "corrections in force (add)"),
    ("corrections.csv", without_row("action", "note"), "corrections in force (note)"),
    ("ledger.csv", in_table("quantity", "90"), "the balance"),
    ("ledger.csv", in_table("balance", "90"), "the balance"),
    ("ledger.csv", in_table("quantity", "many"), "cannot be checked"),
    ("ledger.csv", without_row("kind", "ventas"), "the balance"),
    ("ledger.csv", in_table("batch", "another"), "batches that the count does not name"),
]


def test_forged_numbers_do_not_add_up_although_the_manifest_agrees(pack, folder):
    for name, change, words in FORGERIES:
        findings = forged(pack, name if name == "ledger.csv" else f"{folder}/{name}", change).findings
        assert any(words in finding for finding in findings), (name, words, findings)


def test_pack_without_originals_has_their_hashes(session, folder, tmp_path):
    files = contents(count_pack(session, tmp_path))
    assert f"{folder}/original.jpg" not in files
    assert json.loads(files[f"{folder}/photo.json"])["file"]["sha256"] == session.original_image.sha256


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (lambda image: object_store.OriginalLostError(object_store.ORIGINAL_LOST(photo=str(image.pk))), making.LOST),
        (lambda _image: UnavailableError("away"), making.UNREACHABLE),
    ],
)
def test_original_that_is_lost_is_noted(session, folder, tmp_path, monkeypatch, error, note):
    def fail(image):
        raise error(image)

    monkeypatch.setattr(making, "open_original", fail)
    path = count_pack(session, tmp_path, originals=True)
    file = json.loads(contents(path)[f"{folder}/photo.json"])["file"]
    assert (file["original"], file["note"]) == (None, note)
    assert verify(str(path)).findings == []


def test_large_originals_take_no_memory(session, monkeypatch):
    part = b"x" * 256 * 1024
    monkeypatch.setattr(making, "open_original", lambda _image: (part for _ in range(256)))
    list(making.pack_of_count(session.original_image, order()))  # templates are loaded, modules imported
    tracemalloc.start()
    size = sum(map(len, making.pack_of_count(session.original_image, order(originals=True))))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 64 * 1024**2
    assert peak < 8 * 1024**2


def test_counts_without_corrections_containers_or_stock_add_up(tmp_path):
    for number, session in enumerate((make_bed(0, 0, 1), make_bed(), make_bed(0, 2, estimated=9))):
        path = count_pack(session, tmp_path)
        assert verify(str(path)).findings == [], number


def test_plants_outside_all_containers_add_up(config, folder, session, tmp_path):
    corrections.correct(
        image=session.original_image, user=UserFactory(supervisor=True), action="add", class_id=0, x=0.97, y=0.97
    )
    path = count_pack(session, tmp_path)
    assert json.loads(contents(path)[f"{folder}/photo.json"])["count"]["containers"][1]["number"] is None
    assert verify(str(path)).findings == []


def test_visit_of_several_photos_adds_up(config, session, folder, tmp_path):
    make_count(config, seen_hours_ago=2.9)
    path = count_pack(session, tmp_path)
    facts = json.loads(contents(path)[f"{folder}/photo.json"])
    assert len(facts["stock"]["visit"]["photos"]) == 2
    assert verify(str(path)).findings == []


def test_photo_without_a_count_has_no_pack():
    image = ProcessingSessionFactory(failed=True).original_image
    with pytest.raises(NotFoundError, match="no count yet"):
        making.pack_of_count(image, order())
    assert not EvidencePack.objects.exists()


def test_pages_for_people_are_in_their_language(session, tmp_path):
    for language, words in (("en", "Evidence of a count"), ("es", '<html lang="es">')):
        files = contents(count_pack(session, tmp_path, language=language))
        assert words in files["report.html"].decode()
        for unsafe in ("<script", "http://127.0.0.1:9", "<link"):
            assert unsafe not in files["report.html"].decode()
        facts = json.loads(files[f"photos/{session.original_image_id}/photo.json"])
        assert facts["count"]["signed_off"] is True


def test_count_that_was_withdrawn_is_not_in_the_stock(session, folder, tmp_path):
    StockCount.objects.filter(session_id=session.session_id).update(withdrawn_at="2026-01-01T00:00Z")
    path = count_pack(session, tmp_path)
    assert json.loads(contents(path)[f"{folder}/photo.json"])["stock"] is None
    assert verify(str(path)).findings == []


def test_half_a_download_is_not_on_record(session):
    parts = making.pack_of_count(session.original_image, order())
    next(parts)
    parts.close()
    assert not EvidencePack.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("row", ["photo", "location"])
def test_nothing_changes_while_a_photo_is_read(config, monkeypatch, row):
    """Corrections, runs and counts lock the row of their photo or location; so does reading."""
    session = make_count(config)
    rows = {
        "photo": S3Image.objects.filter(pk=session.original_image_id),
        "location": StorageLocation.objects.filter(pk=config.location_id),
    }

    def change() -> None:
        try:
            with transaction.atomic():
                rows[row].select_for_update(nowait=True, no_key=True).get()
        finally:
            connection.close()

    monkeypatch.setattr(photos, "read_reviewed", lambda *_: ThreadPoolExecutor(1).submit(change).result())
    with pytest.raises(OperationalError, match="could not obtain lock"):
        photos.read_photo(session.original_image_id, with_ledger=True)
