"""Days of the nursery in forms: how they are typed, and when they begin."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from photos.dates import EARLIEST, LATEST, is_storable

ISO_DATE = ["%Y-%m-%d"]
CALENDAR = forms.DateInput(attrs={"type": "date"}, format=ISO_DATE[0])


def check_moment(moment: datetime | None) -> datetime | None:
    """Refuse dates that a row cannot store."""
    if moment is not None and not is_storable(moment):
        raise forms.ValidationError(_("This date cannot be right."))
    return moment


def midnight(day: date) -> datetime:
    """The start of a day in the nursery's time zone, limited to the range of datetimes."""
    within = min(max(day, EARLIEST.date()), LATEST.date())
    return timezone.make_aware(datetime.combine(within, time.min))


def next_day(day: date) -> date:
    """The day after; the last day of the calendar has none."""
    return day + timedelta(days=1) if day < LATEST.date() else day
