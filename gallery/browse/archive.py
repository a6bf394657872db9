"""Selected photos as one streamed ZIP: their originals as uploaded, and a manifest that describes each.

Only a part of one original is in memory at a time. The rows are read before the first byte, in five queries. An
original that is lost or unavailable is reported in the manifest and does not break the archive. A connection that
breaks within an original does, so that nobody takes half a picture for a whole one.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from zipstream import ZipStream

from demeter.common.exceptions import UnavailableError
from gallery.browse.archive_names import ArchiveNames
from gallery.browse.queries import newest_sessions, visible_photos
from gallery.common.intervals import INTERVAL_COLUMNS, find_intervals, interval_cells
from gallery.common.tables import WORDS, iso_time, write_csv, write_workbook
from photos.models import S3Image
from photos.statuses import ImageStatus
from photos.storage.keys import EXTENSIONS
from photos.storage.object_store import OriginalLostError, open_original
from processing.models import ProcessingSession
from processing.problems import CATALOGUE
from stock.queries import lines_of_photos

MANIFESTS = {"manifest.csv": write_csv, "manifest.xlsx": write_workbook}
COLUMNS = (
    "file",
    "image_id",
    "original_filename",
    "location_code",
    "location",
    "moment",
    "taken_at",
    "uploaded_at",
    "status",
    "seen",
    "estimated",
    *INTERVAL_COLUMNS,
    "before_calibration",
    "empty",
    "dead",
    "signed_off",
    "sha256",
    "note",
    "products",
)
LOST = _("the original is missing in the storage")
UNREACHABLE = _("the storage did not answer; download this photo again")
Row = dict[str, object]


def read_photos(image_ids: Sequence[UUID]) -> list[tuple[S3Image, ProcessingSession | None]]:
    """The photos that people may see, oldest first, each with its newest run; unknown and deleted ones are left out."""
    images = list(visible_photos().filter(pk__in=image_ids).order_by("moment", "created_at", "pk"))
    sessions = newest_sessions([image.pk for image in images])
    return [(image, sessions.get(image.pk)) for image in images]


def stream_archive(photos: Sequence[tuple[S3Image, ProcessingSession | None]], *, language: str) -> Iterator[bytes]:
    """The ZIP in parts. Pictures are compressed already, so they are stored as they are.

    `language` is that of the manifest, which is written long after the request and its language have ended.
    """
    with translation.override(language):
        lines = lines_of_photos(image.pk for image, _session in photos)
        intervals = find_intervals([session for _image, session in photos if session])
        known: dict[UUID, Row] = {
            image.pk: {
                "products": "; ".join(f"{line.batch.product}: {line.plants}" for line in lines.get(image.pk, ())),
                **interval_cells(intervals.get(image.pk)),
            }
            for image, _session in photos
        }
    return _stream(photos, known, language)


def _stream(
    photos: Sequence[tuple[S3Image, ProcessingSession | None]], known: Mapping[UUID, Row], language: str
) -> Iterator[bytes]:
    archive, names = ZipStream(), ArchiveNames()
    rows: list[Row] = []
    for image, session in photos:
        row = _describe(image, session) | known[image.pk]
        try:
            parts = open_original(image)
        except (OriginalLostError, UnavailableError) as error:
            row["note"] = LOST if isinstance(error, OriginalLostError) else UNREACHABLE
        else:
            row["file"] = _name(names, image, session)
            archive.add(parts, row["file"])
            yield from archive.all_files()
        rows.append(row)
    with translation.override(language):
        for name, write in MANIFESTS.items():
            archive.add(write(COLUMNS, rows), name)
    yield from archive.finalize()


def _name(names: ArchiveNames, image: S3Image, session: ProcessingSession | None) -> str:
    location = session.storage_location if session else None
    return names.name_photo(
        location_code=location.code if location else "",
        seen_at=timezone.localtime(image.moment),
        filename=image.original_filename,
        extension=EXTENSIONS.get(image.content_type or "", "bin"),
    )


def _describe(image: S3Image, session: ProcessingSession | None) -> Row:
    location = session.storage_location if session else None
    counts = (session.category_counts if session else None) or {}
    return {
        "image_id": image.pk,
        "original_filename": image.original_filename,
        "location_code": location.code if location else "",
        "location": location.full_name if location else "",
        "moment": iso_time(image.moment),
        "taken_at": iso_time(image.taken_at) if image.taken_at else "",
        "uploaded_at": iso_time(image.created_at),
        "status": CATALOGUE[image.problem].title if image.problem in CATALOGUE else ImageStatus(image.status).label,
        "seen": session.total_detected if session else None,
        "estimated": session.total_estimated if session else None,
        "before_calibration": session.uncalibrated if session and session.is_calibrated else None,
        "empty": session.total_empty_containers if session else None,
        "dead": counts.get("dead"),
        "signed_off": WORDS["yes" if session and session.validated else "no"],
        "sha256": image.sha256,
    }
