"""Backup and restore: the database, originals, previews, pictures of notes and of imported data sets, trained models,
and what waits in staging, in one folder.

`manage.py backup` and `restore` call this. Photos may be uploaded meanwhile: the database is dumped first, and
originals never change, so every file that the dump names can be copied. A second backup into the same folder copies and
hashes only new files; a restore hashes everything. Thumbnails and annotated pictures are left out; they are made again
when somebody looks at them.

A restore writes the files first and the database last, in one transaction. Until then nobody sees a photo, and an
interrupted restore can be run again.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from demeter.common.database_dump import dump_database, restore_database
from demeter.common.loops import do_each
from photos.ingest.storing import original_metadata
from photos.models import S3Image, S3ImageQuerySet
from photos.storage import bucket, keys, object_store

# No other columns are read, so that an odd value elsewhere cannot stop the backup.
NEEDED_COLUMNS = (
    "s3_key_original",
    "s3_key_preview",
    "staging_name",
    "content_type",
    "sha256",
    "file_size_bytes",
    "original_filename",
    "uploaded_by_user",
    "created_at",
)
# Objects that no row of a photo names; they never change.
OTHER_OBJECTS = (keys.NOTES, keys.DATA_SETS, keys.MODELS)
DATABASE, INDEX, OBJECTS, STAGED, MANIFEST = "database.dump", "photos.jsonl", "objects", "staged", "manifest.json"


class BackupError(Exception):
    """The reason why the backup or restore cannot run; nothing was overwritten."""


@dataclass(frozen=True)
class Report:
    """Photos in the backup, and files copied now. `faulty` are the photos whose original was lost or changed."""

    photos: int
    files: int
    faulty: tuple[str, ...]


def make_backup(folder: Path) -> Report:
    """Write the current state into `folder`, next to or over an earlier backup.

    Raises:
        DumpError: the database could not be dumped; an earlier backup is unchanged.
        UnavailableError: S3 cannot be reached; copied files stay, and a second run continues.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump, index, began = folder / f"{DATABASE}.new", folder / f"{INDEX}.new", timezone.now()
    dump_database(dump)
    with index.open("w") as lines:
        images = S3Image.objects.photos().filter(purged_at=None, created_at__lt=began)
        report = _copy_photos(folder, lines, images, faulty_before=_read_faulty(folder))
        report = replace(report, files=report.files + _copy_others(folder))
    dump.replace(folder / DATABASE)
    index.replace(folder / INDEX)
    manifest = {"version": settings.VERSION, "made_at": began.isoformat(), **asdict(report)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return report


def restore_backup(folder: Path) -> Report:
    """Restore what `make_backup` wrote, into a Demeter without photos.

    Raises:
        BackupError: the folder has no complete backup, or this Demeter has photos.
        UnavailableError: S3 cannot be reached; the database is unchanged, run it again.
        DumpError: the database could not be restored; it is unchanged.
    """
    if not (folder / MANIFEST).is_file():
        raise BackupError(f"There is no finished backup in {folder}.")
    if S3Image.objects.exists():
        raise BackupError("There are photos in this database. Restore into an empty one.")
    bucket.ensure_bucket()
    photos, files, faulty = 0, 0, []
    with (folder / INDEX).open() as lines:
        for photo in map(json.loads, lines):
            photos += 1
            files += _put_photo(folder, photo)
            if not _is_whole(folder, photo):
                faulty.append(photo["image_id"])
    files += _put_others(folder)
    restore_database(folder / DATABASE)
    _forget_derived()
    return Report(photos, files, tuple(faulty))


# --- Backup ---------------------------------------------------------------------------------------------------------
def _read_faulty(folder: Path) -> set[str]:
    """The photos whose original an earlier backup into this folder found faulty."""
    manifest = folder / MANIFEST
    return set(json.loads(manifest.read_text())["faulty"]) if manifest.is_file() else set()


def _copy_photos(folder: Path, index: TextIO, images: S3ImageQuerySet, *, faulty_before: set[str]) -> Report:
    needed = images.order_by("pk").only(*NEEDED_COLUMNS).iterator()
    copied, failed = do_each(
        needed,
        lambda image: _copy_photo(folder, index, image, faulty_before=faulty_before),
        failing="a photo could not be backed up",
    )
    faulty = [image_id for _files, image_id in copied if image_id] + [str(image.pk) for image in failed]
    return Report(len(copied), sum(files for files, _image_id in copied), tuple(faulty))


def _copy_photo(folder: Path, index: TextIO, image: S3Image, *, faulty_before: set[str]) -> tuple[int, str]:
    """How many files were copied, and the id of the photo if its original was lost or changed.

    Files hashed by an earlier backup into this folder are not hashed again.
    """
    photo = _describe(image)
    known = photo["image_id"] not in faulty_before and _has_all_bytes(folder, photo, image.file_size_bytes)
    # Staging first: a file that leaves it meanwhile is in S3 by then.
    files = int(_copy_staged(folder, image.staging_name))
    files += sum(_copy_object(folder, key) for key in photo["keys"])
    index.write(json.dumps(photo) + "\n")
    return files, "" if known or _is_whole(folder, photo) else photo["image_id"]


def _has_all_bytes(folder: Path, photo: dict[str, Any], size_bytes: int | None) -> bool:
    """Whether an earlier backup has copied, and hashed, an original of this size."""
    return any(path.stat().st_size == size_bytes for path in _originals(folder, photo))


def _describe(image: S3Image) -> dict[str, Any]:
    """A line of the index: what a restore needs before there are rows."""
    types = {image.s3_key_original: str(image.content_type)}
    if image.s3_key_preview:
        types[image.s3_key_preview] = "image/jpeg"
    return {
        "image_id": str(image.pk),
        "sha256": image.sha256,
        "keys": types,
        "original": image.s3_key_original,
        "metadata": original_metadata(image),
        "staging_name": image.staging_name,
    }


def _copy_object(folder: Path, key: str) -> bool:
    """Copy an object unless it is there; whether it was copied. An object never changes under its key."""
    path = folder / OBJECTS / key
    if path.is_file():
        return False
    try:
        _write(path, object_store.read_object(key))
    except object_store.ObjectMissingError:
        return False
    return True


def _copy_others(folder: Path) -> int:
    """Copy the objects that no row of a photo names; how many."""
    return sum(_copy_object(folder, key) for prefix in OTHER_OBJECTS for key in object_store.list_objects(prefix))


def _copy_staged(folder: Path, name: str) -> bool:
    path = folder / STAGED / name
    data = object_store.read_staged(name) if name and not path.is_file() else None
    if data is None:
        return False
    _write(path, data)
    return True


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _is_whole(folder: Path, photo: dict[str, Any]) -> bool:
    """Whether the backup has the original byte for byte, from S3 or from staging."""
    return any(hashlib.sha256(path.read_bytes()).hexdigest() == photo["sha256"] for path in _originals(folder, photo))


def _originals(folder: Path, photo: dict[str, Any]) -> Iterator[Path]:
    paths = [folder / OBJECTS / photo["original"]]
    if photo["staging_name"]:
        paths.append(folder / STAGED / photo["staging_name"])
    return filter(Path.is_file, paths)


# --- Restore --------------------------------------------------------------------------------------------------------
def _put_photo(folder: Path, photo: dict[str, Any]) -> int:
    """Put the files of a photo back where they were; how many."""
    files = 0
    for key, content_type in photo["keys"].items():
        path = folder / OBJECTS / key
        if path.is_file():
            metadata = photo["metadata"] if key == photo["original"] else None
            object_store.put_object(key, path.read_bytes(), content_type=content_type, metadata=metadata)
            files += 1
    name = photo["staging_name"]
    staged = folder / STAGED / name
    if name and staged.is_file() and object_store.read_staged(name) is None:
        object_store.stage_file(name, ContentFile(staged.read_bytes()))
        files += 1
    return files


def _put_others(folder: Path) -> int:
    """Put the objects that no row of a photo names back; how many."""
    paths = [path for prefix in OTHER_OBJECTS for path in (folder / OBJECTS / prefix).glob("**/*") if path.is_file()]
    for path in paths:
        key = path.relative_to(folder / OBJECTS).as_posix()
        object_store.put_object(key, path.read_bytes(), content_type=keys.content_type_of(key))
    return len(paths)


def _forget_derived() -> None:
    """Forget thumbnails and annotated pictures, which a backup does not have; they are made again when needed."""
    S3Image.objects.photos().update(thumbnail_stored_at=None)
    S3Image.objects.filter(kind=S3Image.Kind.ANNOTATED).update(stored_at=None)
