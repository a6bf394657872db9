"""Factors for counts that lean one way: learned with every validation, stored as versions, switched off by people.

`stock.intervals` calls `learn_factors` under its lock whenever what is known changes; `processing.pipeline.aggregation`
asks for the factor of a new count with `find_calibration`. Counts keep the factor that they were made with. The
arithmetic is `stock.factors`, pure.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from stock.conformal import Stratum
from stock.factors import LEAST_PHOTOS, Factor, Pair, learn_factor
from stock.models import Calibration, CountShare, StockCount, Validation, ValidationSource

# What is learned is learned one after the other (pg_advisory_xact_lock). The last lock that a transaction takes; only
# `stock.products.merge_products` takes it first: whoever learns refers to products.
LEARNING = 0x1E7E1
ACCEPTED_AT_MOST = 200
KNOWN_AT_MOST = 500
NUMBERS = ("factor", "low", "high", "error_before", "error_after")
KIND = ("model_version", "container_kind", "product_id", "packaging_id")
COUNTED_KIND = ("model_version", "container_kind", "batch__product_id", "batch__packaging_id")


def lock_learning() -> None:
    """Wait until nobody else learns, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEARNING])


def find_calibration(stratum: Stratum) -> Calibration | None:
    """The factor that new counts of such photos are multiplied by; None if there is none. One query."""
    if stratum.product is None:
        return None
    return Calibration.objects.used().of(stratum).first()


def learn_factors(strata: Collection[Stratum] | None = None) -> None:
    """Store a new version of each factor that the validations in force change, of all kinds of photos or of these. The
    caller has locked the learning."""
    now = timezone.now()
    known = [row for row in Calibration.objects.in_force() if strata is None or row.stratum in strata]
    in_force = {row.stratum: row for row in known}
    learned = {stratum: learn_factor(pairs) for stratum, pairs in _read_pairs(strata).items()}
    for stratum in {*in_force, *learned}:
        row, factor = in_force.get(stratum), learned.get(stratum)
        if row is not None and factor is not None and _says(row, factor):
            continue
        if row is not None:
            _end(row, now)
        if factor is not None:
            _store(stratum, factor, now)


@transaction.atomic
def switch_calibration(*, calibration_id: int, on: bool, user: User) -> Calibration:
    """Let new counts be multiplied by a factor or not, also by what it becomes later. Counts that have it keep it.

    Raises ConflictError if this version was replaced.
    """
    lock_learning()
    row = Calibration.objects.in_force().filter(pk=calibration_id).first()
    if row is None:
        raise ConflictError(_("This factor has changed in the meantime. Look at it again."))
    if row.is_off != on:
        return row
    now = timezone.now()
    _end(row, now)
    row.pk, row.is_off, row.user, row.created_at, row.ended_at = None, not on, user, now, None
    row.save(force_insert=True)
    return row


def _read_pairs(strata: Collection[Stratum] | None) -> Mapping[Stratum, Sequence[Pair]]:
    """What was counted and what is true, by kind of photo, of the newest photos.

    Counts that a person made without seeing the model's speak for themselves. Corrected photos are those that looked
    wrong, so the counts that people signed off as they were stand beside them.
    """
    known: defaultdict[Stratum, list[Pair]] = defaultdict(list)
    corrected: defaultdict[Stratum, list[Pair]] = defaultdict(list)
    rows = Validation.objects.in_force().exclude(product=None).order_by("-pk")
    if strata is not None:
        rows = rows.filter(product__in={stratum.product for stratum in strata})
    for source, counted, truth, *kind in rows.values_list("source", "counted", "truth", *KIND):
        pairs = (corrected if source == ValidationSource.CORRECTED else known)[Stratum(*kind)]
        if len(pairs) < KNOWN_AT_MOST and (strata is None or Stratum(*kind) in strata):
            pairs.append((counted, truth))
    few = [stratum for stratum in corrected if len(known[stratum]) < LEAST_PHOTOS]
    accepted = _read_accepted(few)
    together = {stratum: [*known[stratum], *corrected[stratum], *accepted[stratum]] for stratum in few}
    return {**known, **together}


def _read_accepted(strata: Sequence[Stratum]) -> Mapping[Stratum, list[Pair]]:
    """The newest counts without a factor that were signed off unchanged, and whose true number nobody has given."""
    accepted: defaultdict[Stratum, list[Pair]] = defaultdict(list)
    divided = CountShare.objects.filter(count=OuterRef("pk"))
    counts = StockCount.objects.in_force().of_photos()
    validated = Validation.objects.in_force().filter(image_id=OuterRef("image_id"))
    unknown = counts.filter(~Exists(divided), ~Exists(validated))
    signed = unknown.filter(signed_off=True, predicted_error__gt=0, uncalibrated=None)
    for stratum in strata:
        kind = dict(zip(COUNTED_KIND, astuple(stratum), strict=True))
        newest = signed.filter(**kind).order_by("-pk").values_list("quantity", flat=True)[:ACCEPTED_AT_MOST]
        accepted[stratum] = [(plants, plants) for plants in newest]
    return accepted


def _says(row: Calibration, factor: Factor) -> bool:
    """Whether a version says the same already."""
    return (row.photos, row.verdict) == (factor.n, factor.verdict) and all(
        getattr(row, name) == getattr(factor, name) for name in NUMBERS
    )


def _end(row: Calibration, now: datetime) -> None:
    row.ended_at = now
    row.save(update_fields=["ended_at"])


def _store(stratum: Stratum, factor: Factor, now: datetime) -> None:
    """What a person switched off stays off, also for newer models, and for the product that another was merged into."""
    same = Calibration.objects.filter(container_kind=stratum.container, packaging=stratum.packaging)
    earlier = same.filter(Q(product=stratum.product) | Q(product__merged_into=stratum.product))
    newest = earlier.order_by("product_id", "-pk").distinct("product_id")
    kind: dict[str, Any] = dict(zip(KIND, astuple(stratum), strict=True))
    Calibration.objects.create(
        photos=factor.n,
        verdict=factor.verdict,
        is_off=any(row.is_off for row in newest),
        created_at=now,
        **kind,
        **{name: getattr(factor, name) for name in NUMBERS},
    )
