"""Addresses of the to-do list: pages, fragments, and their part of the API."""

from django.urls import path

from gallery.todo import views

urlpatterns = [
    path("todo/", views.work, name="work"),
    path("todo/retry/", views.retry, name="work-retry"),
    path("todo/acknowledge/", views.acknowledge, name="work-acknowledge"),
]
