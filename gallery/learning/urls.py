"""Addresses of the page Models and its data sets."""

from django.urls import path

from gallery.learning import api, promotion_api, promotion_views, run_api, run_views, views

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/data-sets/", views.make, name="data-set-make"),
    path("models/data-sets/import/", views.import_zip, name="data-set-import"),
    path("models/data-sets/<int:data_set_id>/<slug:layout>.zip", views.export, name="data-set-export"),
    path("models/trainings/", run_views.start, name="training-start"),
    path("models/trainings/<int:run_id>/", run_views.run, name="training"),
    path("models/trainings/<int:run_id>/cancel/", run_views.cancel, name="training-cancel"),
    path("models/trainings/<int:run_id>/shadow/", run_views.shadow, name="training-shadow"),
    path("models/trainings/<int:run_id>/promote/", promotion_views.promote_models, name="training-promote"),
    path("models/promotions/<int:promotion_id>/end/", promotion_views.roll_back_models, name="promotion-roll-back"),
    path("api/v1/data-sets", api.data_sets, name="api-data-sets"),
    path("api/v1/data-sets/<int:data_set_id>/export", api.export_one, name="api-data-set-export"),
    path("api/v1/trainings", run_api.trainings, name="api-trainings"),
    path("api/v1/trainings/<int:run_id>", run_api.training, name="api-training"),
    path("api/v1/trainings/<int:run_id>/shadow", run_api.count_in_shadow, name="api-training-shadow"),
    path("api/v1/trainings/<int:run_id>/promote", promotion_api.promote_models, name="api-training-promote"),
    path("api/v1/promotions", promotion_api.list_promotions, name="api-promotions"),
    path("api/v1/promotions/<int:promotion_id>", promotion_api.roll_back_models, name="api-promotion-roll-back"),
]
