"""The places that a person most likely means next: those chosen last, and the bays beside the newest of them."""

from datetime import timedelta

from django.utils import timezone

from demeter.accounts.models import User
from locations.models import StorageLocation
from processing.models import Job

LAST_PLACES = 3
LOOKED_BACK = 50  # photos
LATELY = timedelta(days=14)
BESIDE = 2  # bays on each side


def last_places(user: User) -> list[StorageLocation]:
    """The locations that this person chose for photos last, newest first. Two queries."""
    lately = Job.objects.filter(requested_by=user, created_at__gt=timezone.now() - LATELY)
    chosen = lately.exclude(chosen_location=None).order_by("-created_at")
    newest = dict.fromkeys(chosen.values_list("chosen_location", flat=True)[:LOOKED_BACK])
    active = StorageLocation.objects.active().with_names().in_bulk(newest) if newest else {}
    return [active[place_id] for place_id in newest if place_id in active][:LAST_PLACES]


def likely_places(user: User) -> list[StorageLocation]:
    """The last places, then the bays before and after the newest of them in natural order. Four queries at most."""
    last = last_places(user)
    known = {place.pk for place in last}
    return [*last, *(place for place in _beside(last[0]) if place.pk not in known)] if last else []


def _beside(place: StorageLocation) -> list[StorageLocation]:
    bays = StorageLocation.objects.active().with_names().filter(storage_area=place.storage_area_id)
    after = list(bays.filter(sort_key__gt=place.sort_key).order_by("sort_key")[:BESIDE])
    return [*after, *bays.filter(sort_key__lt=place.sort_key).order_by("-sort_key")[:BESIDE]]
