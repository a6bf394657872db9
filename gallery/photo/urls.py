"""Addresses of one photo: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.photo import api, export_views, fix_api, label_views, problem_views, views, visit_api, visit_views

urlpatterns = [
    path("gallery/<uuid:image_id>/", views.photo, name="photo"),
    path("gallery/<uuid:image_id>/tab/<slug:tab>/", views.photo_tab, name="photo-tab"),
    path("gallery/<uuid:image_id>/export.csv", export_views.export, {"ending": "csv"}, name="photo-export"),
    path("gallery/<uuid:image_id>/export.xlsx", export_views.export, {"ending": "xlsx"}, name="photo-export-xlsx"),
    path("gallery/<uuid:image_id>/problem/", problem_views.problem, name="photo-problem"),
    path("gallery/<uuid:image_id>/label/", label_views.choose_by_label, name="photo-label"),
    path("gallery/<uuid:image_id>/fix/", problem_views.fix, name="photo-fix"),
    path("gallery/<uuid:image_id>/visit/", visit_views.answer, name="photo-visit"),
    path("gallery/<uuid:image_id>/overlap/", visit_views.overlap, name="photo-overlap"),
    path("gallery/<uuid:image_id>/no-overlap/", visit_views.no_overlap, name="photo-no-overlap"),
    path("api/v1/photos/<uuid:image_id>", api.detail, name="api-photo"),
    path("api/v1/photos/<uuid:image_id>/annotated", api.annotated, name="api-photo-annotated"),
    path("api/v1/photos/<uuid:image_id>/visit", visit_api.visit, name="api-photo-visit"),
    path("api/v1/photos/<uuid:image_id>/overlap", visit_api.overlap, name="api-photo-overlap"),
    path("api/v1/photos/<uuid:image_id>/markers", api.markers, name="api-photo-markers"),
    path("api/v1/photos/<uuid:image_id>/problem", fix_api.problem, name="api-photo-problem"),
    path("api/v1/photos/<uuid:image_id>/fix/location", fix_api.fix_location, name="api-fix-location"),
    path("api/v1/photos/<uuid:image_id>/fix/date", fix_api.fix_date, name="api-fix-date"),
    path("api/v1/photos/<uuid:image_id>/fix/configuration", fix_api.fix_configuration, name="api-fix-configuration"),
    path("api/v1/photos/<uuid:image_id>/fix/density", fix_api.fix_density, name="api-fix-density"),
]
