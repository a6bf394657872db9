"""Photos: accepted, described and stored."""

from django.apps import AppConfig


class PhotosConfig(AppConfig):
    """The photos app."""

    name = "photos"
