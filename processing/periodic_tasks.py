"""Periodic tasks of beat: purging the trash, cleaning staging, checking originals.

Each is safe to run twice and leaves what it cannot do now for the next run.
"""

import logging

from celery import shared_task

from photos.storage.original_checks import check_originals
from photos.storage.staging_cleanup import sweep_staging
from processing.trash import purge_expired

logger = logging.getLogger(__name__)


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def purge_trash() -> None:
    """Every hour: purge photos that have been in the trash for 30 days. Safe to run twice: each photo is locked."""
    logger.info("purged %d photos", purge_expired())


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def clean_staging() -> None:
    """Every ten minutes: delete files left over in staging. Safe to run twice: a missing file is no error."""
    logger.info("removed %d files left over in staging", sweep_staging())


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def verify_originals() -> None:
    """Every night: read originals back and hash them. Safe to run twice: they are only checked twice."""
    logger.info("found %d faulty originals", check_originals())
