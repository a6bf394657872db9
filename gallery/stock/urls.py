"""Addresses of the stock: pages, files, and their part of the API."""

from django.urls import path

from gallery.stock import api, views

urlpatterns = [
    path("stock/", views.stock, name="stock"),
    path("stock/stock.csv", views.stock_file, {"ending": "csv"}, name="stock-csv"),
    path("stock/stock.xlsx", views.stock_file, {"ending": "xlsx"}, name="stock-xlsx"),
    path("stock/changes/", views.changes, name="stock-changes"),
    path("stock/locations/<code:code>/", views.bay, name="stock-bay"),
    path("api/v1/stock", api.stock, name="api-stock"),
]
