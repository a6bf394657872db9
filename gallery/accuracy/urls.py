"""Addresses of the accuracy page and of calibration."""

from django.urls import path

from gallery.accuracy import api, calibration_views, views

urlpatterns = [
    path("accuracy/", views.accuracy, name="accuracy"),
    path("accuracy/calibration/", calibration_views.calibration, name="calibration"),
    path("accuracy/calibration/kind/", calibration_views.kind, name="calibration-kind"),
    path("accuracy/calibration/known/", calibration_views.known_counts, name="calibration-known"),
    path("accuracy/calibration/known/<uuid:image_id>/", calibration_views.withdraw, name="calibration-withdraw"),
    path("accuracy/calibration/<int:calibration_id>/", calibration_views.switch, name="calibration-switch"),
    path("api/v1/accuracy", api.accuracy, name="api-accuracy"),
    path("api/v1/calibrations", api.calibrations, name="api-calibrations"),
    path("api/v1/calibrations/<int:calibration_id>", api.use_calibration, name="api-calibration-switch"),
    path("api/v1/photos/<uuid:image_id>/known-count", api.known_count, name="api-known-count"),
    path("api/v1/photos/<uuid:image_id>/known-count/withdraw", api.withdraw_known, name="api-known-count-withdraw"),
]
