"""Addresses of the to-do list: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.todo import api, views

urlpatterns = [
    path("todo/", views.work, name="work"),
    path("todo/retry/", views.retry, name="work-retry"),
    path("todo/acknowledge/", views.acknowledge, name="work-acknowledge"),
    path("api/v1/photos/problems", api.problems, name="api-problems"),
    path("api/v1/photos/problems/retry", api.retry, name="api-problems-retry"),
    path("api/v1/photos/problems/dismiss", api.dismiss, name="api-problems-dismiss"),
]
