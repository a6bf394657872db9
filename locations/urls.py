"""Addresses of the locations app: the labels. A location's page and the map hang in the gallery, which knows counts."""

from django.urls import path

from locations import views

urlpatterns = [
    path("labels/", views.labels, name="labels"),
    path("labels/labels.pdf", views.labels_pdf, name="labels-pdf"),
]
