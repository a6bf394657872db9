"""Gallery: what people see of photos and counts."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"
