"""Chosen photos as one ZIP, streamed: their originals as they were uploaded, and a manifest that says what each is.

Nothing is held but a part of one original at a time. The rows are read before the first byte, in two queries. An
original that is lost, or that S3 does not give now, is named in the manifest and does not break the archive. A
connection that breaks within an original does break it, so that nobody takes half a picture for a whole one.
"""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from uuid import UUID

from zipstream import ZipStream

from demeter.refusals import Unavailable
from gallery.archive_names import ArchiveNames
from gallery.queries import newest_sessions, visible_photos
from gallery.trace import plain_text
from photos.keys import EXTENSIONS
from photos.models import S3Image
from photos.storage import OriginalLostError, open_original
from processing.models import Session

MANIFEST = "manifest.csv"
COLUMNS = (
    "file",
    "image_id",
    "original_filename",
    "location_code",
    "location",
    "taken_at",
    "uploaded_at",
    "status",
    "seen",
    "estimated",
    "empty",
    "dead",
    "signed_off",
    "sha256",
    "note",
)
LOST = "the original is missing in the storage"
UNREACHABLE = "the storage did not answer; download this photo again"
Row = dict[str, object]


def read_photos(image_ids: Sequence[UUID]) -> list[tuple[S3Image, Session | None]]:
    """The photos that people may see, oldest first, each with its newest run; unknown and deleted ones are left out."""
    images = list(visible_photos().filter(pk__in=image_ids).order_by("created_at", "pk"))
    sessions = newest_sessions([image.pk for image in images])
    return [(image, sessions.get(image.pk)) for image in images]


def stream_archive(photos: Sequence[tuple[S3Image, Session | None]]) -> Iterator[bytes]:
    """The ZIP in parts. Pictures are compressed already, so they are stored as they are."""
    archive, names = ZipStream(), ArchiveNames()
    rows: list[Row] = []
    for image, session in photos:
        row = _describe(image, session)
        try:
            parts = open_original(image)
        except (OriginalLostError, Unavailable) as error:
            row["note"] = LOST if isinstance(error, OriginalLostError) else UNREACHABLE
        else:
            row["file"] = _name(names, image, session)
            archive.add(parts, row["file"])
            yield from archive.all_files()
        rows.append(row)
    archive.add(_write_manifest(rows), MANIFEST)
    yield from archive.finalize()


def _name(names: ArchiveNames, image: S3Image, session: Session | None) -> str:
    location = session.storage_location if session else None
    return names.name_photo(
        location_code=location.code if location else "",
        seen_at=image.taken_at or image.created_at,
        filename=image.original_filename,
        extension=EXTENSIONS.get(image.content_type or "", "bin"),
    )


def _describe(image: S3Image, session: Session | None) -> Row:
    location = session.storage_location if session else None
    counts = (session.category_counts if session else None) or {}
    return {
        "image_id": image.pk,
        "original_filename": plain_text(image.original_filename),
        "location_code": location.code if location else "",
        "location": plain_text(location.full_name) if location else "",
        "taken_at": image.taken_at.isoformat(timespec="seconds") if image.taken_at else "",
        "uploaded_at": image.created_at.isoformat(timespec="seconds"),
        "status": image.problem or image.status,
        "seen": session.total_detected if session else None,
        "estimated": session.total_estimated if session else None,
        "empty": session.total_empty_containers if session else None,
        "dead": counts.get("dead"),
        "signed_off": "yes" if session and session.validated else "no",
        "sha256": image.sha256,
    }


def _write_manifest(rows: Sequence[Row]) -> bytes:
    file = StringIO()
    writer = csv.DictWriter(file, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()
