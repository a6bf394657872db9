"""Addresses of many photos: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.browse import api, bulk_views, trash_views, views

urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/changes/", views.changes, name="gallery-changes"),
    path("gallery/trash/", trash_views.trash, name="trash"),
    path("gallery/delete/", trash_views.delete, name="photos-delete"),
    path("gallery/restore/", trash_views.restore, name="photos-restore"),
    path("gallery/reprocess/", bulk_views.reprocess, name="photos-reprocess"),
    path("gallery/place/", bulk_views.place, name="photos-place"),
    path("gallery/download/", bulk_views.download, name="photos-download"),
    path("api/v1/photos/gallery", api.gallery, name="api-gallery"),
    path("api/v1/photos/delete", api.delete, name="api-photos-delete"),
    path("api/v1/photos/restore", api.restore, name="api-photos-restore"),
]
