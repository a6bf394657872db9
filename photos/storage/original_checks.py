"""The nightly check of the originals: read some of them back and compare their SHA-256.
`processing.periodic_tasks` calls it.

Those checked longest ago come first, so that all are checked in turn: a fixed number, and one more for each photo of
the last day, so that the time between two checks does not grow with the number of photos. A missing or changed original
is recorded in the photo's row, logged as an error, and counted on `/healthz` and in the metrics until a later check
finds it whole.
"""

import hashlib
import logging
from datetime import timedelta

from django.utils import timezone

from demeter.common.loops import do_each
from photos.models import S3Image
from photos.statuses import OriginalFault
from photos.storage import object_store

LOOKS_A_NIGHT = 200
A_DAY = timedelta(days=1)
logger = logging.getLogger(__name__)


def check_originals() -> int:
    """Check the originals that are due; how many are faulty.

    Raises:
        UnavailableError: S3 cannot be reached; the next night continues from there.
    """
    stored = S3Image.objects.photos().filter(verified_at__isnull=False, purged_at=None)
    looks = LOOKS_A_NIGHT + stored.filter(created_at__gte=timezone.now() - A_DAY).count()
    due = stored.order_by("verified_at").only("s3_key_original", "sha256", "original_filename")[:looks]
    faulty, _failed = do_each(due, _check, failing="the original of a photo could not be checked")
    return sum(faulty)


def _check(image: S3Image) -> bool:
    image.original_fault = _find_fault(image)
    image.verified_at = timezone.now()
    # Not the whole row: it may have been deleted or purged since it was read.
    S3Image.objects.filter(pk=image.pk, purged_at=None).update(
        original_fault=image.original_fault, verified_at=image.verified_at
    )
    if image.original_fault:
        logger.error("the original of photo %s is %s in storage: %s", image.pk, image.original_fault, image)
    return bool(image.original_fault)


def _find_fault(image: S3Image) -> str:
    try:
        data = object_store.read_object(image.s3_key_original)
    except object_store.ObjectMissingError:
        return OriginalFault.MISSING
    return "" if hashlib.sha256(data).hexdigest() == image.sha256 else OriginalFault.CHANGED
