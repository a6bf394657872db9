"""Gallery: the pages and the API of photos and counts."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "gallery"
