"""The locations app: where plants stand, what grows there and how densely. Everything else builds on it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from locations import messages  # noqa: F401  so that each process knows them all


class LocationsConfig(AppConfig):
    """Integer keys, because the specification fixes `storage_locations.id` as INTEGER."""

    name = "locations"
    verbose_name = _("Locations and cultivation")
    default_auto_field = "django.db.models.AutoField"
