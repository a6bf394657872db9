"""Demeter's settings for the campaign: leases that are minutes in production are seconds here, to keep rounds short.

Everything else is the product's own, the circuit breaker's minute and the retries after an outage of S3 included.
"""

from datetime import timedelta

from demeter.env import DATA_DIR
from demeter.settings import *  # noqa: F403

WORK_LEASE = timedelta(seconds=30)
SEND_LEASE = timedelta(seconds=10)
QUEUE_LEASE = timedelta(seconds=60)
CHORD_GRACE = timedelta(seconds=10)

# The staging disk is a small one (`house`); photos arrive on it too.
STAGING_RESERVE_BYTES = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "staging" / "incoming")
