"""Addresses of the review: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.review import api, views

urlpatterns = [
    path("gallery/<uuid:image_id>/correct/", views.correct, name="photo-correct"),
    path("gallery/<uuid:image_id>/undo/", views.undo, name="photo-undo"),
    path("gallery/<uuid:image_id>/redo/", views.redo, name="photo-redo"),
    path("gallery/<uuid:image_id>/note/", views.note, name="photo-note"),
    path("gallery/<uuid:image_id>/sign-off/", views.sign_off, name="photo-sign-off"),
    path("review/", views.queue, name="review"),
    path("review/next/", views.next_to_review, name="review-next"),
    path("api/v1/photos/<uuid:image_id>/corrections", api.photo_corrections, name="api-corrections"),
    path("api/v1/photos/<uuid:image_id>/corrections/undo", api.undo_correction, name="api-correction-undo"),
    path("api/v1/photos/<uuid:image_id>/corrections/redo", api.redo_correction, name="api-correction-redo"),
    path("api/v1/photos/<uuid:image_id>/notes", api.note, name="api-photo-note"),
    path("api/v1/photos/<uuid:image_id>/sign-off", api.sign_off, name="api-sign-off"),
    path("api/v1/photos/<uuid:image_id>/sign-off/withdraw", api.withdraw, name="api-sign-off-withdraw"),
]
