"""Addresses of the gallery: pages, fragments, and its part of the API."""

from django.urls import path

from gallery import api, views

urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/changes/", views.changes, name="gallery-changes"),
    path("gallery/<uuid:image_id>/", views.photo, name="photo"),
    path("gallery/<uuid:image_id>/problem/", views.problem, name="photo-problem"),
    path("gallery/<uuid:image_id>/fix/", views.fix, name="photo-fix"),
    path("api/v1/photos/gallery", api.gallery, name="api-gallery"),
    path("api/v1/photos/<uuid:image_id>", api.detail, name="api-photo"),
    path("api/v1/photos/<uuid:image_id>/annotated", api.annotated, name="api-photo-annotated"),
]
