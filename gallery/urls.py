"""Addresses of the gallery: pages, fragments, and its part of the API."""

from django.urls import path

from gallery import api, trash_views, views

urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/changes/", views.changes, name="gallery-changes"),
    path("gallery/trash/", trash_views.trash, name="trash"),
    path("gallery/delete/", trash_views.delete, name="photos-delete"),
    path("gallery/restore/", trash_views.restore, name="photos-restore"),
    path("gallery/<uuid:image_id>/", views.photo, name="photo"),
    path("gallery/<uuid:image_id>/problem/", views.problem, name="photo-problem"),
    path("gallery/<uuid:image_id>/fix/", views.fix, name="photo-fix"),
    path("api/v1/photos/gallery", api.gallery, name="api-gallery"),
    path("api/v1/photos/delete", api.delete, name="api-photos-delete"),
    path("api/v1/photos/restore", api.restore, name="api-photos-restore"),
    path("api/v1/photos/<uuid:image_id>", api.detail, name="api-photo"),
    path("api/v1/photos/<uuid:image_id>/annotated", api.annotated, name="api-photo-annotated"),
]
