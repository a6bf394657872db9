"""Configure what grows in a location and how densely. Pages and fixes write LocationConfig and DensityParameters only
here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F, Max, Min, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from locations.models import (
    ConfigPart,
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
from locations.models.photo_parts import Corners, corners_of_side, read_corners

# A container as the segmentation names it, and the kinds of container types it can be.
KINDS_BY_DETECTED: dict[str, tuple[ContainerKind, ...]] = {
    "segment": (ContainerKind.SEGMENT, ContainerKind.POT),
    "box": (ContainerKind.BOX,),
    "plug": (ContainerKind.PLUG, ContainerKind.SEEDLING_TRAY),
}
TWICE_WITHIN = timedelta(minutes=10)
WITH_PRODUCTS = Prefetch("parts", ConfigPart.objects.select_related("product__family", "packaging"))


@dataclass(frozen=True)
class ListedPart:
    """One of several products of a place: in these containers, on this side of the photo, in the part of it that
    somebody drew, or a share of the others.

    `containers` is as `locations.models.container_numbers.write_numbers` writes it, `outline` as
    `locations.models.photo_parts.write_corners`; `side` is a `PhotoSide`, of which the share is a part.
    """

    product: Product
    packaging: Packaging | None
    containers: str = ""
    share_percent: int | None = None
    side: str = ""
    outline: str = ""

    @property
    def corners(self) -> Corners:
        """Its part of the photo, from a side or drawn; empty if it stands in none."""
        return corners_of_side(self.side, self.share_percent or 0) if self.side else read_corners(self.outline)


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
    parts: Sequence[ListedPart] | None = None,
) -> LocationConfig:
    """Write the active configuration; without an active one both modes open the first cycle.

    `product` and `packaging` are of everything that `parts` do not list; without `parts` a corrected cycle keeps those
    that it has. The location's row is locked, so that two people cannot both open a cycle. Starting the same cycle
    again within TWICE_WITHIN changes nothing: the form was submitted twice.
    """
    wanted = (product, packaging, expected_state)
    with transaction.atomic():
        StorageLocation.objects.select_for_update().get(pk=location.pk)
        config, now = active_config(location), timezone.now()
        if config is not None and mode == ConfigureMode.NEW_CYCLE:
            is_new = config.started_at > now - TWICE_WITHIN
            same = (config.product, config.packaging, config.expected_state) == wanted
            if is_new and same and list_parts(config) == list(parts or ()):
                return config
            config.active, config.closed_at = False, now
            config.save(update_fields=["active", "closed_at", "updated_at"])
            config = None
        if config is None:
            config = LocationConfig(location=location, started_at=now)
        config.product, config.packaging, config.expected_state = wanted
        config.save()
        if parts is not None:
            _write_parts(config, parts)
    return config


def list_parts(config: LocationConfig) -> list[ListedPart]:
    """The products that a cycle lists besides its own, in their order."""
    return [
        ListedPart(part.product, part.packaging, part.containers, part.share_percent, part.side, part.outline)
        for part in config.listed_parts
    ]


def _write_parts(config: LocationConfig, parts: Sequence[ListedPart]) -> None:
    """Replace the parts of a cycle if they differ; the audit log keeps the earlier ones."""
    if list_parts(config) == list(parts):
        return
    config.parts.all().delete()
    for part in parts:
        ConfigPart.objects.create(
            config=config,
            product=part.product,
            packaging=part.packaging,
            containers=part.containers,
            share_percent=part.share_percent,
            side=part.side,
            outline=part.outline,
        )
    config.refresh_from_db()


def active_config(location: StorageLocation) -> LocationConfig | None:
    """The current cultivation cycle of a location, with its related rows."""
    return _with_products(location.configs.filter(active=True)).first()


def config_at(location: StorageLocation, moment: datetime) -> LocationConfig | None:
    """The cultivation cycle that was current at this moment, with its related rows.

    A photo taken before the first cycle, or between two cycles, belongs to the next one. None after the last cycle was
    closed.
    """
    cycles = _with_products(location.configs.all())
    begun = cycles.filter(Q(closed_at=None) | Q(closed_at__gt=moment), started_at__lte=moment)
    next_cycles = cycles.filter(started_at__gt=moment)
    return begun.order_by("-started_at", "-pk").first() or next_cycles.order_by("started_at", "pk").first()


def active_configs(locations: Iterable[StorageLocation]) -> dict[int, LocationConfig]:
    """The current cycles of these locations by location id. Locations without one are left out."""
    running = LocationConfig.objects.filter(active=True, location__in=locations)
    return {config.location_id: config for config in _with_products(running)}


def _with_products(configs: models.QuerySet[LocationConfig]) -> models.QuerySet[LocationConfig]:
    return configs.select_related("product__family", "packaging", "expected_state").prefetch_related(WITH_PRODUCTS)


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
