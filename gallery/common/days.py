"""Days of the nursery in forms: how they are typed, and when they begin."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone

from photos.dates import EARLIEST, LATEST

ISO_DATE = ["%Y-%m-%d"]
CALENDAR = forms.DateInput(attrs={"type": "date"}, format=ISO_DATE[0])


def midnight(day: date) -> datetime:
    """The start of a day in the nursery's time zone, limited to the range of datetimes."""
    within = min(max(day, EARLIEST.date()), LATEST.date())
    return timezone.make_aware(datetime.combine(within, time.min))


def next_day(day: date) -> date:
    """The day after; the last day of the calendar has none."""
    return day + timedelta(days=1) if day < LATEST.date() else day
