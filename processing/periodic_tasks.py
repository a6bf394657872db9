"""What beat does for the photos at rest: the purge of the trash, the sweep of staging, the look at the originals.

Each is safe to run twice and leaves what it cannot do now for the next time.
"""

import logging

from celery import shared_task

from photos.storage.original_checks import check_originals
from photos.storage.staging_cleanup import sweep_staging
from processing.trash import purge_expired

logger = logging.getLogger(__name__)


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def purge_trash() -> None:
    """Every hour: photos that have been in the trash for 30 days. Twice at once: each photo goes under its lock."""
    logger.info("purged %d photos", purge_expired())


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def clean_staging() -> None:
    """Every ten minutes: files left over in staging. Twice at once: removing a file that is gone is silent."""
    logger.info("removed %d files left over in staging", sweep_staging())


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def verify_originals() -> None:
    """Every night: originals read back and hashed. Twice at once: the same looks twice."""
    logger.info("found %d faulty originals", check_originals())
