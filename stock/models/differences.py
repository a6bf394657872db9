"""Differences between counts and what was expected, and what people decided about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped
from stock.models.batches import StockBatch
from stock.models.counts import Visit
from stock.models.documents import StockDocument


class Difference(Timestamped):
    """A count of one batch that differs from what was expected of it: by photos (`visit`) or by hand (`document`).

    Derived from the ledger and the decisions by `stock.differences`, whenever the counts of a location change:
    expected + explained + rest = counted. `unexplained` is what is reported: beyond `noise`, else 0. A row whose count
    no longer exists, or that agrees now, is kept only for its decisions.
    """

    batch = models.ForeignKey(
        StockBatch, models.PROTECT, related_name="differences", db_index=False, verbose_name=_("batch")
    )
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="differences", verbose_name=_("visit")
    )
    document = models.ForeignKey(
        StockDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="differences",
        verbose_name=_("counted by hand"),
    )
    moment = models.DateTimeField(_("counted at"))
    expected = models.IntegerField(_("expected"))
    counted = models.PositiveIntegerField(_("counted"))
    explained = models.IntegerField(_("accepted"), default=0)
    noise = models.PositiveIntegerField(_("chance"), help_text=_("By how many plants it may differ by chance"))
    unexplained = models.IntegerField(_("unexplained"), default=0)
    counts = models.PositiveSmallIntegerField(
        _("counts together"), default=1, help_text=_("How many counts show together what is unexplained")
    )
    taken_back = models.BooleanField(_("taken back"), default=False, help_text=_("The next count took it back"))
    is_gone = models.BooleanField(_("gone"), default=False, help_text=_("The count no longer exists"))
    recount_since = models.DateTimeField(
        _("set aside since"), null=True, blank=True, help_text=_("Until somebody counts the place again")
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_differences",
        verbose_name=_("assigned to"),
    )

    class Meta:
        db_table = "stock_differences"
        ordering = ["-moment", "pk"]
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        indexes = [
            models.Index(fields=["batch", "-moment"], name="idx_differences_batch"),
            models.Index(
                fields=["-moment"],
                include=["batch", "unexplained"],
                name="idx_differences_unexplained",
                condition=~Q(unexplained=0),
            ),
            models.Index(fields=["moment"], include=["batch"], name="idx_differences_moment"),
            models.Index(
                fields=["moment"],
                include=["batch", "unexplained", "explained"],
                name="idx_differences_shrinkage",
                condition=~Q(unexplained=0) | ~Q(explained=0),
            ),
            models.Index(
                fields=["recount_since"], name="idx_differences_recount", condition=Q(recount_since__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "visit", "document"], nulls_distinct=False, name="difference_one_per_count"
            ),
            models.CheckConstraint(
                condition=Q(visit__isnull=False, document=None) | Q(visit=None, document__isnull=False),
                name="difference_is_of_one_count",
            ),
            models.CheckConstraint(
                condition=Q(is_gone=False) | Q(unexplained=0), name="difference_gone_is_not_unexplained"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.difference:+d} at {timezone.localtime(self.moment):%Y-%m-%d %H:%M}"

    @property
    def difference(self) -> int:
        """Plants more than expected."""
        return self.counted - self.expected

    @property
    def rest(self) -> int:
        """The part that nobody explained, also if it may be chance."""
        return self.difference - self.explained

    @cached_property
    def history(self) -> tuple["Decision", ...]:
        """The decisions, newest first."""
        return tuple(self.decisions.all())

    @property
    def has_changed(self) -> bool:
        """Whether it is unexplained again after somebody had explained it."""
        settled = [decision for decision in self.history if decision.kind in EXPLAINING]
        return bool(settled and settled[0].kind != DecisionKind.REOPENED and self.unexplained)


class DecisionKind(models.TextChoices):
    """What a person says about a difference."""

    SOLD = "sold", _("Sold")
    LOST = "lost", _("Lost")
    CAME_IN = "came_in", _("Came in")
    ACCEPTED = "accepted", _("Accepted")
    REOPENED = "reopened", _("Taken back")
    RECOUNT = "recount", _("Count again")
    ASSIGNED = "assigned", _("Assigned")


WITH_DOCUMENT = (DecisionKind.SOLD, DecisionKind.LOST, DecisionKind.CAME_IN)
EXPLAINING = (*WITH_DOCUMENT, DecisionKind.ACCEPTED, DecisionKind.REOPENED)


class Decision(Timestamped):
    """What a person decided about a difference. Append-only: a trigger refuses UPDATE and DELETE (migration 0007).

    `about` is what was unexplained then. An explanation by a document changes what was expected; the `quantity` of the
    others is the part of the difference that stands as accepted.
    """

    difference = models.ForeignKey(
        Difference, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("difference")
    )
    kind = models.CharField(_("decision"), max_length=8, choices=DecisionKind)
    about = models.IntegerField(_("unexplained then"))
    quantity = models.IntegerField(_("accepted"), default=0)
    reason = models.TextField(_("reason"), blank=True)
    document = models.ForeignKey(
        StockDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="explains",
        verbose_name=_("document"),
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_decisions",
        verbose_name=_("assigned to"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("user")
    )
    key = models.CharField(
        _("key"), max_length=100, blank=True, help_text=_("Sent again with the same key, it is decided once")
    )

    class Meta:
        db_table = "stock_decisions"
        ordering = ["-pk"]
        verbose_name = _("decision about a difference")
        verbose_name_plural = _("decisions about differences")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="decision_once_for_each_key"),
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=WITH_DOCUMENT, document__isnull=False)
                | ~Q(kind__in=WITH_DOCUMENT) & Q(document=None),
                name="decision_with_its_document",
            ),
            models.CheckConstraint(
                condition=Q(quantity=0) | Q(kind__in=[DecisionKind.ACCEPTED, DecisionKind.REOPENED]),
                name="decision_only_acceptance_has_a_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DecisionKind.ACCEPTED) | ~Q(reason=""), name="decision_acceptance_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about:+d}"
