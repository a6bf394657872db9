"""Addresses of the first run and of the nursery's own pages."""

from django.urls import path

from gallery.setup import first_run_views, views

urlpatterns = [
    path("setup/", first_run_views.setup, name="setup"),
    path("nursery/", views.nursery, name="nursery"),
    path("nursery/settings/", views.nursery_settings, name="nursery-settings"),
    path("nursery/demo/", views.remove_demo, name="demo-remove"),
]
