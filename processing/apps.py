"""Processing: from a stored photo to a count."""

from django.apps import AppConfig


class ProcessingConfig(AppConfig):
    """The processing app."""

    name = "processing"
