"""Draws annotated pictures again: when S3 has expired them after 30 days, and when people have corrected the count.

`gallery.photo.api.annotated` requests a picture that may have expired or was corrected; a cpu worker draws it from the
original and the boxes and counts of the run. The key of a corrected picture is a hash of its content. So an outdated
picture is never shown, even if somebody corrects the photo while it is drawn, and drawing it twice writes the same
object. Old ones expire in S3 or are deleted with their photo.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import encode_jpeg
from photos.messages import ORIGINAL_LOST
from photos.models import S3Image
from photos.storage import keys, object_store
from processing import mapping
from processing.counting.boxes import Detections, Floats, make_detections
from processing.counting.corrections import ADDED, NO_CONTAINER, RETYPED, CorrectedPhoto, Counts
from processing.counting.totals import ContainerCount, Estimate
from processing.models import ProcessingSession
from processing.pictures import drawing
from processing.pictures.drawing import ByHand
from processing.review.recount import ReviewedPhoto, corrected_counts, read_reviewed, totals_of
from processing.statuses import SegmentStatus


def annotated_url(image: S3Image, session: ProcessingSession | None, *, download: bool = False) -> str | None:
    """The URL of a photo's annotated picture: in S3, or in Demeter if it may have to be drawn.

    With `download` the browser saves it under a name of its own.
    """
    if session is None or session.processed_image is None:
        return None
    if session.is_changed_by_hand or _may_be_gone(session.processed_image):
        address = reverse("api-photo-annotated", kwargs={"image_id": image.pk})
        return f"{address}?{urlencode({'download': 1})}" if download else address
    return picture_url(image, session.processed_image.s3_key_original, download=download)


def picture_url(image: S3Image, key: str, *, download: bool = False) -> str:
    """The signed address of an annotated picture of this photo."""
    name = f"{Path(image.original_filename).stem}-counted.jpg"
    return object_store.presigned_url(key, download_name=name if download else None)


def find_annotated(session: ProcessingSession) -> str | None:
    """The key of the current annotated picture of a completed run; None if it must be drawn first.

    Raises UnavailableError when S3 cannot be reached now.
    """
    picture = session.processed_image
    if picture is None:
        return None
    if session.is_changed_by_hand:
        key = _corrected_key(*_read_settled(session))
        return key if object_store.has_object(key) else None
    picture.refresh_from_db(fields=["stored_at"])
    key = picture.s3_key_original
    return key if not _may_be_gone(picture) and object_store.has_object(key) else None


def check_original(session: ProcessingSession) -> None:
    """Raise OriginalLostError if there is no original to draw on, UnavailableError if S3 cannot be reached."""
    image = session.original_image
    if image.stored_at is not None and not object_store.has_object(image.s3_key_original):
        raise object_store.OriginalLostError(ORIGINAL_LOST(photo=str(image.image_id)))


def restore_annotated(session: ProcessingSession) -> str | None:
    """The key of the current annotated picture of a completed run, drawn if missing; None if it has none.

    Raises:
        OriginalLostError: there is no original to draw on.
        UnreadablePictureError: the original can no longer be decoded.
        UnavailableError: S3 cannot be reached now.
    """
    picture, key = session.processed_image, find_annotated(session)
    if picture is None or key is not None:
        return key
    if session.is_changed_by_hand:
        return _draw_corrected(*_read_settled(session))
    object_store.put_object(picture.s3_key_original, _draw(session), content_type="image/jpeg")
    picture.stored_at = timezone.now()
    picture.save(update_fields=["stored_at", "updated_at"])
    return picture.s3_key_original


def _may_be_gone(picture: S3Image) -> bool:
    return keys.may_be_gone(picture.s3_key_original, written_at=picture.stored_at, now=timezone.now())


def _draw(session: ProcessingSession) -> bytes:
    segments = session.segments.filter(status=SegmentStatus.DONE).order_by("number")
    detections = [mapping.read_counted(segment) for segment in segments]
    counts = [mapping.read_count(segment, boxes) for segment, boxes in zip(segments, detections, strict=True)]
    rgb = decode_picture(object_store.read_original(session.original_image))
    return encode_jpeg(drawing.draw(rgb, counts, detections, numbers=[segment.number for segment in segments]))


# --- As people corrected it -----------------------------------------------------------------------------------------
def _corrected_key(session: ProcessingSession, photo: ReviewedPhoto) -> str:
    image = session.original_image
    return keys.annotated_key(image.image_id, image.created_at, _version(session, photo))


@transaction.atomic
def _read_settled(session: ProcessingSession) -> tuple[ProcessingSession, ReviewedPhoto]:
    """The session's totals and the corrections that led to them, under the lock that corrections take."""
    image = S3Image.objects.select_for_update(no_key=True).get(pk=session.original_image_id)
    session.refresh_from_db()
    return session, read_reviewed(image, session)


