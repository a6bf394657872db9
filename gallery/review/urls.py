"""Addresses of the review: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.review import views

urlpatterns = [
    path("gallery/<uuid:image_id>/correct/", views.correct, name="photo-correct"),
    path("gallery/<uuid:image_id>/undo/", views.undo, name="photo-undo"),
    path("gallery/<uuid:image_id>/redo/", views.redo, name="photo-redo"),
    path("gallery/<uuid:image_id>/note/", views.note, name="photo-note"),
    path("gallery/<uuid:image_id>/sign-off/", views.sign_off, name="photo-sign-off"),
    path("review/", views.queue, name="review"),
    path("review/next/", views.next_to_review, name="review-next"),
]
