"""How far counts may be off: learned from validated photos, stored as versions, looked up for counts and visits.

`processing.review.validation` records and withdraws validations. Each change learns anew and stores a version, in its
own transaction; the newest version is used. The arithmetic is `stock.conformal`, pure. Where a nursery has too few
validated photos, `shipped_intervals.json` has what the pictures say that Demeter was tested with (`python -m
bench.accuracy.coverage --write`).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from demeter.accounts.models import User
from stock.calibration import learn_factors, lock_learning
from stock.conformal import (
    LEVEL,
    Key,
    Margin,
    Quantile,
    Rung,
    Stratum,
    add_margins,
    find_margin,
    interval_around,
    learn,
    score,
)
from stock.models import CountShare, IntervalVersion, StockCount, Validation, ValidationSource

SHIPPED = Path(__file__).with_name("shipped_intervals.json")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Learned:
    """What is known of the errors of counts. `version` is None before anything was learned."""

    quantiles: Mapping[Key, Quantile]
    version: int | None = None

    def margin_of(self, row: Row | None) -> Margin | None:
        """The margin of a count, read by `MEASURED`; None if nothing is known."""
        if row is None:
            return None
        product, packaging = (None, None) if row["divided"] else (row["product"], row["packaging"])
        stratum = Stratum(row["model"], row["container"], product, packaging)
        return find_margin(row["error"], stratum, self.quantiles, shipped())

    def margin(self, error: float | None, *, model: str, container: str) -> Margin | None:
        """The margin of a count of which no product is known."""
        return find_margin(error, Stratum(model, container), self.quantiles, shipped())


@dataclass(frozen=True)
class Truth:
    """A photo whose true number is known, and what its run counted and predicted."""

    image_id: UUID
    session_id: UUID
    counted: int
    truth: int
    predicted_error: float
    model_version: str
    container_kind: str
    product_id: int | None
    packaging_id: int | None
    moment: datetime
    calibrated: int | None = None

    @property
    def stratum(self) -> Stratum:
        """What kind of photo it is."""
        return Stratum(self.model_version, self.container_kind, self.product_id, self.packaging_id)


# The columns of a count that its margin depends on, for `Learned.margin_of`.
MEASURED = JSONObject(
    error="predicted_error",
    model="model_version",
    container="container_kind",
    product="batch__product_id",
    packaging="batch__packaging_id",
    divided=Exists(CountShare.objects.filter(count=OuterRef("pk"))),
)


@cache
def shipped() -> Mapping[str, Quantile]:
    """What the pictures say that Demeter was tested with, by the models that they were counted with."""
    known = json.loads(SHIPPED.read_text())
    return {known["model"]: Quantile(known["quantile"], known["photos"])}


def read_learned() -> Learned:
    """What the newest version says; one query."""
    version = IntervalVersion.objects.first()
    if version is None:
        return Learned({})
    return Learned({_key(row): Quantile(row["quantile"], row["n"]) for row in version.quantiles}, version.pk)


def margins_of_visits(visit_ids: Iterable[int], learned: Learned) -> dict[int, Margin | None]:
    """The margins of visits: of the counts that they consist of, added up. One query."""
    counts = StockCount.objects.in_force().filter(visit__in=set(visit_ids), is_counted=True)
    parts: defaultdict[int, list[Margin | None]] = defaultdict(list)
    for visit_id, row in counts.order_by().annotate(measured=MEASURED).values_list("visit_id", "measured"):
        parts[visit_id].append(learned.margin_of(row))
    return {visit_id: add_margins(margins) for visit_id, margins in parts.items()}


def margins_of_photos(image_ids: Collection[UUID], learned: Learned) -> dict[UUID, Margin | None]:
    """The margins of the visits that these photos belong to; photos that are not in the stock are left out. Two
    queries."""
    counts = StockCount.objects.in_force().filter(image_id__in=image_ids).exclude(visit=None).order_by()
    visits = dict(counts.values_list("image_id", "visit_id"))
    margins = margins_of_visits(visits.values(), learned) if visits else {}
    return {image_id: margins.get(visit_id) for image_id, visit_id in visits.items()}


def margins_by_batch(counts: Iterable[StockCount]) -> dict[tuple[int | None, int], Margin]:
    """The margins of visits (by key) for each batch; those that are not known are left out. `counts` have their batches
    and shares. A count of several batches gives each its part of the margin."""
    used = [count for count in counts if count.visit_id is not None and count.is_counted]
    if all(count.predicted_error is None for count in used):
        return {}
    learned = read_learned()
    parts: defaultdict[tuple[int | None, int], list[Margin | None]] = defaultdict(list)
    for count in used:
        margin = learned.margin_of(_measured(count))
        for batch, (plants, _empty) in count.by_batch.items():
            share = plants / count.quantity if count.quantity else 1.0
            parts[count.visit_id, batch].append(replace(margin, plants=margin.plants * share) if margin else None)
    sums = {key: add_margins(margins) for key, margins in parts.items()}
    return {key: margin for key, margin in sums.items() if margin is not None}


def _measured(count: StockCount) -> Row:
    return {
        "error": count.predicted_error,
        "model": count.model_version,
        "container": count.container_kind,
        "product": count.batch.product_id,
        "packaging": count.batch.packaging_id,
        "divided": bool(count.shares.all()),
    }


def read_measured(session_id: UUID) -> Row | None:
    """The count of a run in force, for `Learned.margin_of`; None if it is not in the stock. One query."""
    found: Row | None = measured_counts(session_id=session_id).values_list("measured", flat=True).first()
    return found


def read_all_measured(session_ids: Collection[UUID]) -> dict[UUID, Row]:
    """The counts of several runs, as `read_measured` reads one; those that are not in the stock are left out. One
    query."""
    counts = StockCount.objects.in_force().filter(session_id__in=session_ids).order_by()
    return dict(counts.annotate(measured=MEASURED).values_list("session_id", "measured"))


def measured_counts(**conditions: Any) -> QuerySet[Any, Any]:
    """The counts in force as their `measured` columns, to be looked up in a subquery."""
    return StockCount.objects.in_force().filter(**conditions).order_by().values(measured=MEASURED)


@transaction.atomic
def record_validation(truth: Truth, *, source: ValidationSource, user: User) -> Validation:
    """Note the true number of a photo, in place of what was noted before, and learn anew. The same again changes
    nothing."""
    lock_learning()
    known = Validation.objects.in_force().of_image(truth.image_id).first()
    given = {**asdict(truth), "source": source}
    if known is not None and all(getattr(known, name) == value for name, value in given.items()):
        return known
    now = timezone.now()
    low, high = _interval_before(truth, known)
    if known is not None:
        known.withdrawn_at = now
        known.save(update_fields=["withdrawn_at"])
    validation = Validation.objects.create(**given, low=low, high=high, user=user, created_at=now)
    learn_anew({truth.stratum, *([known.stratum] if known else ())})
    return validation


def _interval_before(truth: Truth, known: Validation | None) -> tuple[int | None, int | None]:
    """The interval of a count before its photo was learned from: a fair test of intervals. Where the photo was learned
    from before, that is the interval of then, if it is the same count."""
    if known is not None and known.model_version == truth.model_version:
        is_same = (known.counted, known.calibrated) == (truth.counted, truth.calibrated)
        return (known.low, known.high) if is_same else (None, None)
    margin = find_margin(truth.predicted_error, truth.stratum, read_learned().quantiles, shipped())
    count = truth.counted if truth.calibrated is None else truth.calibrated
    interval = interval_around(count, margin)
    return (interval.low, interval.high) if interval else (None, None)


@transaction.atomic
def withdraw_validation(image_id: UUID, *, sources: Collection[ValidationSource]) -> bool:
    """Take what was noted about a photo back, if it is known from one of these sources, and learn anew."""
    noted = Validation.objects.in_force().of_image(image_id).filter(source__in=sources)
    if not noted.exists():
        return False
    lock_learning()
    strata = {validation.stratum for validation in noted}
    if noted.update(withdrawn_at=timezone.now()):
        learn_anew(strata)
    return True


@transaction.atomic
def forget_photo(image_id: UUID) -> None:
    """Forget a photo of the demo nursery, and learn anew from those of one's own."""
    lock_learning()
    if Validation.objects.of_image(image_id).delete()[0]:
        learn_anew()


@transaction.atomic
def learn_anew(strata: Collection[Stratum] | None = None) -> IntervalVersion:
    """Store the quantiles of all validations in force as a new version, and the factors that they change: of all kinds
    of photos, or of these, of which some were validated or no longer are."""
    lock_learning()
    columns = ("model_version", "container_kind", "product_id", "packaging_id", "counted", "truth", "predicted_error")
    rows = Validation.objects.in_force().order_by().values_list(*columns)
    known = [(Stratum(*row[:4]), score(*row[4:])) for row in rows]
    learn_factors(strata)
    return IntervalVersion.objects.create(
        created_at=timezone.now(),
        level=LEVEL,
        validations=len(known),
        quantiles=[_row(key, quantile) for key, quantile in learn(known).items()],
    )


def _row(key: Key, quantile: Quantile) -> dict[str, Any]:
    rung, model, container, packaging, product = key
    return {
        "rung": rung.code,
        "model": model,
        "container": container,
        "packaging": packaging,
        "product": product,
        "n": quantile.n,
        "quantile": quantile.quantile,
    }


def _key(row: Row) -> Key:
    return Rung[row["rung"].upper()], row["model"], row["container"], row["packaging"], row["product"]
