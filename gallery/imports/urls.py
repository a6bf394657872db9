"""Addresses of the import and export of places."""

from django.urls import path

from gallery.imports import action_views, views

urlpatterns = [
    path("places/import/", views.start, name="import-places"),
    path("places/import/<uuid:import_id>/columns/", views.columns, name="import-columns"),
    path("places/import/<uuid:import_id>/", views.preview, name="import-preview"),
    path("places/import/<uuid:import_id>/swap/", views.swap, name="import-swap"),
    path("places/import/<uuid:import_id>/apply/", views.apply, name="import-apply"),
    path("places/export/", action_views.export, name="export-places"),
    path("places/mappings/<uuid:mapping_id>/", action_views.mapping, name="import-mapping"),
    path("places/mappings/<uuid:mapping_id>/delete/", action_views.delete_mapping, name="import-mapping-delete"),
    path("places/qr-codes/", action_views.make_qr_codes, name="places-qr-codes"),
]
