"""Addresses of the stock: pages, files, and their part of the API."""

from django.urls import path

from gallery.stock import api, reconcile_api, reconcile_views, views

urlpatterns = [
    path("stock/", views.stock, name="stock"),
    path("stock/stock.csv", views.stock_file, {"ending": "csv"}, name="stock-csv"),
    path("stock/stock.xlsx", views.stock_file, {"ending": "xlsx"}, name="stock-xlsx"),
    path("stock/changes/", views.changes, name="stock-changes"),
    path("stock/locations/<code:code>/", views.bay, name="stock-bay"),
    path("stock/reconcile/", reconcile_views.reconcile, name="stock-reconcile"),
    path("stock/reconcile/differences.csv", reconcile_views.reconcile_file, {"ending": "csv"}, name="reconcile-csv"),
    path("stock/reconcile/differences.xlsx", reconcile_views.reconcile_file, {"ending": "xlsx"}, name="reconcile-xlsx"),
    path("stock/reconcile/<int:number>/", reconcile_views.difference, name="difference"),
    path("stock/reconcile/<int:number>/decide/", reconcile_views.decide, name="difference-decide"),
    path("stock/shrinkage/", reconcile_views.shrinkage, name="shrinkage"),
    path("stock/shrinkage/shrinkage.csv", reconcile_views.shrinkage_file, {"ending": "csv"}, name="shrinkage-csv"),
    path("stock/shrinkage/shrinkage.xlsx", reconcile_views.shrinkage_file, {"ending": "xlsx"}, name="shrinkage-xlsx"),
    path("api/v1/stock", api.stock, name="api-stock"),
    path("api/v1/stock/differences", reconcile_api.list_differences_json, name="api-differences"),
    path("api/v1/stock/differences/<int:difference_id>", reconcile_api.read_difference, name="api-difference"),
    path(
        "api/v1/stock/differences/<int:difference_id>/decisions",
        reconcile_api.decide_difference,
        name="api-difference-decide",
    ),
]
