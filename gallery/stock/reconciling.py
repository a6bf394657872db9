"""The read model of reconciliation: differences between counts and what was expected, by what they are worth.

Four queries for any number of differences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.accounts.models import User
from demeter.common.exceptions import NotFoundError
from demeter.common.search import longest_words
from gallery.common.forms import PER_PAGE
from stock.amounts import Value
from stock.changes import Period
from stock.models import Decision, Difference

WITH_NAMES = (
    "batch__product",
    "batch__packaging",
    "batch__state",
    "batch__location__storage_area__warehouse",
    "assigned_to",
    "visit",
    "document",
)
OUTLINES = (
    "batch__location__polygon",
    "batch__location__storage_area__polygon",
    "batch__location__storage_area__warehouse__polygon",
)
DECISIONS = models.Prefetch(
    "decisions", Decision.objects.select_related("user", "assigned_to", "document").order_by("-pk")
)
# Negative for plants that are missing.
WORTH = F("unexplained") * F("batch__product__price")
SEARCHED = ("batch__location__code", "batch__location__name", "batch__product__common_name", "batch__product__sku")


class Status(models.TextChoices):
    """Which differences are listed."""

    OPEN = "open", gettext_lazy("Unexplained")
    RECOUNT = "recount", gettext_lazy("To count again")
    EXPLAINED = "explained", gettext_lazy("Explained")
    ALL = "all", gettext_lazy("All, with those by chance")


CONDITIONS = {
    Status.OPEN: ~Q(unexplained=0),
    Status.RECOUNT: Q(recount_since__isnull=False),
    Status.EXPLAINED: Q(decisions__isnull=False, unexplained=0),
    Status.ALL: Q(),
}


@dataclass(frozen=True)
class Wanted:
    """Which differences. `assigned_to` are those of a person alone."""

    period: Period
    status: str = Status.OPEN
    text: str = ""
    warehouse: int | None = None
    location: int | None = None
    assigned_to: User | None = None


@dataclass(frozen=True)
class Differences:
    """A page of them, and the sums of all: plants that are missing (negative) and too many, and what each of the two
    is worth. `older` is the number of unexplained ones from before the period."""

    page: Page[Any]
    missing: int
    too_many: int
    missing_values: tuple[Value, ...]
    too_many_values: tuple[Value, ...]
    older: int


def list_differences(wanted: Wanted, *, page: int = 1, per_page: int = PER_PAGE) -> Differences:
    """The differences, those worth most first; those without a price follow, by their plants."""
    chosen = _choose(wanted)
    within = chosen.filter(moment__gte=wanted.period.since, moment__lt=wanted.period.until)
    is_missing, is_too_many = Q(unexplained__lt=0), Q(unexplained__gt=0)
    rows = list(
        within.order_by()
        .values_list("batch__product__currency")
        .annotate(
            number=Count("pk", distinct=True),
            missing=Sum("unexplained", filter=is_missing, default=0),
            too_many=Sum("unexplained", filter=is_too_many, default=0),
            missing_worth=Sum(WORTH, filter=is_missing),
            too_many_worth=Sum(WORTH, filter=is_too_many),
        )
    )
    listed = within.annotate(worth=WORTH, plants=Abs("unexplained")).order_by(
        Abs("worth").desc(nulls_last=True), "-plants", "-moment", "pk"
    )
    paginator = Paginator(listed.select_related(*WITH_NAMES).defer(*OUTLINES).prefetch_related(DECISIONS), per_page)
    paginator.count = sum(row[1] for row in rows)
    is_open = wanted.status == Status.OPEN
    return Differences(
        page=paginator.get_page(page),
        missing=sum(row[2] for row in rows),
        too_many=sum(row[3] for row in rows),
        missing_values=_values((row[0], row[4]) for row in rows),
        too_many_values=_values((row[0], row[5]) for row in rows),
        older=chosen.filter(moment__lt=wanted.period.since).count() if is_open else 0,
    )


def _values(sums: Iterable[tuple[str, Decimal | None]]) -> tuple[Value, ...]:
    return tuple(Value(amount, currency) for currency, amount in sums if amount)


def _choose(wanted: Wanted) -> QuerySet[Difference]:
    found = Difference.objects.filter(CONDITIONS[Status(wanted.status)])
    if wanted.status == Status.EXPLAINED:
        found = Difference.objects.filter(pk__in=found.order_by().values("pk"))
    if wanted.warehouse is not None:
        found = found.filter(batch__location__storage_area__warehouse=wanted.warehouse)
    if wanted.location is not None:
        found = found.filter(batch__location=wanted.location)
    if wanted.assigned_to is not None:
        found = found.filter(assigned_to=wanted.assigned_to)
    for word in longest_words(wanted.text):
        found = found.filter(Q.create([(f"{name}__icontains", word) for name in SEARCHED], connector=Q.OR))
    return found


def find_difference(number: int) -> Difference:
    """One difference with its names and decisions. Raises NotFoundError."""
    rows = Difference.objects.select_related(*WITH_NAMES).defer(*OUTLINES).prefetch_related(DECISIONS)
    found = rows.filter(pk=number).first()
    if found is None:
        raise NotFoundError(_("There is no such difference."))
    return found


def differences_of(location: int, *, before: datetime, shown: int = 10) -> Sequence[Difference]:
    """The newest differences of a location that are not chance, or that somebody decided about."""
    rows = Difference.objects.filter(batch__location=location, moment__lt=before)
    decided = Exists(Decision.objects.filter(difference=OuterRef("pk")))
    told = rows.filter(~Q(unexplained=0) | Q(taken_back=True) | decided)
    return tuple(
        told.select_related("batch__product", "assigned_to")
        .prefetch_related("decisions")
        .order_by("-moment", "pk")[:shown]
    )


def waiting_recounts(*, shown: int = 10) -> tuple[int, tuple[Difference, ...]]:
    """The number of differences that wait until their place is counted again, and those that have waited longest."""
    waiting = Difference.objects.exclude(recount_since=None)
    rows = waiting.select_related("batch__product", "batch__location__storage_area__warehouse", "assigned_to")
    oldest = tuple(rows.defer(*OUTLINES).order_by("recount_since")[:shown])
    return (len(oldest) if len(oldest) < shown else waiting.count()), oldest
