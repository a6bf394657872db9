"""Configure what grows in a location and how densely. Pages and fixes write LocationConfig and DensityParameters only
here."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from locations.models import (
    ContainerKind,
    ContainerType,
    DensityParameters,
    DensitySource,
    LocationConfig,
    Packaging,
    Product,
    ProductState,
    StorageLocation,
)

# A container as the segmentation names it, and the kinds of container types it can be.
KINDS_BY_DETECTED: dict[str, tuple[ContainerKind, ...]] = {
    "segment": (ContainerKind.SEGMENT, ContainerKind.POT),
    "box": (ContainerKind.BOX,),
    "plug": (ContainerKind.PLUG, ContainerKind.SEEDLING_TRAY),
}
TWICE_WITHIN = timedelta(minutes=10)


class ConfigureMode(models.TextChoices):
    """Correct the current cycle, or start a new one and leave history unchanged."""

    UPDATE = "update", _("Correct the current configuration")
    NEW_CYCLE = "new_cycle", _("Start a new cultivation cycle")


def configure_location(
    *,
    location: StorageLocation,
    product: Product,
    packaging: Packaging | None,
    expected_state: ProductState,
    mode: ConfigureMode,
) -> LocationConfig:
    """Write the active configuration; without an active one both modes open the first cycle.

    The location's row is locked, so that two people cannot both open a cycle. Starting the same cycle again within
    TWICE_WITHIN changes nothing: the form was submitted twice.
    """
    wanted = (product, packaging, expected_state)
    with transaction.atomic():
        StorageLocation.objects.select_for_update().get(pk=location.pk)
        config, now = active_config(location), timezone.now()
        if config is not None and mode == ConfigureMode.NEW_CYCLE:
            is_new = config.started_at > now - TWICE_WITHIN
            if is_new and (config.product, config.packaging, config.expected_state) == wanted:
                return config
            config.active, config.closed_at = False, now
            config.save(update_fields=["active", "closed_at", "updated_at"])
            config = None
        if config is None:
            config = LocationConfig(location=location, started_at=now)
        config.product, config.packaging, config.expected_state = wanted
        config.save()
    return config


def active_config(location: StorageLocation) -> LocationConfig | None:
    """The current cultivation cycle of a location, with its related rows."""
    return location.configs.filter(active=True).select_related("product", "packaging", "expected_state").first()


def config_at(location: StorageLocation, moment: datetime) -> LocationConfig | None:
    """The cultivation cycle that was current at this moment, with its related rows.

    A photo taken before the first cycle, or between two cycles, belongs to the next one. None after the last cycle was
    closed.
    """
    cycles = location.configs.select_related("product", "packaging", "expected_state")
    begun = cycles.filter(Q(closed_at=None) | Q(closed_at__gt=moment), started_at__lte=moment)
    next_cycles = cycles.filter(started_at__gt=moment)
    return begun.order_by("-started_at", "-pk").first() or next_cycles.order_by("started_at", "pk").first()


def active_configs(locations: Iterable[StorageLocation]) -> dict[int, LocationConfig]:
    """The current cycles of these locations by location id. Locations without one are left out."""
    running = LocationConfig.objects.filter(active=True, location__in=locations)
    return {config.location_id: config for config in running.select_related("product", "packaging", "expected_state")}


def set_density(
    *,
    container_type: ContainerType,
    product: Product,
    packaging: Packaging | None,
    avg_area_per_plant_cm2: float,
    sample_size: int = 0,
) -> DensityParameters:
    """Write a calibrated density; each call raises its version. ValueError unless the area is positive."""
    if not avg_area_per_plant_cm2 > 0:
        raise ValueError("the area of a plant must be positive")
    measured = {
        "avg_area_per_plant_cm2": avg_area_per_plant_cm2,
        "source": DensitySource.CALIBRATED,
        "sample_size": sample_size,
    }
    density, _created = DensityParameters.objects.update_or_create(
        container_type=container_type,
        product=product,
        packaging=packaging,
        defaults={**measured, "version": F("version") + 1},
        create_defaults={**measured, "version": 1},
    )
    density.refresh_from_db()
    return density


def usual_densities(*, container_type: ContainerType, product: Product) -> tuple[float, float] | None:
    """The lowest and highest known plants per m² of the product, or else of any product in this kind of container."""
    known = DensityParameters.objects.filter(product=product)
    if not known.exists():
        known = DensityParameters.objects.filter(container_type__kind=container_type.kind)
    span = known.aggregate(least=Min("plants_per_m2"), most=Max("plants_per_m2"))
    return None if span["least"] is None else (span["least"], span["most"])


def find_density(*, detected_kind: str, product: Product, packaging: Packaging | None) -> DensityParameters | None:
    """The density for a container found in a photo ("segment", "box" or "plug"): calibrated before default."""
    return (
        DensityParameters.objects.filter(
            container_type__kind__in=KINDS_BY_DETECTED[detected_kind], product=product, packaging=packaging
        )
        .select_related("container_type")
        .order_by("source", "-updated_at")  # "calibrated" comes before "default"
        .first()
    )
