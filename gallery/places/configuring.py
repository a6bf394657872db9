"""Configure locations, and process the photos that waited for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from demeter.accounts.models import User
from demeter.common.i18n.messages import Message
from gallery.places.location import photos_waiting_for_config
from locations.configuration import (
    active_config,
    configure_location,
)
from locations.forms import SHORT_NUMBER
from locations.models import LocationConfig, StorageLocation
from processing import jobs
from processing.messages import (
    LOCATION_CONFIGURED,
)


def suggested_config(location: StorageLocation) -> LocationConfig | None:
    """The configuration to start from: the location's own, else the latest one of the same bed."""
    in_bed = LocationConfig.objects.filter(active=True, location__storage_area_id=location.storage_area_id)
    return active_config(location) or in_bed.select_related("location").order_by("-updated_at").first()


def config_values(config: LocationConfig | None) -> dict[str, int | None]:
    """The initial values of the form that configures a location; empty without a configuration."""
    if config is None:
        return {}
    return {
        "product": config.product_id,
        "packaging": config.packaging_id,
        "expected_state": config.expected_state_id,
    }


def chosen_values(query: Mapping[str, str]) -> dict[str, int]:
    """The product or packaging that was just made for the form, from the address that its page led back to."""
    return {name: int(query[name]) for name in ("product", "packaging") if SHORT_NUMBER.fullmatch(query.get(name, ""))}


@transaction.atomic
def configure(*, locations: Sequence[StorageLocation], values: Mapping[str, Any], user: User) -> int:
    """Write one configuration for all these locations and process every photo that waited for it; how many.

    Their rows are locked in a fixed order, to prevent deadlocks, and before the photos are looked up: a run that ends
    meanwhile sees the configuration or is found here.
    """
    reason = None
    for location in sorted(locations, key=lambda location: location.pk):
        reason = write_configuration(location, values)
    image_ids = list(photos_waiting_for_config(locations).values_list("pk", flat=True))
    return len(jobs.reprocess_photos(image_ids=image_ids, user=user, reason=reason).started)


def write_configuration(location: StorageLocation, values: Mapping[str, Any]) -> Message:
    """Configure one location and return the reason for the runs that follow."""
    config = configure_location(location=location, **values)
    return LOCATION_CONFIGURED(product=str(config.product))
