"""The locations app: where plants grow, what grows there and how densely. Every other app builds on it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from locations import messages  # noqa: F401  registers them in each process


class LocationsConfig(AppConfig):
    """Integer keys, because the specification fixes `storage_locations.id` as INTEGER."""

    name = "locations"
    verbose_name = _("Locations and cultivation")
    default_auto_field = "django.db.models.AutoField"
