"""Compares two photos of a visit: reads their pictures and plants, and records which plants both show.

`processing.recovery` sends the rows that wait (`stock.visits.overlapping` makes them), `processing.tasks` calls this. A
second message finds the row claimed or done.
"""

import logging
import random
from typing import Any
from uuid import UUID

import numpy as np
from django.db import InterfaceError, OperationalError
from numpy.typing import NDArray

from demeter.common.exceptions import UnavailableError
from demeter.common.logs import bound
from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import UnreadablePictureError
from photos.models import S3Image
from photos.storage import object_store
from photos.storage.circuit_breaker import retry_delay_seconds
from photos.storage.thumbnails import read_preview
from processing import lifecycle
from processing.counting.boxes import PLANT
from processing.counting.overlap import Overlap as Found
from processing.counting.overlap import Picture, compare, read_picture
from processing.models import ProcessingSession
from processing.review.recount import read_reviewed
from stock.models import Overlap, OverlapVerdict
from stock.overlaps import Compared, record_overlap
from stock.visits.union import PARTS_OF_A_SIDE

logger = logging.getLogger(__name__)
# Why nothing could be compared; the other reasons are of `counting.overlap`.
NO_PICTURE, FAILED = "no_picture", "failed"


def compare_photos(overlap_id: int, *, worker: str) -> dict[str, Any]:
    """Compare the photos of a row. A pair that cannot be compared is doubtful, so that a person is asked."""
    overlap = lifecycle.claim_overlap(overlap_id, worker=worker)
    if overlap is None:
        return {"overlap": overlap_id, "skipped": True}
    with bound(overlap=overlap.pk):
        try:
            _try_to_compare(overlap)
        except lifecycle.LeaseLostError:
            logger.warning("overlap %s was taken over by another worker; nothing is written", overlap.pk)
            return {"overlap": overlap_id, "skipped": True}
    return {"overlap": overlap_id}


def give_up(overlap: Overlap) -> None:
    """Ask a person about two photos that keep losing their workers."""
    record_overlap(overlap, Compared(OverlapVerdict.DOUBTFUL, FAILED))


def _try_to_compare(overlap: Overlap) -> None:
    try:
        compared = _compare(overlap)
    except (OperationalError, InterfaceError, lifecycle.LeaseLostError):
        raise  # nothing can, or may, be written; recovery sends the pair again
    except UnavailableError:
        jitter = random.Random()  # noqa: S311  not a secret
        lifecycle.postpone(overlap, seconds=retry_delay_seconds(overlap.postponements, jitter))
        return
    except (object_store.OriginalLostError, UnreadablePictureError, ProcessingSession.DoesNotExist):
        compared = Compared(OverlapVerdict.DOUBTFUL, NO_PICTURE)
    except Exception:
        logger.exception("overlap %s failed", overlap.pk)
        compared = Compared(OverlapVerdict.DOUBTFUL, FAILED)
    if not record_overlap(overlap, compared):
        logger.info("overlap %s has changed meanwhile; it is compared again", overlap.pk)


def _compare(overlap: Overlap) -> Compared:
    first, second = (_read(session_id) for session_id in (overlap.first_session, overlap.second_session))
    lifecycle.renew(overlap)
    found = compare(first, second)
    return Compared(
        verdict=OverlapVerdict(found.verdict),
        reason=found.reason,
        homography=found.homography,
        shared=_places(found, first, second),
        located=(len(first.plants), len(second.plants)),
        features=found.features,
        clear=round(found.clear, 2),
        agreement=round(found.agreement, 3),
    )


def _read(session_id: UUID) -> Picture:
    """The preview of a photo with the plants of a run, as people have corrected them."""
    session = ProcessingSession.objects.select_related("original_image").get(session_id=session_id)
    image = session.original_image
    rgb = decode_picture(read_preview(image))
    return read_picture(rgb, _plant_boxes(image, session, rgb.shape[1] / max(image.width_px or 0, 1)))


def _plant_boxes(image: S3Image, session: ProcessingSession, scale: float) -> NDArray[np.float64]:
    """(n, 4) squares around the plants, in pixels of the preview."""
    boxes = read_reviewed(image, session).corrected
    plants = boxes.alive & (boxes.class_id == PLANT)
    half = boxes.side_px[plants, None] / 2
    return np.concatenate([boxes.centres[plants] - half, boxes.centres[plants] + half], axis=1) * scale


def _places(found: Found, first: Picture, second: Picture) -> list[tuple[int, int, int, int]]:
    one, other = (
        np.rint(picture.plants.centres / picture.resolution_wh * PARTS_OF_A_SIDE).astype(int).tolist()
        for picture in (first, second)
    )
    return [(*one[a], *other[b]) for a, b in found.shared]
