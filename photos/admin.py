"""Uploads and images in the Django admin, read-only."""

from django.contrib import admin

from demeter.common.admin.readonly import ReadOnlyAdmin
from photos.models import PhotoEvent, S3Image, Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """What people uploaded, and which files were refused."""

    list_display = ("upload_session_id", "user", "source", "storage_location", "accepted_files", "created_at")
    list_filter = ("source",)
    list_select_related = ("user", "storage_location__storage_area__warehouse")
    search_fields = ("upload_session_id", "user__username", "notes")
    date_hierarchy = "created_at"


@admin.register(S3Image)
class S3ImageAdmin(ReadOnlyAdmin):
    message_fields = ("error_details",)
    list_display = (
        "original_filename",
        "image_id",
        "kind",
        "status",
        "problem",
        "uploaded_by_user",
        "taken_at",
        "created_at",
        "deleted_at",
    )
    list_filter = (
        "kind",
        "status",
        "problem",
        "upload_source",
        "original_fault",
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("uploaded_by_user",)
    search_fields = ("image_id", "original_filename", "sha256", "uploaded_by_user__username")
    date_hierarchy = "created_at"


@admin.register(PhotoEvent)
class PhotoEventAdmin(ReadOnlyAdmin):
    """Who deleted and restored photos, and which were purged."""

    list_display = ("image", "action", "user", "created_at")
    list_filter = ("action",)
    list_select_related = ("image", "user")
    search_fields = ("image__image_id", "image__original_filename", "user__username")
    date_hierarchy = "created_at"
