"""Evidence to make packs of, and ways to change a pack afterwards."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from gallery.evidence.making import Order, pack_of_count, pack_of_stocktake
from gallery.evidence.verifier import MANIFEST, Pack, verify
from locations.models import LocationConfig
from photos.models import S3Image
from photos.storage import object_store
from processing.models import Detection, ProcessingSession
from processing.review import corrections
from processing.review.outcome import record_stock
from stock.models import Stocktake
from stock.stocktakes import Place, close_stocktake, open_stocktake
from tests.factories import UserFactory
from tests.photos.files import make_picture
from tests.processing.factories import make_bed
from tests.stock.recording import hours_ago, record

PLANT, EMPTY, DEAD = range(3)


def make_count(config: LocationConfig, *, seen_hours_ago: float = 3, **columns: object) -> ProcessingSession:
    """Six plants, of which two are hidden, two empty places and a dead plant, in the stock; its original is in S3."""
    session = make_bed(*[PLANT] * 4, EMPTY, EMPTY, DEAD, location=config.location, estimated=6)
    Detection.objects.create(
        segment=session.segments.get(),
        class_id=PLANT,
        center_x_px=800,
        center_y_px=800,
        width_px=9,
        height_px=9,
        confidence=0.1,
        counted=False,
    )
    data = make_picture()
    S3Image.objects.filter(pk=session.original_image_id).update(
        storage_location=config.location,
        sha256=hashlib.sha256(data).hexdigest(),
        taken_at=timezone.now() - timedelta(hours=seen_hours_ago),
    )
    session.original_image.refresh_from_db()
    object_store.put_object(session.original_image.s3_key_original, data, content_type="image/jpeg")
    ProcessingSession.objects.filter(pk=session.pk).update(
        predicted_error=1.5,
        container_kind="segment",
        model_versions={"detector": "d" * 64, "segmenter": "s" * 64},
        parameters_hash="p" * 16,
        **columns,
    )
    session.refresh_from_db()
    record_stock(session, config, problem=None, user=None)
    return session


def correct(session: ProcessingSession, user=None) -> None:
    """One plant added, one removed, a dead one that lives, an undone one, and a note; then signed off."""
    image, user = session.original_image, user or UserFactory(supervisor=True, first_name="Ana", last_name="Luz")
    for action, class_id, x, y in (("add", PLANT, 0.5, 0.5), ("remove", PLANT, 0.1, 0.1), ("retype", PLANT, 0.46, 0.1)):
        corrections.correct(image=image, user=user, action=action, class_id=class_id, x=x, y=y)
    corrections.correct(image=image, user=user, action="add", class_id=PLANT, x=0.95, y=0.95)
    corrections.undo(image=image, user=user)
    corrections.note(image=image, user=user, text="=Behind the pillar")
    session.refresh_from_db()
    corrections.sign_off(image=image, user=user, seen=session.total_estimated)
    session.refresh_from_db()


def sign_stocktake(place: Place | None = None, *, hours: float = 5) -> Stocktake:
    """A stocktake of the last hours, signed now."""
    now, user = timezone.now(), UserFactory(supervisor=True, first_name="Eva", last_name="Sol")
    opened = open_stocktake(
        day=timezone.localdate(),
        counted_from=now - timedelta(hours=hours),
        end_of_day=now + timedelta(hours=1),
        place=place or Place(),
        user=user,
    )
    return close_stocktake(
        opened.stocktake.pk,
        end_of_day=now + timedelta(hours=1),
        user=user,
        accepts_gaps=True,
        find_signers=lambda sessions: dict.fromkeys(sessions, "Ana Luz"),
    )


def sell(config: LocationConfig, quantity: int, *, hours: float) -> None:
    record("ventas", config.batches.get(), quantity, hour=hours_ago(hours))


def order(*, originals: bool = False, language: str = "en") -> Order:
    return Order(user=UserFactory(), language=language, with_originals=originals, made_at=timezone.now())


def save(parts: Iterator[bytes], folder: Path) -> Path:
    path = folder / "pack.zip"
    path.write_bytes(b"".join(parts))
    return path


def count_pack(session: ProcessingSession, folder: Path, **wanted) -> Path:
    return save(pack_of_count(S3Image.objects.get(pk=session.original_image_id), order(**wanted)), folder)


def stocktake_pack(stocktake: Stocktake, folder: Path, **wanted) -> Path:
    found = Stocktake.objects.select_related("opened_by", "closed_by").get(pk=stocktake.pk)
    return save(pack_of_stocktake(found, order(**wanted)), folder)


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tampered(path: Path, **changed: bytes | None) -> Pack:
    """The pack with other contents, verified; None takes a file out. The manifest stays."""
    files = {**contents(path), **{name: content for name, content in changed.items() if content is not None}}
    kept = {name: content for name, content in files.items() if changed.get(name, b"") is not None}
    return verify(str(write(path.with_name("tampered.zip"), kept)))


def forged(path: Path, name: str, change: Callable[[bytes], bytes]) -> Pack:
    """The pack with one file changed and a manifest that says that all is right, verified."""
    files = contents(path)
    content = change(files[name])
    assert content != files[name], "nothing was changed"
    files[name] = content
    manifest = json.loads(files[MANIFEST])
    for entry in manifest["files"]:
        entry["bytes"] = len(files[entry["name"]])
        entry["sha256"] = hashlib.sha256(files[entry["name"]]).hexdigest()
    files[MANIFEST] = json.dumps(manifest).encode()
    return verify(str(write(path.with_name("forged.zip"), files)))


def in_json(*keys, value) -> Callable[[bytes], bytes]:
    """Sets one value."""

    def change(content: bytes) -> bytes:
        found = json.loads(content)
        inner = found
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return json.dumps(found).encode()

    return change


def in_table(column: str, value: str, *, where: tuple[str, str] | None = None) -> Callable[[bytes], bytes]:
    """Sets a cell of the first row, or of the first one that has a value in a column."""

    def change(content: bytes) -> bytes:
        rows = read_rows(content)
        row = next(row for row in rows if where is None or row[where[0]] == where[1])
        row[column] = value
        return write_rows(rows)

    return change


def without_row(column: str, value: str) -> Callable[[bytes], bytes]:
    """Leaves the first row with a value out."""

    def change(content: bytes) -> bytes:
        rows = read_rows(content)
        rows.remove(next(row for row in rows if row[column] == value))
        return write_rows(rows)

    return change


def read_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def write_rows(rows: list[dict[str, str]]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()
