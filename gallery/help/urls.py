"""Addresses of the help pages."""

from django.urls import path

from gallery.help import views

urlpatterns = [
    path("help/", views.index, name="help"),
    *(path(f"help/{task}/", views.show_task, {"task": task}, name=f"help-{task}") for task in views.TASKS),
]
