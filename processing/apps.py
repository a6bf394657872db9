"""Processing: from a stored photo to a count."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from processing import messages  # noqa: F401  so that each process knows them all


class ProcessingConfig(AppConfig):
    """The processing app."""

    name = "processing"
    verbose_name = _("Counting")
