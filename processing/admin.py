"""Jobs and their results in the Django admin, read-only. Detections are drawn on the photo, not listed here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django_celery_results import admin as _registered_there  # noqa: F401  so that it can be replaced
from django_celery_results.models import GroupResult, TaskResult

from demeter.common.admin.readonly import ReadOnlyAdmin
from processing.models import (
    BackgroundTask,
    BlindCount,
    Correction,
    Estimation,
    EvidencePack,
    Job,
    ModelFault,
    ProcessingSession,
    Promotion,
    Proposal,
    Segment,
    TrainedModels,
)

admin.site.unregister([TaskResult, GroupResult])


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    message_fields = ("error", "reason")
    list_display = (
        "job_id",
        "image",
        "kind",
        "status",
        "phase",
        "problem",
        "attempt",
        "postponements",
        "requested_by",
        "created_at",
        "finished_at",
    )
    list_filter = ("status", "phase", "kind", "problem")
    list_select_related = ("image", "requested_by")
    search_fields = ("job_id", "image__image_id", "image__original_filename", "error")
    date_hierarchy = "created_at"


@admin.register(ProcessingSession)
class ProcessingSessionAdmin(ReadOnlyAdmin):
    message_fields = ("error_message", "refusal_message", "review_reasons")
    list_display = (
        "session_id",
        "original_image",
        "storage_location",
        "status",
        "total_detected",
        "total_estimated",
        "total_empty_containers",
        "avg_confidence",
        "partial",
        "validated",
        "created_at",
    )
    list_filter = ("status", "validated", "partial", "storage_location__storage_area__warehouse")
    list_select_related = ("original_image", "storage_location__storage_area__warehouse")
    search_fields = (
        "session_id",
        "original_image__image_id",
        "original_image__original_filename",
        "storage_location__code",
    )
    date_hierarchy = "created_at"


@admin.register(Segment)
class SegmentAdmin(ReadOnlyAdmin):
    message_fields = ("error",)
    list_display = (
        "session",
        "number",
        "container_class",
        "status",
        "detected",
        "estimated",
        "empty",
        "dead",
        "confidence",
        "capped",
    )
    list_filter = ("container_class", "status", "capped")
    list_select_related = ("session",)
    search_fields = ("session__session_id", "session__original_image__original_filename")
    date_hierarchy = "created_at"


@admin.register(Estimation)
class EstimationAdmin(ReadOnlyAdmin):
    """How the hidden plants of a container were estimated."""

    list_display = ("session", "segment", "method", "count", "confidence", "density", "created_at")
    list_filter = ("method",)
    list_select_related = (
        "segment__session",
        "density__container_type",
        "density__product",
        "density__packaging",
    )
    search_fields = ("segment__session__session_id", "segment__session__original_image__original_filename")
    date_hierarchy = "created_at"

    @admin.display(ordering="segment__session")
    def session(self, estimation: Estimation) -> ProcessingSession:
        """The session of the estimation."""
        return estimation.segment.session


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """What people corrected in photos."""

    list_display = ("image", "action", "class_id", "x", "y", "text", "user", "created_at", "undone_at")
    list_filter = ("action", "class_id")
    list_select_related = ("image", "user")
    search_fields = ("image__image_id", "image__original_filename", "user__username", "text")
    date_hierarchy = "created_at"


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """What workers proposed, and what became of it."""

    list_display = ("image", "action", "class_id", "x", "y", "text", "user", "created_at", "outcome", "decided_by")
    list_filter = ("outcome", "action", "class_id")
    list_select_related = ("image", "user", "decided_by")
    search_fields = ("image__image_id", "image__original_filename", "user__username", "text")
    date_hierarchy = "created_at"


@admin.register(BlindCount)
class BlindCountAdmin(ReadOnlyAdmin):
    """What people counted without seeing the count."""

    list_display = ("image", "user", "created_at", "seen", "model_detected", "detected", "differs")
    list_filter = ("differs",)
    list_select_related = ("image", "user")
    search_fields = ("image__image_id", "image__original_filename", "user__username")
    date_hierarchy = "created_at"


@admin.register(EvidencePack)
class EvidencePackAdmin(ReadOnlyAdmin):
    list_display = ("subject", "kind", "fingerprint", "files", "with_originals", "made_by", "made_at")
    list_filter = ("kind", "with_originals")
    list_select_related = ("made_by",)
    search_fields = ("subject", "fingerprint")
    date_hierarchy = "made_at"


@admin.register(BackgroundTask)
class BackgroundTaskAdmin(ReadOnlyAdmin):
    """What the workers did in the last two days, and why a task failed."""

    column_names = {
        "task_name": _("task"),
        "status": _("status"),
        "worker": _("worker"),
        "date_started": _("started at"),
        "date_done": _("finished at"),
        "task_id": _("number"),
        "task_args": _("arguments"),
        "task_kwargs": _("named arguments"),
        "result": _("result"),
        "traceback": _("error"),
    }
    list_display = ("task_name", "status", "worker", "date_started", "date_done")
    fields = tuple(column_names)
    search_fields = ("task_name", "task_id", "status", "worker", "task_args", "task_kwargs")
    search_help_text = _("A name of a task, its number, a worker, or FAILURE")
    date_hierarchy = "date_done"


@admin.register(TrainedModels)
class TrainedModelsAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "made_at")
    search_fields = ("detector_sha256", "segmenter_sha256")


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    list_display = ("trained", "category", "promoted_by", "promoted_at", "ended_by", "ended_at")
    list_select_related = ("trained", "category", "promoted_by", "ended_by")
    search_fields = ("trained__detector_sha256",)


@admin.register(ModelFault)
class ModelFaultAdmin(ReadOnlyAdmin):
    list_display = ("trained", "reason", "noticed_at")
    list_select_related = ("trained",)
    search_fields = ("reason",)
