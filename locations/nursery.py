"""The settings of the nursery, read once a minute at most: its name, its units, the time zone of every page and photo.

What the owner chose (`locations.models.Nursery`) takes precedence over `TIME_ZONE`, which applies until then.
"""

from collections.abc import Callable
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from locations.models import Nursery, Units
from locations.models.nursery import ONLY_ID

CACHE_KEY = "nursery"
KEPT_SECONDS = 60


class NurserySettings(TypedDict):
    """Empty texts for what nobody has chosen. `blind_recount_percent`: of the photos under review, 0 for none.
    `working_from`, `working_until`: hours of the day in which nothing is trained; none if they are the same."""

    name: str
    language: str
    time_zone: str
    currency: str
    units: str
    blind_recount_percent: int
    working_from: int
    working_until: int


UNSET = NurserySettings(
    name="",
    language="",
    time_zone="",
    currency="",
    units=Units.METRIC.value,
    blind_recount_percent=3,
    working_from=7,
    working_until=19,
)


def read_nursery() -> NurserySettings:
    """What the owner chose."""
    kept: NurserySettings | None = cache.get(CACHE_KEY)
    if kept is None:
        try:
            kept = Nursery.objects.filter(pk=ONLY_ID).values(*UNSET).first() or UNSET
        except (OperationalError, InterfaceError):
            return UNSET
        cache.set(CACHE_KEY, kept, KEPT_SECONDS)
    return {**UNSET, **kept}  # what an earlier version kept may lack some


def write_nursery(**values: str | int) -> Nursery:
    """Change some of the settings."""
    nursery, _is_new = Nursery.objects.update_or_create(pk=ONLY_ID, defaults=values)
    forget_nursery()
    transaction.on_commit(forget_nursery)  # a request in between may have read the old ones
    return nursery


def forget_nursery() -> None:
    """Read the row again next time."""
    cache.delete(CACHE_KEY)


def nursery_zone() -> ZoneInfo:
    """The time zone of the nursery: of pages, of days, and of cameras that record none."""
    return ZoneInfo(read_nursery()["time_zone"] or settings.TIME_ZONE)


def uses_inches() -> bool:
    """Whether people type and read lengths in inches and feet."""
    return read_nursery()["units"] == Units.US


def use_nursery_time_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every page shows times in the nursery's zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = read_nursery()["time_zone"]
        if not chosen:
            return get_response(request)
        with timezone.override(ZoneInfo(chosen)):
            return get_response(request)

    return middleware


def nursery_context(_request: HttpRequest) -> dict[str, str]:
    """For every template: the nursery's name and its units of length."""
    nursery = read_nursery()
    return {"nursery_name": nursery["name"], "units": nursery["units"]}
