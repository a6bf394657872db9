"""Counts: how many plants of a batch photos showed, and the visits on which the photos were taken."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped
from stock.models.batches import StockBatch
from stock.models.documents import StockDocument


class VisitAnswer(models.TextChoices):
    """A person's answer about the photos of a visit."""

    PARTS = "parts", _("Parts: add them")
    RETAKE = "retake", _("Retakes: keep the newest")
    CHOSEN = "chosen", _("Selected photos")


@audited(pghistory.UpdateEvent(), only=("answer", "answered_by"))
class Visit(Timestamped):
    """Photos of one location that were taken within half an hour of each other and form one count.

    `stock.visits.records` forms visits and writes their columns; only the answer comes from a person.
    """

    location = models.ForeignKey(
        "locations.StorageLocation", models.PROTECT, related_name="visits", db_index=False, verbose_name=_("location")
    )
    answer = models.CharField(_("answer"), max_length=8, choices=VisitAnswer, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answered_visits",
        verbose_name=_("answered by"),
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    first_at = models.DateTimeField(_("first photo"))
    last_at = models.DateTimeField(_("last photo"))
    photos = models.PositiveSmallIntegerField(_("photos"))
    quantity = models.PositiveIntegerField(_("plants"))
    is_open = models.BooleanField(
        _("open"),
        help_text=_(
            "Nobody has said whether its photos are parts or retakes, or which plants two of them show, so its number "
            "may be wrong"
        ),
    )
    asks_overlap = models.BooleanField(
        _("asks about an overlap"),
        default=False,
        db_default=False,
        help_text=_("Nobody has said how many plants two of its photos both show"),
    )
    is_compared = models.BooleanField(
        _("compared"),
        default=True,
        db_default=True,
        help_text=_("False if it was counted before plants that two photos show were known"),
    )
    signed_off = models.BooleanField(
        _("signed off"), default=False, db_default=False, help_text=_("All counts that it consists of are signed off")
    )
    in_doubt = models.BooleanField(
        _("in doubt"), default=False, db_default=False, help_text=_("One of its counts is in doubt and not signed off")
    )

    newest_during = DateTimeRangeField(
        _("newest during"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("From its last photo until that of the next visit, kept by the database; empty without photos"),
    )

    class Meta:
        db_table = "stock_visits"
        ordering = ["-last_at"]
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        indexes = [
            models.Index(fields=["location", "-last_at"], name="idx_visits_location"),
            models.Index(fields=["-last_at"], name="idx_visits_open", condition=Q(is_open=True)),
            GistIndex(
                fields=["newest_during"],
                include=["id", "location", "last_at", "is_open", "signed_off", "in_doubt"],
                name="idx_visits_newest",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=["", *VisitAnswer.values]), name="visit_answer_known"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="visit_answered_at_a_time",
            ),
            models.CheckConstraint(condition=Q(is_open=False) | Q(photos__gt=1), name="visit_open_has_photos"),
            models.CheckConstraint(condition=Q(asks_overlap=False) | Q(is_open=True), name="visit_that_asks_is_open"),
        ]

    def __str__(self) -> str:
        return f"{self.photos} at {timezone.localtime(self.last_at):%Y-%m-%d %H:%M}"


class StockCountQuerySet(models.QuerySet["StockCount"]):
    """Read as adjectives: `StockCount.objects.in_force()`."""

    def in_force(self) -> "StockCountQuerySet":
        """Not withdrawn: at most one for each photo."""
        return self.filter(withdrawn_at=None)

    def of_photos(self) -> "StockCountQuerySet":
        """Not by hand."""
        return self.filter(document=None)


class StockCount(Timestamped):
    """How many plants one run of one photo found, as an absolute number: of `batch`, except for its `shares`.

    `part`, `covered`, `left_out` and `is_counted` describe its place in its visit (`stock.visits.grouping`).

    Image and session are ids, not foreign keys: the ledger outlives a purged photo. A count by hand has a document and
    no photo; its image and session are one id of its own. It counts one batch and belongs to no visit.
    """

    batch = models.ForeignKey(StockBatch, on_delete=models.PROTECT, related_name="counts", verbose_name=_("batch"))
    image_id = models.UUIDField(_("photo"))
    session_id = models.UUIDField(_("session"), unique=True)
    quantity = models.PositiveIntegerField(_("plants"))
    quantity_empty = models.PositiveIntegerField(_("empty containers"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stock_counts",
        verbose_name=_("user"),
    )
    happened_at = models.DateTimeField(_("seen at"))
    document = models.OneToOneField(
        StockDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hand_count",
        verbose_name=_("counted by hand"),
    )
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="counts", verbose_name=_("visit")
    )
    part = models.PositiveSmallIntegerField(
        _("part"),
        null=True,
        blank=True,
        help_text=_("Photos of a visit whose pictures look alike have the same number"),
    )
    covered = models.BooleanField(
        _("covered"), default=False, help_text=_("Was part of the visit when it was answered")
    )
    left_out = models.BooleanField(_("left out"), default=False, help_text=_("Not among the selected photos"))
    is_counted = models.BooleanField(_("counted"), default=True, help_text=_("Counts towards its visit"))
    seen_before = models.PositiveIntegerField(
        _("seen before"), default=0, db_default=0, help_text=_("Plants that an earlier photo of the visit shows too")
    )
    signed_off = models.BooleanField(_("signed off"), default=False, db_default=False)
    in_doubt = models.BooleanField(
        _("in doubt"), default=False, db_default=False, help_text=_("A person should look at it before it is used")
    )
    predicted_error = models.FloatField(
        _("predicted error"),
        null=True,
        blank=True,
        help_text=_("In plants; 0 if a person checked the number, empty if nothing was predicted"),
    )
    model_version = models.CharField(_("models"), max_length=64, blank=True, db_default="")
    container_kind = models.CharField(_("kind of container"), max_length=10, blank=True, db_default="")
    uncalibrated = models.PositiveIntegerField(
        _("before calibration"), null=True, blank=True, help_text=_("Empty if the count was not multiplied by a factor")
    )
    withdrawn_at = models.DateTimeField(
        _("withdrawn at"), null=True, blank=True, help_text=_("When a later run of the same photo replaced it")
    )

    objects = StockCountQuerySet.as_manager()

    class Meta:
        db_table = "stock_counts"
        ordering = ["happened_at", "image_id"]
        verbose_name = _("photo count")
        verbose_name_plural = _("photo counts")
        indexes = [
            models.Index(
                fields=["visit"],
                include=["id", "batch", "quantity", "predicted_error", "model_version", "container_kind"],
                name="idx_counts_counted",
                condition=Q(withdrawn_at=None, is_counted=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["image_id"], condition=Q(withdrawn_at=None), name="stockcount_one_standing_per_photo"
            ),
            models.CheckConstraint(
                condition=Q(document=None) | Q(visit=None, image_id=F("session_id")),
                name="stockcount_by_hand_has_no_photo",
            ),
            models.CheckConstraint(condition=Q(seen_before__lte=F("quantity")), name="stockcount_seen_before_is_part"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} at {timezone.localtime(self.happened_at):%Y-%m-%d %H:%M}"

    @property
    def quantity_new(self) -> int:
        """Its plants that no earlier photo of its visit shows."""
        return self.quantity - self.seen_before

    @property
    def by_batch(self) -> dict[int, tuple[int, int]]:
        """Plants and empty containers by batch id; those that no share names belong to the count's own batch."""
        shares = {share.batch_id: (share.quantity, share.quantity_empty) for share in self.shares.all()}
        plants, empty = (sum(numbers) for numbers in zip(*shares.values(), strict=True)) if shares else (0, 0)
        return {**shares, self.batch_id: (self.quantity - plants, self.quantity_empty - empty)}


class CountShare(models.Model):
    """How many of a count's plants belong to another batch than the count's own: several products stand in one place.

    The ledger replaces the shares of a count as a whole; together they are never more than the count.
    """

    count = models.ForeignKey(
        StockCount, models.CASCADE, related_name="shares", db_index=False, verbose_name=_("photo count")
    )
    batch = models.ForeignKey(StockBatch, on_delete=models.PROTECT, related_name="shares", verbose_name=_("batch"))
    quantity = models.PositiveIntegerField(_("plants"))
    quantity_empty = models.PositiveIntegerField(_("empty containers"))

    class Meta:
        db_table = "stock_count_shares"
        ordering = ["pk"]
        verbose_name = _("share of a photo count")
        verbose_name_plural = _("shares of photo counts")
        constraints = [models.UniqueConstraint(fields=["count", "batch"], name="countshare_one_for_each_batch")]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.count}"
