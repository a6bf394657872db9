"""Addresses of the review: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.review import api, blind_api, blind_views, proposal_api, proposal_views, sheet_views, views

urlpatterns = [
    path("gallery/<uuid:image_id>/correct/", views.correct, name="photo-correct"),
    path("gallery/<uuid:image_id>/undo/", views.undo, name="photo-undo"),
    path("gallery/<uuid:image_id>/redo/", views.redo, name="photo-redo"),
    path("gallery/<uuid:image_id>/note/", views.note, name="photo-note"),
    path("gallery/<uuid:image_id>/sign-off/", views.sign_off, name="photo-sign-off"),
    path("gallery/<uuid:image_id>/propose/", proposal_views.propose, name="photo-propose"),
    path("gallery/<uuid:image_id>/propose/undo/", proposal_views.undo, name="photo-proposal-undo"),
    path("gallery/<uuid:image_id>/propose/redo/", proposal_views.redo, name="photo-proposal-redo"),
    path("gallery/<uuid:image_id>/flag/", proposal_views.flag, name="photo-flag"),
    path("gallery/<uuid:image_id>/proposals/", proposal_views.decide, name="photo-proposals-decide"),
    path("review/", views.queue, name="review"),
    path("review/next/", views.next_to_review, name="review-next"),
    path("review/sheet/", sheet_views.sheet, name="review-sheet"),
    path("review/<uuid:image_id>/blind/", blind_views.blind, name="review-blind"),
    path("review/<uuid:image_id>/blind/picture/", blind_views.picture, name="review-blind-picture"),
    path("api/v1/photos/<uuid:image_id>/corrections", api.photo_corrections, name="api-corrections"),
    path("api/v1/photos/<uuid:image_id>/corrections/undo", api.undo_correction, name="api-correction-undo"),
    path("api/v1/photos/<uuid:image_id>/corrections/redo", api.redo_correction, name="api-correction-redo"),
    path("api/v1/photos/<uuid:image_id>/notes", api.note, name="api-photo-note"),
    path("api/v1/photos/<uuid:image_id>/sign-off", api.sign_off, name="api-sign-off"),
    path("api/v1/photos/<uuid:image_id>/sign-off/withdraw", api.withdraw, name="api-sign-off-withdraw"),
    path("api/v1/photos/<uuid:image_id>/proposals", proposal_api.photo_proposals, name="api-proposals"),
    path(
        "api/v1/photos/<uuid:image_id>/proposals/withdraw", proposal_api.withdraw_proposal, name="api-proposal-withdraw"
    ),
    path("api/v1/photos/<uuid:image_id>/proposals/renew", proposal_api.renew_proposal, name="api-proposal-renew"),
    path("api/v1/photos/<uuid:image_id>/proposals/decide", proposal_api.decide_proposals, name="api-proposals-decide"),
    path("api/v1/photos/<uuid:image_id>/blind-counts", blind_api.blind_counts, name="api-blind-counts"),
    path("api/v1/photos/<uuid:image_id>/flag", proposal_api.flag_count, name="api-photo-flag"),
]
