"""Configure locations, and process the photos that waited for it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from demeter.accounts.models import User
from demeter.common.i18n.messages import Message
from gallery.places.location import photos_waiting_for_config
from locations.configuration import WITH_PRODUCTS, ConfigureMode, active_config, configure_location, list_parts
from locations.forms import MIXED, SHORT_NUMBER
from locations.models import LocationConfig, StorageLocation
from processing import jobs
from processing.messages import LOCATION_CONFIGURED
from stock.models import StockCount, Visit


def suggested_config(location: StorageLocation) -> LocationConfig | None:
    """The configuration to start from: the location's own, else the latest one of the same bed."""
    in_bed = LocationConfig.objects.filter(active=True, location__storage_area_id=location.storage_area_id)
    in_bed = in_bed.select_related("location", "product").prefetch_related(WITH_PRODUCTS)
    return active_config(location) or in_bed.order_by("-updated_at").first()


def config_values(config: LocationConfig | None) -> dict[str, object]:
    """The initial values of the form that configures a location; empty without a configuration."""
    if config is None:
        return {}
    return {
        "product": MIXED if config.product.is_mixed else config.product_id,
        "packaging": config.packaging_id,
        "expected_state": config.expected_state_id,
        "parts": list_parts(config),
    }


def chosen_values(query: Mapping[str, str]) -> dict[str, int]:
    """The product or packaging that was just made for the form, from the address that its page led back to."""
    return {name: int(query[name]) for name in ("product", "packaging") if SHORT_NUMBER.fullmatch(query.get(name, ""))}


def configure(*, locations: Sequence[StorageLocation], values: Mapping[str, Any], user: User) -> int:
    """Write one configuration for all these locations and process every photo that waited for it; how many.

    If several products of a current cycle are listed differently, the photos of the last visit are processed again too,
    so that the stock follows.
    """
    reason, started, listed_anew = _write_and_start(locations, values, user)
    image_ids = [image_id for location in listed_anew for image_id in photos_of_last_visit(location)]
    return started + len(jobs.reprocess_photos(image_ids=image_ids, user=user, reason=reason).started)


@transaction.atomic
def _write_and_start(
    locations: Sequence[StorageLocation], values: Mapping[str, Any], user: User
) -> tuple[Message | None, int, list[StorageLocation]]:
    """The reason for the runs, how many photos that waited were started, and the locations listed differently.

    The rows of the locations are locked in a fixed order, to prevent deadlocks, and before the photos are looked up: a
    run that ends meanwhile sees the configuration or is found here.
    """
    reason, listed_anew = None, []
    for location in sorted(locations, key=lambda location: location.pk):
        before = active_config(location)
        reason = write_configuration(location, values)
        if values["mode"] == ConfigureMode.UPDATE and _is_listed_anew(before, active_config(location)):
            listed_anew.append(location)
    image_ids = list(photos_waiting_for_config(locations).values_list("pk", flat=True))
    return reason, len(jobs.reprocess_photos(image_ids=image_ids, user=user, reason=reason).started), listed_anew


def _is_listed_anew(before: LocationConfig | None, after: LocationConfig | None) -> bool:
    """Whether several products are listed, now or before, and differ."""
    if before is None or after is None or not (before.listed_parts or after.listed_parts):
        return False
    now, then = ((config.product, config.packaging, list_parts(config)) for config in (after, before))
    return now != then


def photos_of_last_visit(location: StorageLocation) -> list[UUID]:
    """The photos that the stock of this location is counted by."""
    visit = Visit.objects.filter(location=location, photos__gt=0).order_by("-last_at").first()
    counts = StockCount.objects.in_force().filter(visit=visit, is_counted=True) if visit else StockCount.objects.none()
    return list(counts.values_list("image_id", flat=True))


def write_configuration(location: StorageLocation, values: Mapping[str, Any]) -> Message:
    """Configure one location and return the reason for the runs that follow."""
    config = configure_location(location=location, **values)
    return LOCATION_CONFIGURED(product=str(config.product))
