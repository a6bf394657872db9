"""Every page, fragment and endpoint of the gallery, package by package."""

from django.urls import include, path

urlpatterns = [
    path("", include("gallery.upload.urls")),
    path("", include("gallery.jobs.urls")),
    path("", include("gallery.browse.urls")),
    path("", include("gallery.photo.urls")),
    path("", include("gallery.review.urls")),
    path("", include("gallery.places.urls")),
    path("", include("gallery.imports.urls")),
    path("", include("gallery.movements.urls")),
    path("", include("gallery.stock.urls")),
    path("", include("gallery.stocktakes.urls")),
    path("", include("gallery.accuracy.urls")),
    path("", include("gallery.learning.urls")),
    path("", include("gallery.evidence.urls")),
    path("", include("gallery.todo.urls")),
    path("", include("gallery.people.urls")),
    path("", include("gallery.catalogue.urls")),
    path("", include("gallery.setup.urls")),
    path("", include("gallery.help.urls")),
]
