"""Training runs: which data set they learn from, how far they are, and who has them at work."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from demeter.common.i18n.messages import MessageField
from demeter.common.leases import Leased
from demeter.common.timestamps import Timestamped
from learning.figures import Comparison, SetName, compare, read_rows
from learning.models.data_sets import DataSet
from processing.models import TrainedModels


class RunState(models.TextChoices):
    """Where a training run is."""

    QUEUED = "queued", pgettext_lazy("training", "waiting")
    RUNNING = "running", pgettext_lazy("training", "training")
    TRAINED = "trained", pgettext_lazy("training", "trained")
    FAILED = "failed", pgettext_lazy("training", "failed")
    CANCELLED = "cancelled", pgettext_lazy("training", "cancelled")


UNFINISHED_RUNS = (RunState.QUEUED, RunState.RUNNING)


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    """Read as adjectives: `TrainingRun.objects.unfinished()`."""

    def unfinished(self) -> "TrainingRunQuerySet":
        """Waiting or at work; there is at most one."""
        return self.filter(state__in=UNFINISHED_RUNS)


class TrainingRun(Leased, Timestamped):
    """One training of both models. The row is the truth; a message only wakes the worker (`learning.runs`)."""

    data_set = models.ForeignKey(DataSet, models.PROTECT, related_name="runs", verbose_name=_("data set"))
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.QUEUED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="training_runs",
        verbose_name=_("requested by"),
        help_text=_("Empty if a command on the server asked for it"),
    )
    job = models.JSONField(_("job"), help_text=_("How many tiles of what it learns from (training/on_photos.py)"))
    base = models.JSONField(_("started from"), help_text=_("SHA-256 of the shipped weights, by model"))
    stage = models.CharField(_("stage"), max_length=40, blank=True)
    done_units = models.FloatField(_("done"), default=0)
    all_units = models.FloatField(_("of"), default=0)
    seconds = models.FloatField(_("seconds at work"), default=0)
    waiting_since = models.DateTimeField(
        _("waiting since"), null=True, blank=True, help_text=_("Or until when, if that is later: the working hours")
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_training_runs",
        verbose_name=_("cancelled by"),
    )
    trained = models.ForeignKey(
        TrainedModels, models.PROTECT, null=True, blank=True, related_name="runs", verbose_name=_("trained models")
    )
    judged = models.JSONField(
        _("judged"), default=list, blank=True, help_text=_("What both counted on each photo (learning/figures.py)")
    )
    in_shadow = models.BooleanField(
        _("in the shadow"), default=False, help_text=_("Counts new photos beside the models in use")
    )
    shadow_since = models.DateTimeField(_("in the shadow since"), null=True, blank=True)
    error = MessageField(_("error"))

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        db_table = "training_runs"
        default_permissions = ("add", "view")
        ordering = ["-pk"]
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(state__in=UNFINISHED_RUNS), name="training_runs_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["in_shadow"], condition=Q(in_shadow=True), name="training_runs_one_in_the_shadow"
            ),
            models.CheckConstraint(
                condition=Q(in_shadow=False) | Q(shadow_since__isnull=False, trained__isnull=False),
                name="training_runs_shadow_has_models",
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="training_runs_state_known"),
            models.CheckConstraint(
                condition=~Q(state=RunState.FAILED) | ~Q(error=""), name="training_runs_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED_RUNS) | Q(finished_at__isnull=False),
                name="training_runs_finished_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.data_set}"

    def compare(self, name: SetName) -> Comparison | None:
        """What judging on one set says."""
        return compare(read_rows(self.judged), name)

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or is at work."""
        return self.state in UNFINISHED_RUNS

    @property
    def percent(self) -> int:
        """How much is done."""
        return min(100, int(100 * self.done_units / self.all_units)) if self.all_units else 0

    @property
    def seconds_left(self) -> float | None:
        """By the pace so far; None while that says too little."""
        if self.done_units < 0.02 * self.all_units or not self.done_units:
            return None
        return self.seconds * (self.all_units - self.done_units) / self.done_units


class ShadowCount(models.Model):
    """What the models in the shadow counted on a new photo, beside its live count. It is in no stock."""

    run = models.ForeignKey(
        TrainingRun, models.PROTECT, related_name="shadow_counts", db_index=False, verbose_name=_("training run")
    )
    image_id = models.UUIDField(_("photo"))
    session_id = models.UUIDField(_("session"))
    live = models.PositiveIntegerField(_("counted live"), help_text=_("By the models, before calibration"))
    total = models.PositiveIntegerField(_("counted in the shadow"))
    refused = models.BooleanField(_("refused"), default=False)
    seconds = models.FloatField(_("seconds"))
    counted_at = models.DateTimeField(_("counted at"), auto_now_add=True)

    class Meta:
        db_table = "shadow_counts"
        default_permissions = ("view",)
        ordering = ["-pk"]
        verbose_name = _("count in the shadow")
        verbose_name_plural = _("counts in the shadow")
        constraints = [
            models.UniqueConstraint(fields=["run", "session_id"], name="shadow_counts_once_each"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="shadow_counts_took_time"),
        ]

    def __str__(self) -> str:
        return f"{self.total} for {self.live}"
