"""Data sets and training runs in the Django admin, read-only."""

from django.contrib import admin

from demeter.common.admin.readonly import ReadOnlyAdmin
from learning.models import DataSet, DataSetPhoto, HeldOutPhoto, ShadowCount, TrainingRun


@admin.register(DataSet)
class DataSetAdmin(ReadOnlyAdmin):
    list_display = ("name", "version", "source", "photo_count", "held_out_count", "plant_count", "made_by", "made_at")
    list_filter = ("source",)
    list_select_related = ("made_by",)
    search_fields = ("name",)


@admin.register(DataSetPhoto)
class DataSetPhotoAdmin(ReadOnlyAdmin):
    list_display = ("name", "data_set", "split", "plant_count", "total", "place", "moment")
    list_filter = ("split",)
    list_select_related = ("data_set",)
    search_fields = ("name", "sha256", "place", "image_id")


@admin.register(HeldOutPhoto)
class HeldOutPhotoAdmin(ReadOnlyAdmin):
    list_display = ("sha256", "location_id", "moment", "held_out_by")
    list_select_related = ("held_out_by",)
    search_fields = ("sha256",)


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyAdmin):
    message_fields = ("error",)
    list_display = ("pk", "data_set", "state", "stage", "attempt", "requested_by", "created_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("data_set", "requested_by")
    search_fields = ("data_set__name", "error")


@admin.register(ShadowCount)
class ShadowCountAdmin(ReadOnlyAdmin):
    list_display = ("session_id", "run", "live", "total", "refused", "seconds", "counted_at")
    list_select_related = ("run__data_set",)
    search_fields = ("session_id", "image_id")
