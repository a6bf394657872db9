"""Which clocks of cameras are believed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from photos.dates import Surroundings, find_doubt, is_storable
from photos.statuses import DateDoubt

UPLOADED = datetime(2026, 11, 28, 18, 0, tzinfo=UTC)
KNOWN = Surroundings(first_upload=datetime(2026, 3, 1, tzinfo=UTC), newest_count=datetime(2026, 11, 20, tzinfo=UTC))


def doubt(clock: datetime | None, known: Surroundings = KNOWN) -> DateDoubt | None:
    return find_doubt(clock, uploaded_at=UPLOADED, known=known)


@pytest.mark.parametrize(
    "clock",
    [
        UPLOADED,
        UPLOADED + timedelta(hours=23),
        datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
        datetime(2026, 10, 25, tzinfo=UTC),
    ],
)
def test_a_clock_within_reason_is_believed(clock):
    assert doubt(clock) is None


@pytest.mark.parametrize(
    ("clock", "why"),
    [
        (None, DateDoubt.UNREADABLE),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-6))), DateDoubt.UNREADABLE),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), DateDoubt.UNREADABLE),
        (datetime(2569, 11, 28, 9, 0, tzinfo=UTC), DateDoubt.UNREADABLE),
        (UPLOADED + timedelta(hours=25), DateDoubt.AHEAD),
        (datetime(1970, 1, 1, tzinfo=UTC), DateDoubt.BEFORE_NURSERY),
        (datetime(2000, 1, 1, 0, 3, 12, tzinfo=UTC), DateDoubt.BEFORE_NURSERY),
        (datetime(2025, 2, 27, tzinfo=UTC), DateDoubt.BEFORE_NURSERY),
        (datetime(2026, 1, 1, 0, 3, tzinfo=timezone(timedelta(hours=-6))), DateDoubt.RESET),
        (datetime(2026, 10, 19, tzinfo=UTC), DateDoubt.BEHIND_LOCATION),
    ],
)
def test_a_clock_without_reason_is_asked_about(clock, why):
    assert doubt(clock) == why


def test_without_a_count_of_the_location_the_past_year_is_believed():
    assert doubt(datetime(2026, 3, 2, tzinfo=UTC), Surroundings(KNOWN.first_upload)) is None


def test_midnight_of_the_new_year_is_believed_on_the_day_itself():
    clock = datetime(2026, 1, 1, 0, 10, tzinfo=UTC)
    assert find_doubt(clock, uploaded_at=clock + timedelta(hours=1), known=Surroundings(clock)) is None


def test_what_a_row_can_hold():
    assert is_storable(datetime(1970, 1, 1, tzinfo=UTC))
    assert not is_storable(datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-6))))
