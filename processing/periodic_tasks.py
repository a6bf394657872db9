"""Periodic tasks of beat: purging the trash, cleaning staging, checking originals, closings and the mail of the stock.

Each is safe to run twice and leaves what it cannot do now for the next run.
"""

import logging

from celery import shared_task

from photos.storage.original_checks import check_originals
from photos.storage.staging_cleanup import sweep_staging
from processing.trash import purge_expired
from stock.closings import add_closings, check_closings, rebuild_closings
from stock.weekly_mail import send_weekly_summary

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


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def close_stock() -> None:
    """Every hour: add the closings of the stock ledger that are due. Safe to run twice: the ledger is locked."""
    logger.info("added %d closings to the stock", add_closings())


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def check_stock() -> None:
    """Every night: compare closings and totals with the movements, and correct what is wrong. Safe to run twice."""
    faults = check_closings()
    if faults:
        logger.error(
            "%d balances of stock closings and %d totals of batches are not the sum of their rows; %d visits are wrong",
            faults.balances,
            faults.batches,
            faults.visits,
        )
        logger.info("corrected the totals and rebuilt %d closings of the stock", rebuild_closings())


@shared_task(soft_time_limit=540, time_limit=600, ignore_result=True)
def mail_weekly_summary() -> None:
    """Every hour: mail last week's summary unless it was sent. Safe to run twice: the row of the week is locked."""
    if send_weekly_summary():
        logger.info("mailed the summary of last week's stock")
