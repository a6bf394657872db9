"""Jobs: one run of a photo each, with the lease of the worker that processes it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.messages import MessageField
from demeter.common.leases import Leased
from demeter.common.timestamps import Timestamped
from photos.models import S3Image, Upload
from processing.statuses import UNFINISHED, JobKind, Phase, RunStatus


class JobQuerySet(models.QuerySet["Job"]):
    """Read as adjectives: `Job.objects.unfinished()`."""

    def unfinished(self) -> "JobQuerySet":
        """Waiting or at work."""
        return self.filter(status__in=UNFINISHED)


class Job(Leased, Timestamped):
    """One run of one photo through the pipeline; its id is the Celery id that the API shows."""

    job_id = models.UUIDField(_("job"), primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(S3Image, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("photo"))
    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, null=True, blank=True, related_name="jobs", verbose_name=_("upload")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=JobKind.choices)
    status = models.CharField(_("status"), max_length=20, choices=RunStatus.choices, default=RunStatus.PENDING)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase.choices, default=Phase.STORE)
    phase_started_at = models.DateTimeField(_("phase started at"), null=True, blank=True)
    tiles_done = models.PositiveIntegerField(_("tiles done"), default=0)
    tiles_total = models.PositiveIntegerField(_("tiles"), default=0)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=50, blank=True)
    error = MessageField(_("error"))
    reason = MessageField(_("reason"), help_text=_("Why a person asked for this run"))
    chosen_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("chosen location"),
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("requested by"),
    )

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "photo_jobs"
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at"], name="idx_jobs_created"),
            models.Index(fields=["created_at"], name="idx_jobs_unfinished", condition=Q(status__in=UNFINISHED)),
            models.Index(fields=["lease_until"], name="idx_jobs_lease", condition=Q(status__in=UNFINISHED)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["image"], condition=Q(status__in=UNFINISHED), name="jobs_one_unfinished_per_image"
            ),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="jobs_status_known"),
            models.CheckConstraint(
                condition=~Q(status=RunStatus.FAILED) | (~Q(error="") & ~Q(problem="")),
                name="jobs_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED) | Q(finished_at__isnull=False), name="jobs_finished_has_time"
            ),
            models.CheckConstraint(
                condition=Q(tiles_done__lte=models.F("tiles_total")), name="jobs_tiles_within_total"
            ),
        ]

    def __str__(self) -> str:
        return str(self.job_id)
