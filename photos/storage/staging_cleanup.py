"""Removes what a crash left in staging: files that no row names, and files whose original is in S3.

A file that its photo still needs is never touched, however old: an outage of S3 may be long.
`processing.periodic_tasks` calls it.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from photos.models import S3Image
from photos.storage import object_store

# An upload in progress has no row yet, but commits seconds after its first staged file. Ingest removes its own files.
LEFT_OVER_AFTER = timedelta(hours=1)
NAMES_A_QUERY = 500


def sweep_staging(*, older_than: timedelta = LEFT_OVER_AFTER) -> int:
    """Remove files left over for an hour; how many."""
    names, swept = object_store.list_staged(timezone.now() - older_than), 0
    while some := list(islice(names, NAMES_A_QUERY)):
        swept += _sweep(some)
    return swept


def _sweep(names: Sequence[str]) -> int:
    rows = S3Image.objects.filter(staging_name__in=names)
    needed = set(rows.filter(stored_at=None).values_list("staging_name", flat=True))
    left_over = [name for name in names if name not in needed]
    for name in left_over:
        object_store.delete_staged(name)
    rows.exclude(stored_at=None).update(staging_name="")
    return len(left_over)
