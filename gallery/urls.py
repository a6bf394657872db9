"""Addresses of the gallery: pages, fragments, and its part of the API."""

from django.urls import path, register_converter

from gallery.browse import api, bulk_views, trash_views, views
from gallery.photo import export_views, label_views, visit_views
from gallery.places import views as location_views
from gallery.review import views as review_views
from gallery.todo import views as work_views


class CodeConverter:
    """The code of a place in an address, as `locations.models.codes` has it; lower case is found too."""

    regex = "[A-Za-z0-9][A-Za-z0-9._-]*"

    def to_python(self, value: str) -> str:
        """Lookups raise it to upper case themselves."""
        return value

    def to_url(self, value: object) -> str:
        """As it is written."""
        return str(value)


register_converter(CodeConverter, "code")

urlpatterns = [
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/changes/", views.changes, name="gallery-changes"),
    path("gallery/trash/", trash_views.trash, name="trash"),
    path("gallery/delete/", trash_views.delete, name="photos-delete"),
    path("gallery/restore/", trash_views.restore, name="photos-restore"),
    path("gallery/reprocess/", bulk_views.reprocess, name="photos-reprocess"),
    path("gallery/place/", bulk_views.place, name="photos-place"),
    path("gallery/download/", bulk_views.download, name="photos-download"),
    path("gallery/<uuid:image_id>/", views.photo, name="photo"),
    path("gallery/<uuid:image_id>/tab/<slug:tab>/", views.photo_tab, name="photo-tab"),
    path("gallery/<uuid:image_id>/export.csv", export_views.export, {"ending": "csv"}, name="photo-export"),
    path("gallery/<uuid:image_id>/export.xlsx", export_views.export, {"ending": "xlsx"}, name="photo-export-xlsx"),
    path("gallery/<uuid:image_id>/problem/", views.problem, name="photo-problem"),
    path("gallery/<uuid:image_id>/label/", label_views.choose_by_label, name="photo-label"),
    path("gallery/<uuid:image_id>/fix/", views.fix, name="photo-fix"),
    path("gallery/<uuid:image_id>/correct/", review_views.correct, name="photo-correct"),
    path("gallery/<uuid:image_id>/undo/", review_views.undo, name="photo-undo"),
    path("gallery/<uuid:image_id>/redo/", review_views.redo, name="photo-redo"),
    path("gallery/<uuid:image_id>/note/", review_views.note, name="photo-note"),
    path("gallery/<uuid:image_id>/sign-off/", review_views.sign_off, name="photo-sign-off"),
    path("gallery/<uuid:image_id>/visit/", visit_views.answer, name="photo-visit"),
    path("todo/", work_views.work, name="work"),
    path("todo/retry/", work_views.retry, name="work-retry"),
    path("todo/acknowledge/", work_views.acknowledge, name="work-acknowledge"),
    path("review/", review_views.queue, name="review"),
    path("review/next/", review_views.next_to_review, name="review-next"),
    path("map/", location_views.nursery_map, name="map"),
    path("locations/<code:code>/", location_views.location, name="location"),
    path("locations/<code:code>/changes/", location_views.changes, name="location-changes"),
    path("locations/<code:code>/configure/", location_views.configure, name="location-configure"),
    path("configure/", location_views.configure_several, name="locations-configure"),
    path("api/v1/locations/map", api.nursery_map, name="api-map"),
    path("api/v1/photos/gallery", api.gallery, name="api-gallery"),
    path("api/v1/photos/delete", api.delete, name="api-photos-delete"),
    path("api/v1/photos/restore", api.restore, name="api-photos-restore"),
    path("api/v1/photos/<uuid:image_id>", api.detail, name="api-photo"),
    path("api/v1/photos/<uuid:image_id>/annotated", api.annotated, name="api-photo-annotated"),
    path("api/v1/photos/<uuid:image_id>/visit", api.visit, name="api-photo-visit"),
    path("api/v1/photos/<uuid:image_id>/markers", api.markers, name="api-photo-markers"),
]
