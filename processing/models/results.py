"""Sessions (the result of a job) and what was found: segments, detections, estimations."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from demeter.timestamps import Timestamped
from photos.models import S3Image
from processing.models.runs import Job, Leased
from processing.statuses import RunStatus, SegmentStatus


class Session(Timestamped):
    """The result of one job (spec, table `photo_processing_sessions`)."""

    id = models.AutoField(primary_key=True)
    session_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="session")
    storage_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        db_index=False,
    )
    location_evidence = models.JSONField(
        null=True, blank=True, help_text="{method, text, candidates: [{location_id, name, evidence, distance_m}]}"
    )
    original_image = models.ForeignKey(S3Image, on_delete=models.CASCADE, related_name="sessions", db_index=False)
    processed_image = models.ForeignKey(
        S3Image, on_delete=models.SET_NULL, null=True, blank=True, related_name="annotates"
    )
    total_detected = models.IntegerField(null=True, blank=True)
    total_estimated = models.IntegerField(null=True, blank=True)
    total_empty_containers = models.IntegerField(null=True, blank=True)
    avg_confidence = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    category_counts = models.JSONField(null=True, blank=True, help_text='{"plant": 120, "empty": 5, "dead": 0}')
    status = models.CharField(max_length=50, choices=RunStatus.choices, default=RunStatus.PENDING)
    error_message = models.TextField(null=True, blank=True)
    validated = models.BooleanField(default=False)
    validated_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="validated_sessions"
    )
    validation_date = models.DateTimeField(null=True, blank=True)
    manual_adjustments = models.JSONField(
        null=True, blank=True, help_text="What people changed, and the model's own totals; null when nothing"
    )
    partial = models.BooleanField(default=False, help_text="At least one container could not be counted")
    review_reasons = models.JSONField(
        default=list, blank=True, help_text="Why a person should look at this count: [text]"
    )
    refusal = models.CharField(
        max_length=50, blank=True, help_text="Why the run does not believe its own count; a sign-off settles it"
    )
    refusal_message = models.TextField(blank=True)
    model_versions = models.JSONField(null=True, blank=True, help_text="{segmenter: sha256, detector: sha256}")
    parameters_hash = models.CharField(max_length=64, blank=True)
    detections_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reused_by",
        help_text="The session whose segments and detections this one reuses",
    )
    phase_seconds = models.JSONField(default=dict, blank=True, help_text="{phase: seconds}")
    needs_look = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(partial=True) | ~Q(review_reasons=[]) | ~Q(refusal=""), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="Comes first in the review: partial, refused, or with reasons",
    )

    class Meta:
        db_table = "photo_processing_sessions"
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
                | Q(total_detected__isnull=False, total_estimated__gte=models.F("total_detected")),
                name="sessions_completed_has_counts",
            ),
            models.CheckConstraint(
                condition=Q(validated=False) | Q(validated_by_user__isnull=False, validation_date__isnull=False),
                name="sessions_validated_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return str(self.session_id)


class Segment(Leased, Timestamped):
    """One container found in a photo; polygon and box in pixels of the upright original."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="segments")
    number = models.PositiveSmallIntegerField(help_text="Order in the photo, from 1")
    container_class = models.CharField(max_length=10, choices=[(c, c) for c in ("segment", "box", "plug")])
    polygon = models.JSONField(help_text="[[x, y], ...]")
    confidence = models.FloatField()
    area_px = models.FloatField()
    status = models.CharField(max_length=10, choices=SegmentStatus.choices, default=SegmentStatus.PENDING)
    error = models.TextField(blank=True)
    capped = models.BooleanField(default=False, help_text="Detection touched its cap: the count is too low")
    tiles_done = models.PositiveIntegerField(default=0)
    tiles_total = models.PositiveIntegerField(default=1, help_text="Expected looks of the detector, for the progress")
    detected = models.IntegerField(null=True, blank=True)
    estimated = models.IntegerField(null=True, blank=True)
    empty = models.IntegerField(null=True, blank=True)
    dead = models.IntegerField(null=True, blank=True)

    class Meta:
        db_table = "photo_segments"
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

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="detections")
    class_id = models.PositiveSmallIntegerField(help_text="0 plant, 1 empty, 2 dead")
    center_x_px = models.FloatField()
    center_y_px = models.FloatField()
    width_px = models.FloatField()
    height_px = models.FloatField()
    confidence = models.FloatField()

    class Meta:
        db_table = "photo_detections"
        constraints = [
            models.CheckConstraint(condition=Q(class_id__lte=2), name="detections_class_known"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="detections_confidence_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_id} at {self.center_x_px:.0f}, {self.center_y_px:.0f}"


class Estimation(Timestamped):
    """How the hidden plants of one container were estimated."""

    segment = models.OneToOneField(Segment, on_delete=models.CASCADE, related_name="estimation")
    method = models.CharField(max_length=20, choices=[(m, m) for m in ("local_scale", "grid", "density", "none")])
    count = models.IntegerField()
    residual_area_px = models.FloatField(null=True, blank=True)
    local_plant_area_px = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    density = models.ForeignKey(
        "locations.DensityParameters", on_delete=models.PROTECT, null=True, blank=True, related_name="estimations"
    )

    class Meta:
        db_table = "photo_estimations"

    def __str__(self) -> str:
        return f"{self.method}: {self.count}"
