"""Addresses of recording, documents, spreadsheets and batches, and their part of the API.

`gallery.places.urls` registers the converter of codes.
"""

from django.urls import path

from gallery.movements import api, batch_api, batch_views, sheet_views, views

urlpatterns = [
    path("locations/<code:code>/record/", views.record, name="record"),
    path("stock/documents/", views.documents, name="documents"),
    path("stock/documents/<int:number>/", views.document, name="document"),
    path("stock/documents/<int:number>/undo/", views.undo, name="document-undo"),
    path("stock/import/", sheet_views.sheet, name="stock-import"),
    path("stock/import/apply/", sheet_views.apply, name="stock-import-apply"),
    path("stock/import/example.csv", sheet_views.example, name="stock-import-example"),
    path("stock/batches/<int:batch_id>/", batch_views.batch, name="batch"),
    path("stock/batches/<int:batch_id>/describe/", batch_views.describe, name="batch-describe"),
    path("stock/batches/<int:batch_id>/label.pdf", batch_views.label, name="batch-label"),
    path("stock/ready/", batch_views.ready, name="ready"),
    path("api/v1/stock/movements", api.movements, name="api-stock-movements"),
    path("api/v1/stock/movements/<int:number>", api.read_document, name="api-stock-document"),
    path("api/v1/stock/movements/<int:number>/undo", api.undo_movements, name="api-stock-document-undo"),
    path("api/v1/stock/batches", batch_api.list_batches, name="api-batches"),
    path("api/v1/stock/batches/<int:batch_id>", batch_api.batch, name="api-batch"),
]