def _version(session: ProcessingSession, photo: ReviewedPhoto) -> str:
    """A hash of the content of a corrected picture: the boxes of the run, the marks in force, the totals."""
    marks = [correction.pk for correction in photo.corrections if not correction.is_note]
    shown = json.dumps([str(session.session_id), marks, totals_of(session)], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def _draw_corrected(session: ProcessingSession, photo: ReviewedPhoto) -> str:
    """Draw it and return its key."""
    boxes, xyxy = photo.corrected, _boxes_xyxy(photo)
    counted = [index for index in range(len(photo.segments)) if _shows(photo, index)]
    counts = [_count(photo, index) for index in counted]
    standing = [_standing(boxes, xyxy, index) for index in (*counted, NO_CONTAINER)]
    changes = session.manual_adjustments or {}
    by_hand = ByHand(
        added=xyxy[boxes.alive & (boxes.origin == ADDED)],
        retyped=xyxy[boxes.alive & (boxes.origin == RETYPED)],
        removed=xyxy[~boxes.alive],
        numbers={what: changes.get(what, 0) for what in ("added", "removed", "retyped")},
        totals=_totals(session),
    )
    rgb = decode_picture(object_store.read_original(session.original_image))
    numbers = [photo.segments[index].number for index in counted]
    data = encode_jpeg(drawing.draw(rgb, counts, standing, by_hand, numbers=numbers))
    key = _corrected_key(session, photo)
    object_store.put_object(key, data, content_type="image/jpeg")
    return key


def _boxes_xyxy(photo: ReviewedPhoto) -> Floats:
    """(n, 4): the models' boxes unchanged, and squares of the usual size for added plants."""
    boxes, found = photo.corrected, photo.found.detections.xyxy
    centres, half = boxes.centres[len(found) :], boxes.side_px[len(found) :, None] / 2
    return np.vstack([found, np.hstack([centres - half, centres + half])]).astype(np.float32)


def _shows(photo: ReviewedPhoto, index: int) -> bool:
    """Whether a container is drawn: it was counted, or people corrected something in it."""
    return photo.segments[index].status == SegmentStatus.DONE or corrected_counts(photo, index)[1] != Counts()


def _count(photo: ReviewedPhoto, index: int) -> ContainerCount:
    counts = corrected_counts(photo, index)[1]
    return ContainerCount(
        container=photo.found.containers[index],
        detected=counts.detected,
        estimated=counts.estimated,
        empty=counts.empty,
        dead=counts.dead,
        avg_confidence=0.0,
        estimate=Estimate("none", counts.estimated),
    )


def _standing(boxes: CorrectedPhoto, xyxy: Floats, index: int) -> Detections:
    """The boxes of a container, in the classes given by people."""
    here = boxes.alive & (boxes.container_index == index)
    return make_detections(xyxy[here], np.ones(here.sum()), boxes.class_id[here])


def _totals(session: ProcessingSession) -> Counts:
    """The numbers of the page."""
    return Counts(
        detected=session.total_detected or 0,
        estimated=session.total_estimated or 0,
        empty=session.total_empty_containers or 0,
        dead=(session.category_counts or {}).get("dead", 0),
    )
