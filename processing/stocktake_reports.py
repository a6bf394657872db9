"""The signed reports of stocktakes in S3: written once for each language by a cpu worker, then never changed."""

import logging
from uuid import UUID

from django.utils import timezone, translation

from locations.nursery import nursery_zone, read_nursery
from photos.decoding.pixels import UnreadablePictureError, make_report_picture
from photos.models import S3Image
from photos.storage import keys, object_store
from photos.storage.thumbnails import restore_thumbnail
from stock.models import Stocktake
from stock.stocktake_pdf import draw_report

logger = logging.getLogger(__name__)


def find_report(stocktake: Stocktake, *, language: str) -> bool:
    """Whether the report is written. Raises UnavailableError when S3 cannot be reached now."""
    return object_store.has_object(keys.stocktake_key(stocktake.number, language))


def report_url(stocktake: Stocktake, *, language: str) -> str:
    """The signed address of the report."""
    key = keys.stocktake_key(stocktake.number, language)
    return object_store.presigned_url(key, download_name=f"{stocktake.number}.pdf")


def write_report(stocktake: Stocktake, *, language: str) -> None:
    """Draw the report of a closed stocktake and store it, unless it is there.

    Raises UnavailableError when S3 cannot be reached now.
    """
    if find_report(stocktake, language=language):
        return
    with translation.override(language), timezone.override(nursery_zone()):
        pdf = draw_report(stocktake, nursery=read_nursery()["name"], read_picture=_read_picture)
    object_store.put_object(keys.stocktake_key(stocktake.number, language), pdf, content_type="application/pdf")


def _read_picture(image_id: UUID) -> bytes | None:
    """A small JPEG of a photo; None if it was deleted or is lost."""
    image = S3Image.objects.filter(pk=image_id, deleted_at=None).first()
    if image is None:
        return None
    try:
        return make_report_picture(object_store.read_object(restore_thumbnail(image)))
    except (object_store.OriginalLostError, object_store.ObjectMissingError, UnreadablePictureError) as error:
        logger.warning("photo %s is not in the report: %s", image_id, error)
        return None
