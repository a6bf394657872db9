"""Addresses of uploads: the home page, its fragments, the API's upload, and the installed app."""

from django.urls import path

from gallery.upload import api, installed_app, views

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
    path("app-worker.js", installed_app.worker, name="app-worker"),
    path("app/<slug:language>.webmanifest", installed_app.manifest, name="app-manifest"),
    path("app/<slug:release>/<slug:language>/<slug:theme>/", installed_app.offline, name="app-offline"),
]
