"""Gallery: what people see of photos and counts."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """The gallery app; it has no tables of its own."""

    name = "gallery"
