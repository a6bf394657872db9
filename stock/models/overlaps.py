"""Overlaps: which plants two photos of a visit both show."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.leases import Leased
from demeter.common.timestamps import Timestamped


class OverlapVerdict(models.TextChoices):
    """What the pictures say."""

    WAITING = "waiting", _("Not compared yet")
    JOINED = "joined", _("They overlap")
    APART = "apart", _("They show no plant twice")
    DOUBTFUL = "doubtful", _("The pictures do not say")


@audited(pghistory.UpdateEvent(), only=("answer", "answered_by"))
class Overlap(Leased, Timestamped):
    """Two photos of a visit that both count, and the plants that both show; `first` is the earlier one.

    `stock.visits.overlapping` makes the rows, `processing.overlaps` compares the pictures, a person answers. Photos are
    ids, as in `StockCount`.
    """

    first_id = models.UUIDField(_("first photo"))
    second_id = models.UUIDField(_("second photo"))
    first_session = models.UUIDField(_("session of the first photo"))
    second_session = models.UUIDField(_("session of the second photo"))
    first_quantity = models.PositiveIntegerField(_("plants of the first photo"))
    second_quantity = models.PositiveIntegerField(_("plants of the second photo"))
    awaits_comparison = models.BooleanField(
        _("waiting for comparison"), default=True, help_text=_("One of the counts has changed, or is new")
    )
    verdict = models.CharField(
        _("verdict"), max_length=8, choices=OverlapVerdict, default=OverlapVerdict.WAITING, db_default="waiting"
    )
    reason = models.CharField(_("reason"), max_length=16, blank=True, help_text=_("Why the pictures do not say"))
    homography = models.JSONField(
        _("homography"), null=True, blank=True, help_text=_("From shares of the first picture to shares of the second")
    )
    features = models.PositiveIntegerField(_("agreeing features"), default=0)
    clear = models.FloatField(_("clearness"), default=0, help_text=_("In standard errors"))
    agreement = models.FloatField(_("agreement"), default=0, help_text=_("Share of plants with a partner"))
    first_located = models.PositiveIntegerField(_("located plants of the first photo"), default=0)
    second_located = models.PositiveIntegerField(_("located plants of the second photo"), default=0)
    shared = models.JSONField(
        _("shared plants"), default=list, blank=True, help_text=_("[[x, y, x, y], ...] of 10,000 in both pictures")
    )
    answer = models.PositiveIntegerField(
        _("answer"), null=True, blank=True, help_text=_("How many plants both photos show, said by a person")
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answered_overlaps",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        db_table = "stock_overlaps"
        ordering = ["pk"]
        verbose_name = _("overlap")
        verbose_name_plural = _("overlaps")
        indexes = [
            models.Index(fields=["second_id"], name="idx_overlaps_second"),
            models.Index(fields=["lease_until"], name="idx_overlaps_lease", condition=Q(awaits_comparison=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first_id", "second_id"], name="overlap_one_for_each_pair"),
            models.CheckConstraint(condition=~Q(first_id=F("second_id")), name="overlap_of_two_photos"),
            models.CheckConstraint(condition=Q(verdict__in=OverlapVerdict.values), name="overlap_verdict_known"),
            models.CheckConstraint(
                condition=Q(answer=None, answered_by=None, answered_at=None)
                | Q(answer__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="overlap_answered_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}: {self.verdict}"

    @property
    def is_asked(self) -> bool:
        """Whether a person must say how many plants both photos show."""
        return self.answer is None and self.verdict == OverlapVerdict.DOUBTFUL
