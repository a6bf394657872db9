"""Addresses of uploads: the home page, its fragments, and the API's upload."""

from django.urls import path

from gallery.upload import api, views

urlpatterns = [
    path("", views.upload, name="upload"),
    path("uploads/<uuid:upload_session_id>/receipt/", views.receipt, name="upload-receipt"),
    path("uploads/locations/", views.location_options, name="location-options"),
    path("uploads/place-by-label/", views.place_label, name="place-by-label"),
    path("uploads/place-by-code/", views.place_code, name="place-by-code"),
    path("uploads/place-by-position/", views.place_position, name="place-by-position"),
    path("api/v1/photos/upload", api.upload, name="api-upload"),
    path("api/v1/photos/known", api.known, name="api-known"),
    path("api/v1/photos/<uuid:image_id>/thumbnail", api.thumbnail, name="api-photo-thumbnail"),
]
