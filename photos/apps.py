"""Photos: accepted, described and stored."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from photos import messages  # noqa: F401  registers them in each process


class PhotosConfig(AppConfig):
    name = "photos"
    verbose_name = _("Photos")
