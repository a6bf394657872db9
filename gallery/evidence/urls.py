"""Addresses of evidence packs."""

from django.urls import path

from gallery.evidence import api, views

urlpatterns = [
    path("evidence/", views.evidence, name="evidence"),
    path("gallery/<uuid:image_id>/evidence.zip", views.count_pack, name="photo-evidence"),
    path("stock/stocktakes/<int:number>/evidence.zip", views.stocktake_pack, name="stocktake-evidence"),
    path("api/v1/evidence", api.read_evidence, name="api-evidence"),
    path("api/v1/photos/<uuid:image_id>/evidence", api.count_evidence, name="api-photo-evidence"),
    path("api/v1/stock/stocktakes/<int:stocktake_id>/evidence", api.stocktake_evidence, name="api-stocktake-evidence"),
]
