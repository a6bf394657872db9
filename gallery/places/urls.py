"""Addresses of locations, the map and printed labels: pages, fragments, and their part of the API."""

from django.urls import path, register_converter

from gallery.places import api, building_views, drawing_views, label_sheet_views, part_views, views


class CodeConverter:
    """The code of a place in an address, as `locations.models.codes` has it; lower case is accepted too."""

    regex = "[A-Za-z0-9][A-Za-z0-9._-]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(CodeConverter, "code")

urlpatterns = [
    path("map/", views.nursery_map, name="map"),
    path("map/draw/", drawing_views.draw, name="map-draw"),
    path("map/split/", drawing_views.split, name="map-split"),
    path("places/build/", building_views.build, name="places-build"),
    path("places/made/<uuid:token>/", building_views.made, name="places-made"),
    path("places/made/<uuid:token>/undo/", building_views.undo, name="places-undo"),
    path("locations/<code:code>/", views.location, name="location"),
    path("locations/<code:code>/changes/", views.changes, name="location-changes"),
    path("locations/<code:code>/configure/", views.configure, name="location-configure"),
    path("locations/<code:code>/draw/", part_views.draw, name="location-draw"),
    path("configure/", views.configure_several, name="locations-configure"),
    path("api/v1/locations/map", api.nursery_map, name="api-map"),
    path("api/v1/locations/<code:code>/configuration", api.configuration, name="api-configuration"),
    path("api/v1/locations/<code:code>/configuration/history", api.cycles, name="api-configuration-history"),
    path("labels/", label_sheet_views.labels, name="labels"),
    path("labels/labels.pdf", label_sheet_views.labels_pdf, name="labels-pdf"),
]
