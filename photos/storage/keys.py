"""Every name of a file in storage and how long it is kept; pure. The layout is the spec's ("S3 Storage Structure").

Rows store the keys built here at upload and ingest; no other code builds or parses a key.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

ORIGINALS = "originals/"
THUMBNAILS = "thumbnails/"
PREVIEWS = "previews/"
ANNOTATED = "annotated/"
TEMP_UPLOADS = "temp_uploads/"
NOTES = "notes/"
STOCKTAKES = "stocktakes/"
DATA_SETS = "data-sets/"
MODELS = "models/"

# Originals, previews and what is not listed are permanent; the others can be made again from the original.
RETENTION_DAYS: Mapping[str, int] = {TEMP_UPLOADS: 1, THUMBNAILS: 90, ANNOTATED: 30}
# No URL is handed out that could outlive its object: URLs are valid for an hour, and S3 counts whole days.
EXPIRY_MARGIN = timedelta(days=1)

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
}


def original_key(image_id: UUID, created_at: datetime, content_type: str) -> str:
    """`originals/2025/10/08/<uuid>.jpg`; the day is UTC's, the extension follows the content."""
    return _dated(ORIGINALS, image_id, created_at, EXTENSIONS[content_type])


def thumbnail_key(image_id: UUID, created_at: datetime) -> str:
    """`thumbnails/2025/10/08/<uuid>.jpg`."""
    return _dated(THUMBNAILS, image_id, created_at)


def preview_key(image_id: UUID, created_at: datetime) -> str:
    """`previews/2025/10/08/<uuid>.jpg`: shown by the viewer instead of a large or HEIC original."""
    return _dated(PREVIEWS, image_id, created_at)


def annotated_key(image_id: UUID, created_at: datetime, version: str) -> str:
    """`annotated/2025/10/08/<uuid>-<version>.jpg`: the picture with masks, boxes and counts.

    The version is a hash of the content, so a late worker never overwrites a picture in use.
    """
    return f"{annotated_prefix(image_id, created_at)}-{version}.jpg"


def annotated_prefix(image_id: UUID, created_at: datetime) -> str:
    """The common prefix of the keys of a photo's annotated pictures."""
    return _dated(ANNOTATED, image_id, created_at).removesuffix(".jpg")


def note_picture_key(picture_id: UUID, created_at: datetime) -> str:
    """`notes/2025/10/08/<uuid>.jpg`: a picture that goes with a note, such as of frost damage, and is not counted."""
    return _dated(NOTES, picture_id, created_at)


def stocktake_key(number: str, language: str) -> str:
    """`stocktakes/S-0042-es.pdf`: a signed report."""
    return f"{STOCKTAKES}{number}-{language}.pdf"


def data_set_key(sha256: str, content_type: str) -> str:
    """`data-sets/<sha256>.jpg`: an imported picture, which is in no gallery."""
    return f"{DATA_SETS}{sha256}.{EXTENSIONS[content_type]}"


def model_key(sha256: str) -> str:
    """`models/<sha256>`: a file of a trained model."""
    return f"{MODELS}{sha256}"


def content_type_of(key: str) -> str:
    """By the extension of a key."""
    types = {extension: content_type for content_type, extension in EXTENSIONS.items()}
    return types.get(key.rpartition(".")[2], "application/octet-stream")


def may_be_gone(key: str, *, written_at: datetime | None, now: datetime) -> bool:
    """Whether S3 may have expired the object; True if nobody knows when it was written."""
    days = next((days for prefix, days in RETENTION_DAYS.items() if key.startswith(prefix)), None)
    if days is None:
        return False
    return written_at is None or now - written_at >= timedelta(days=days) - EXPIRY_MARGIN


def staged_name(upload_session_id: UUID, image_id: UUID, content_type: str) -> str:
    """`<session>/<uuid>.jpg`, inside the staging storage."""
    return f"{upload_session_id}/{image_id}.{EXTENSIONS[content_type]}"


def _dated(prefix: str, image_id: UUID, created_at: datetime, extension: str = "jpg") -> str:
    return f"{prefix}{created_at.astimezone(UTC):%Y/%m/%d}/{image_id}.{extension}"
