"""Addresses of the counting plan, the walk and stocktakes."""

from django.urls import path

from gallery.stocktakes import api, plan_api, plan_views, views

urlpatterns = [
    path("stock/plan/", plan_views.plan, name="counting-plan"),
    path("stock/plan/walk/", plan_views.walk, name="counting-walk"),
    path("stock/stocktakes/", views.stocktakes, name="stocktakes"),
    path("stock/stocktakes/<int:number>/", views.stocktake, name="stocktake"),
    path("stock/stocktakes/<int:number>/close/", views.close, name="stocktake-close"),
    path("stock/stocktakes/<int:number>/discard/", views.discard, name="stocktake-discard"),
    path("stock/stocktakes/<int:number>/report.pdf", views.report, name="stocktake-report"),
    path("stock/stocktakes/<int:number>/stocktake.csv", views.file, {"ending": "csv"}, name="stocktake-csv"),
    path("stock/stocktakes/<int:number>/stocktake.xlsx", views.file, {"ending": "xlsx"}, name="stocktake-xlsx"),
    path("api/v1/stock/plan", plan_api.counting_plan, name="api-counting-plan"),
    path("api/v1/stock/stocktakes", api.stocktakes, name="api-stocktakes"),
    path("api/v1/stock/stocktakes/<int:stocktake_id>", api.stocktake, name="api-stocktake"),
    path("api/v1/stock/stocktakes/<int:stocktake_id>/bays", api.list_bays, name="api-stocktake-bays"),
    path("api/v1/stock/stocktakes/<int:stocktake_id>/sign", api.sign_stocktake, name="api-stocktake-sign"),
    path("api/v1/stock/stocktakes/<int:stocktake_id>/report", api.read_report, name="api-stocktake-report"),
]
