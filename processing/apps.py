"""Processing: from a stored photo to a count."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from processing import messages  # noqa: F401  registers them in each process


class ProcessingConfig(AppConfig):
    name = "processing"
    verbose_name = _("Counting")
