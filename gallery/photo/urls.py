"""Addresses of one photo: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.photo import api, export_views, label_views, problem_views, views, visit_views

urlpatterns = [
    path("gallery/<uuid:image_id>/", views.photo, name="photo"),
    path("gallery/<uuid:image_id>/tab/<slug:tab>/", views.photo_tab, name="photo-tab"),
    path("gallery/<uuid:image_id>/export.csv", export_views.export, {"ending": "csv"}, name="photo-export"),
    path("gallery/<uuid:image_id>/export.xlsx", export_views.export, {"ending": "xlsx"}, name="photo-export-xlsx"),
    path("gallery/<uuid:image_id>/problem/", problem_views.problem, name="photo-problem"),
    path("gallery/<uuid:image_id>/label/", label_views.choose_by_label, name="photo-label"),
    path("gallery/<uuid:image_id>/fix/", problem_views.fix, name="photo-fix"),
    path("gallery/<uuid:image_id>/visit/", visit_views.answer, name="photo-visit"),
    path("api/v1/photos/<uuid:image_id>", api.detail, name="api-photo"),
    path("api/v1/photos/<uuid:image_id>/annotated", api.annotated, name="api-photo-annotated"),
    path("api/v1/photos/<uuid:image_id>/visit", api.visit, name="api-photo-visit"),
    path("api/v1/photos/<uuid:image_id>/markers", api.markers, name="api-photo-markers"),
]
