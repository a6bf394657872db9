"""Whether the clock of a camera can be trusted. `processing.dating` asks once the location of a photo is known.

Clocks of phones and cameras go wrong: they are reset to the first of January of some year, run ahead, or use another
calendar. A photo with such a date would change nothing in the stock, or hide all later photos.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from photos.statuses import DateDoubt

# The dates that a row can store in any time zone. No digital camera is older, and forms accept no other dates either.
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
AHEAD_BY, BEFORE_NURSERY_BY, BEHIND_LOCATION_BY = timedelta(days=1), timedelta(days=366), timedelta(days=31)


@dataclass(frozen=True)
class Surroundings:
    """What a camera's clock is compared with: the first upload ever, and the newest count of its location."""

    first_upload: datetime
    newest_count: datetime | None = None


def find_doubt(clock: datetime | None, *, uploaded_at: datetime, known: Surroundings) -> DateDoubt | None:
    """Why the moment that a camera recorded cannot be trusted; None if it can.

    `clock` is None if the recorded date is invalid.
    """
    if clock is None or not is_storable(clock):
        return DateDoubt.UNREADABLE
    if clock > uploaded_at + AHEAD_BY:
        return DateDoubt.AHEAD
    if clock < known.first_upload - BEFORE_NURSERY_BY:
        return DateDoubt.BEFORE_NURSERY
    if _is_reset(clock) and clock < uploaded_at - AHEAD_BY:
        return DateDoubt.RESET
    if known.newest_count is not None and clock < known.newest_count - BEHIND_LOCATION_BY:
        return DateDoubt.BEHIND_LOCATION
    return None


def is_storable(moment: datetime) -> bool:
    """Whether a row can store an aware moment: the year 9999 breaks every page of a zone that is ahead of UTC."""
    return EARLIEST <= moment < LATEST


def _is_reset(clock: datetime) -> bool:
    """Whether it is the first hour of a year, where clocks restart after a reset."""
    return (clock.month, clock.day, clock.hour) == (1, 1, 0)
