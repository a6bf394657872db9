"""Counts by people who did not see the count of the models: what the accuracy of the models is measured by."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext_lazy as _

from photos.models import S3Image
from processing.models.results import ProcessingSession

# A count that differs by more than this share of what the person saw is looked at again.
DIFFERENCE_PERCENT = 10
HIGHEST_COUNT = 1_000_000


class BlindCount(models.Model):
    """One answer to "How many plants do you see?". Append-only, in the database too; it changes no count."""

    image = models.ForeignKey(S3Image, models.CASCADE, related_name="blind_counts", verbose_name=_("photo"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="blind_counts", db_index=False, verbose_name=_("user")
    )
    session = models.ForeignKey(
        ProcessingSession,
        models.CASCADE,
        related_name="blind_counts",
        verbose_name=_("session"),
        help_text=_("The count in force at that moment"),
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    seen = models.PositiveIntegerField(_("plants seen by the person"))
    model_detected = models.PositiveIntegerField(_("plants seen by the model"))
    model_estimated = models.PositiveIntegerField(_("estimated by the model"))
    detected = models.PositiveIntegerField(_("plants seen, corrections included"))
    estimated = models.PositiveIntegerField(_("estimated, corrections included"))
    model_versions = models.JSONField(_("versions of the models"), null=True, blank=True)
    parameters_hash = models.CharField(_("parameters"), max_length=64, blank=True)
    differs = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(GreaterThan(F("detected") * 100, F("seen") * (100 + DIFFERENCE_PERCENT)))
            | Q(LessThan(F("detected") * 100, F("seen") * (100 - DIFFERENCE_PERCENT))),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text=_("By more than 10 % of what the person saw"),
        verbose_name=_("differs"),
    )

    class Meta:
        db_table = "photo_blind_counts"
        verbose_name = _("blind recount")
        verbose_name_plural = _("blind recounts")
        ordering = ["pk"]
        indexes = [models.Index(fields=["image"], name="idx_blind_counts_differ", condition=Q(differs=True))]
        constraints = [
            models.UniqueConstraint(fields=["user", "session"], name="blind_counts_once_each"),
            models.CheckConstraint(condition=Q(seen__lte=HIGHEST_COUNT), name="blind_counts_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.seen} seen by {self.user}"
