"""The annotated picture made again: S3 drops it after 30 days, the rows of its run do not expire.

`gallery.api.annotated` calls `restore_annotated` when somebody looks at an old photo; the picture is the one that
`processing.closing` drew, from the original and the boxes and counts of the run. It is drawn in the web process, one at
a time in each: a photo of 12 megapixels needs some 150 MB meanwhile.
"""

import threading
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from photos import keys, storage
from photos.bounded import decode_picture
from photos.models import S3Image
from photos.pixels import encode_jpeg
from processing import annotate, rows
from processing.models import Session
from processing.statuses import SegmentStatus

_drawing = threading.Lock()


def annotated_url(image_id: UUID, picture: S3Image | None) -> str | None:
    """Where a photo's annotated picture is shown from: S3, or Demeter when it may have to be made again."""
    if picture is None:
        return None
    if _may_be_gone(picture):
        return reverse("api-photo-annotated", kwargs={"image_id": image_id})
    return storage.presigned_url(picture.s3_key_original)


def restore_annotated(session: Session) -> str | None:
    """The key of the annotated picture of a completed run, drawn again if S3 has dropped it; None if it has none.

    Raises:
        OriginalLostError: nothing is left to draw on.
        UnreadablePictureError: the original cannot be decoded any more.
        Unavailable: S3 cannot be reached now.
    """
    picture = session.processed_image
    if picture is None:
        return None
    key = picture.s3_key_original
    if _may_be_gone(picture) or not storage.has_object(key):
        with _drawing:
            storage.put_object(key, _draw(session), content_type="image/jpeg")
        picture.stored_at = timezone.now()
        picture.save(update_fields=["stored_at", "updated_at"])
    return key


def _may_be_gone(picture: S3Image) -> bool:
    return keys.may_be_gone(picture.s3_key_original, written_at=picture.stored_at, now=timezone.now())


def _draw(session: Session) -> bytes:
    segments = session.segments.filter(status=SegmentStatus.DONE).order_by("number")
    detections = [rows.read_detections(segment) for segment in segments]
    counts = [rows.read_count(segment, boxes) for segment, boxes in zip(segments, detections, strict=True)]
    rgb = decode_picture(storage.read_original(session.original_image))
    return encode_jpeg(annotate.draw(rgb, counts, detections))
