"""Merge two products that are the same plant: what grows, its densities and its stock move to the one that stays."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.common.exceptions import ConflictError
from locations.models import ConfigPart, DensityParameters, LocationConfig, Product
from stock.calibration import lock_learning
from stock.intervals import learn_anew
from stock.models import StockBatch, Validation


@dataclass(frozen=True)
class Merged:
    """How many rows refer to the other product now."""

    cycles: int
    batches: int
    densities: int


def count_references(product: Product) -> Merged:
    """What a merge would move."""
    listing = LocationConfig.objects.filter(Q(product=product) | Q(parts__product=product)).distinct()
    return Merged(cycles=listing.count(), batches=product.batches.count(), densities=product.densities.count())


@transaction.atomic
def merge_products(*, source: Product, target: Product) -> Merged:
    """Move everything from `source` to `target`, and archive `source` with a note of where it went.

    A density that `target` has already for the same container and packaging stays with `source`: past counts name it.

    Raises:
        ConflictError: one is merged already or stands for mixed plants, or a cycle lists both or has stock of both,
            which no merge may add up.
    """
    lock_learning()
    locked = {
        row.pk: row for row in Product.objects.select_for_update().filter(pk__in=(source.pk, target.pk)).order_by("pk")
    }
    source, target = locked[source.pk], locked[target.pk]
    if source.pk == target.pk or source.merged_into_id or target.merged_into_id:
        raise ConflictError(_("Choose two different products that were not merged before."))
    if source.is_mixed or target.is_mixed:
        raise ConflictError(_("Mixed plants are no product that can be merged. Configure the places where they grow."))
    _refuse_listed_twice(source, target)
    _refuse_double_stock(source, target)
    now = timezone.now()
    known = set(target.densities.values_list("container_type_id", "packaging_id"))
    moved = [
        density.pk
        for density in source.densities.all()
        if (density.container_type_id, density.packaging_id) not in known
    ]
    cycles = count_references(source).cycles
    LocationConfig.objects.filter(product=source).update(product=target, updated_at=now)
    ConfigPart.objects.filter(product=source).update(product=target, updated_at=now)
    merged = Merged(
        cycles=cycles,
        batches=StockBatch.objects.filter(product=source).update(product=target, updated_at=now),
        densities=DensityParameters.objects.filter(pk__in=moved).update(product=target, updated_at=now),
    )
    source.active, source.merged_into = False, target
    source.save()
    Product.objects.filter(merged_into=source).update(merged_into=target, updated_at=now)
    if Validation.objects.filter(product=source).update(product=target):
        learn_anew()
    return merged


def _refuse_listed_twice(source: Product, target: Product) -> None:
    """A cycle lists a product in a packaging once."""
    other = set(target.config_parts.values_list("config_id", "packaging_id"))
    for part in source.config_parts.select_related("config__location__storage_area__warehouse"):
        if (part.config_id, part.packaging_id) in other:
            raise ConflictError(
                _("%(location)s lists both products. Correct its configuration first.")
                % {"location": part.config.location.full_name}
            )


def _refuse_double_stock(source: Product, target: Product) -> None:
    """One batch for each cycle, product and packaging: two cannot become one, as their movements never change."""
    other = {(batch.config_id, batch.packaging_id) for batch in target.batches.all()}
    for batch in source.batches.select_related("location__storage_area__warehouse"):
        if (batch.config_id, batch.packaging_id) in other:
            raise ConflictError(
                _("%(location)s has stock of both products in one cycle. Move that stock to one of them first.")
                % {"location": batch.location.full_name}
            )
