"""When trainings may run: not in the working hours of the nursery, so that counting has the machine to itself."""

from datetime import datetime, timedelta

from django.utils import timezone

from locations.nursery import nursery_zone, read_nursery


def free_from(now: datetime | None = None) -> datetime | None:
    """When the working hours of today end; None outside of them, when a training may run."""
    here = (now or timezone.now()).astimezone(nursery_zone())
    nursery = read_nursery()
    begin, end = nursery["working_from"], nursery["working_until"]
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if begin < end and begin <= here.hour < end:
        return midnight + timedelta(hours=end)
    if begin > end and here.hour >= begin:  # a night shift
        return midnight + timedelta(days=1, hours=end)
    if begin > end and here.hour < end:
        return midnight + timedelta(hours=end)
    return None
