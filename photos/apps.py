"""Photos: accepted, described and stored."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from photos import messages  # noqa: F401  so that each process knows them all


class PhotosConfig(AppConfig):
    """The photos app."""

    name = "photos"
    verbose_name = _("Photos")
