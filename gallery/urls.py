"""Addresses of the gallery: pages, fragments, and its part of the API."""

from django.urls import path

from gallery import api, bulk_views, review_views, trash_views, views, work_views

urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/changes/", views.changes, name="gallery-changes"),
    path("gallery/trash/", trash_views.trash, name="trash"),
    path("gallery/delete/", trash_views.delete, name="photos-delete"),
    path("gallery/restore/", trash_views.restore, name="photos-restore"),
    path("gallery/reprocess/", bulk_views.reprocess, name="photos-reprocess"),
    path("gallery/place/", bulk_views.place, name="photos-place"),
    path("gallery/<uuid:image_id>/", views.photo, name="photo"),
    path("gallery/<uuid:image_id>/tab/<slug:tab>/", views.photo_tab, name="photo-tab"),
    path("gallery/<uuid:image_id>/export.csv", views.export, name="photo-export"),
    path("gallery/<uuid:image_id>/problem/", views.problem, name="photo-problem"),
    path("gallery/<uuid:image_id>/fix/", views.fix, name="photo-fix"),
    path("gallery/<uuid:image_id>/correct/", review_views.correct, name="photo-correct"),
    path("gallery/<uuid:image_id>/undo/", review_views.undo, name="photo-undo"),
    path("gallery/<uuid:image_id>/redo/", review_views.redo, name="photo-redo"),
    path("gallery/<uuid:image_id>/note/", review_views.note, name="photo-note"),
    path("gallery/<uuid:image_id>/sign-off/", review_views.sign_off, name="photo-sign-off"),
    path("todo/", work_views.work, name="work"),
    path("todo/retry/", work_views.retry, name="work-retry"),
    path("todo/acknowledge/", work_views.acknowledge, name="work-acknowledge"),
    path("review/", review_views.queue, name="review"),
    path("review/next/", review_views.next_to_review, name="review-next"),
    path("api/v1/photos/gallery", api.gallery, name="api-gallery"),
    path("api/v1/photos/delete", api.delete, name="api-photos-delete"),
    path("api/v1/photos/restore", api.restore, name="api-photos-restore"),
    path("api/v1/photos/<uuid:image_id>", api.detail, name="api-photo"),
    path("api/v1/photos/<uuid:image_id>/annotated", api.annotated, name="api-photo-annotated"),
    path("api/v1/photos/<uuid:image_id>/markers", api.markers, name="api-photo-markers"),
]
