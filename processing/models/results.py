"""Sessions (the result of a job) with their segments, detections and estimations."""

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.i18n.messages import MessageField
from demeter.common.leases import Leased
from demeter.common.timestamps import Timestamped
from photos.models import S3Image
from processing.models.calibrated import IS_CALIBRATED_FROM, Calibrated
from processing.models.runs import Job
from processing.statuses import RunStatus, SegmentStatus


# Only people's decisions about a count: the pipeline's own changes are visible in the runs.
@audited(
    pghistory.UpdateEvent(
        "signed_off",
        condition=pghistory.Q(new__validated=True)
        & (
            pghistory.Q(old__validated=False)
            | pghistory.Q(old__validated_by_user__df=pghistory.F("new__validated_by_user"))
        ),
    ),
    pghistory.UpdateEvent("sign_off_lost", condition=pghistory.Q(old__validated=True, new__validated=False)),
    only=("original_image", "validated", "validated_by_user", "total_estimated"),
)
class ProcessingSession(Calibrated, Timestamped):
    """The result of one job (spec, table `photo_processing_sessions`)."""

    id = models.AutoField(primary_key=True)
    session_id = models.UUIDField(_("session"), unique=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="session", verbose_name=_("job"))
    storage_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        db_index=False,
        verbose_name=_("location"),
    )
    location_evidence = models.JSONField(
        _("evidence of the location"),
        null=True,
        blank=True,
        help_text="{outcome, reason, candidates: [{location_id, name, source, evidence, distance_m}], labels}",
    )
    original_image = models.ForeignKey(
        S3Image, on_delete=models.CASCADE, related_name="sessions", db_index=False, verbose_name=_("photo")
    )
    processed_image = models.ForeignKey(
        S3Image,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="annotates",
        verbose_name=_("annotated picture"),
    )
    total_detected = models.IntegerField(_("detected"), null=True, blank=True)
    total_estimated = models.IntegerField(_("estimated"), null=True, blank=True)
    total_empty_containers = models.IntegerField(_("empty containers"), null=True, blank=True)
    avg_confidence = models.DecimalField(_("confidence"), max_digits=5, decimal_places=4, null=True, blank=True)
    category_counts = models.JSONField(
        _("counts by class"), null=True, blank=True, help_text='{"plant": 120, "empty": 5, "dead": 0}'
    )
    status = models.CharField(_("status"), max_length=50, choices=RunStatus.choices, default=RunStatus.PENDING)
    error_message = MessageField(_("error"), null=True)
    validated = models.BooleanField(_("signed off"), default=False)
    validated_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="validated_sessions",
        verbose_name=_("signed off by"),
    )
    validation_date = models.DateTimeField(_("signed off at"), null=True, blank=True)
    manual_adjustments = models.JSONField(
        _("changed by hand"),
        null=True,
        blank=True,
        help_text=_("What people changed, and the model's own totals; null if nothing was changed"),
    )
    plants_left_out = models.PositiveIntegerField(
        _("plants left out"),
        default=0,
        db_default=0,  # so that processes of the previous version can continue during an upgrade
        help_text=_("Detected outside all containers with little confidence, and not counted"),
    )
    partial = models.BooleanField(
        _("partial"), default=False, help_text=_("At least one container could not be counted")
    )
    review_reasons = models.JSONField(
        _("reasons for a review"),
        default=list,
        blank=True,
        help_text=_("Why a person should look at this count: [{code, parameters}]"),
    )
    refusal = models.CharField(
        _("refusal"),
        max_length=50,
        blank=True,
        help_text=_("Why the count of this run is not reliable; a sign-off overrides it"),
    )
    refusal_message = MessageField(_("reason of the refusal"))
    model_versions = models.JSONField(
        _("versions of the models"), null=True, blank=True, help_text="{segmenter: sha256, detector: sha256}"
    )
    parameters_hash = models.CharField(_("parameters"), max_length=64, blank=True)
    predicted_error = models.FloatField(
        _("predicted error"),
        null=True,
        blank=True,
        help_text=_("By how many plants the count of this run may be off, as the run itself saw it"),
    )
    container_kind = models.CharField(
        _("kind of container"),
        max_length=10,
        blank=True,
        db_default="",
        help_text=_("In which most of the plants stand"),
    )
    detections_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reused_by",
        help_text=_("The session whose segments and detections this one reuses"),
        verbose_name=_("detections from"),
    )
    phase_seconds = models.JSONField(_("seconds by phase"), default=dict, blank=True, help_text="{phase: seconds}")
    needs_look = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(partial=True) | ~Q(review_reasons=[]) | ~Q(refusal=""), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text=_("Comes first in the review: partial, refused, or with reasons"),
        verbose_name=_("in doubt"),
    )

    class Meta:
        db_table = "photo_processing_sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["status"], name="idx_sessions_status"),
            models.Index(fields=["storage_location"], name="idx_sessions_storage_location"),
            models.Index(fields=["original_image"], name="idx_sessions_original_image"),
            models.Index(fields=["-created_at"], name="idx_sessions_created_at"),
            models.Index(
                fields=["-needs_look", "avg_confidence", "id"],
                name="idx_sessions_to_review",
                condition=Q(status=RunStatus.COMPLETED, validated=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="sessions_status_known"),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.FAILED) | (Q(error_message__isnull=False) & ~Q(error_message="")),
                name="sessions_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.COMPLETED)
                | Q(total_detected__isnull=False, total_estimated__gte=models.F("total_detected"))
                | Q(total_detected__isnull=False, total_estimated__gte=0, uncalibrated__gte=models.F("total_detected")),
                name="sessions_completed_has_counts",
            ),
            IS_CALIBRATED_FROM,
            models.CheckConstraint(
                condition=Q(validated=False) | Q(validated_by_user__isnull=False, validation_date__isnull=False),
                name="sessions_validated_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.session_id)

    @property
    def model_version(self) -> str:
        """By what it was counted: detector, segmenter and parameters, as digits of their hashes."""
        versions = self.model_versions or {}
        parts = (versions.get("detector", "")[:12], versions.get("segmenter", "")[:12], self.parameters_hash[:12])
        return "-".join(parts)

    @property
    def is_checked(self) -> bool:
        """Whether a person corrected the count and then signed it off, so that it is taken as right.

        A sign-off alone may have been given at a glance.
        """
        changes = self.manual_adjustments or {}
        return self.validated and any(changes.get(kind) for kind in ("added", "removed", "retyped"))

    @property
    def is_changed_by_hand(self) -> bool:
        """Whether marks or totals differ from the run's own result."""
        changes = self.manual_adjustments or {}
        return any(changes.get(kind) for kind in ("added", "removed", "retyped", "kept"))


class Segment(Leased, Timestamped):
    """One container found in a photo; polygon and box in pixels of the upright original."""

    session = models.ForeignKey(
        ProcessingSession, models.CASCADE, related_name="segments", db_index=False, verbose_name=_("session")
    )
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("Order in the photo, from 1"))
    container_class = models.CharField(
        _("kind of container"), max_length=10, choices=[(c, c) for c in ("segment", "box", "plug")]
    )
    polygon = models.JSONField(_("polygon"), help_text="[[x, y], ...]")
    confidence = models.FloatField(_("confidence"))
    area_px = models.FloatField(_("area (px)"))
    status = models.CharField(_("status"), max_length=10, choices=SegmentStatus.choices, default=SegmentStatus.PENDING)
    error = MessageField(_("error"))
    capped = models.BooleanField(
        _("capped"), default=False, help_text=_("Detection reached its limit: the count is too low")
    )
    tiles_done = models.PositiveIntegerField(_("tiles done"), default=0)
    tiles_total = models.PositiveIntegerField(
        _("tiles"), default=1, help_text=_("Expected number of detector passes, for the progress bar")
    )
    detected = models.IntegerField(_("detected"), null=True, blank=True)
    estimated = models.IntegerField(_("estimated"), null=True, blank=True)
    empty = models.IntegerField(_("empty"), null=True, blank=True)
    dead = models.IntegerField(_("dead"), null=True, blank=True)

    class Meta:
        db_table = "photo_segments"
        verbose_name = _("container of a photo")
        verbose_name_plural = _("containers of photos")
        ordering = ["session", "number"]
        indexes = [
            models.Index(fields=["lease_until"], name="idx_segments_lease", condition=Q(status=SegmentStatus.PENDING))
        ]
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="segments_number_unique"),
            models.CheckConstraint(
                condition=~Q(status=SegmentStatus.FAILED) | ~Q(error=""), name="segments_failed_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.container_class} {self.number}"


class Detection(models.Model):
    """One plant, empty place or dead plant. Bulk-written and narrow: a photo has hundreds."""

    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="detections", verbose_name=_("container")
    )
    class_id = models.PositiveSmallIntegerField(_("class"), help_text=_("0 plant, 1 empty, 2 dead"))
    center_x_px = models.FloatField(_("centre x (px)"))
    center_y_px = models.FloatField(_("centre y (px)"))
    width_px = models.FloatField(_("width (px)"))
    height_px = models.FloatField(_("height (px)"))
    confidence = models.FloatField(_("confidence"))
    counted = models.BooleanField(
        _("counted"),
        default=True,
        help_text=_(
            "False if it is too uncertain, if another container owns it, or if it is a second view of one plant in a "
            "tray cell; "
            "a later run may decide differently"
        ),
    )

    class Meta:
        db_table = "photo_detections"
        verbose_name = _("detection")
        verbose_name_plural = _("detections")
        constraints = [
            models.CheckConstraint(condition=Q(class_id__lte=2), name="detections_class_known"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="detections_confidence_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_id} at {self.center_x_px:.0f}, {self.center_y_px:.0f}"
