"""Movements: the append-only differences whose sum is the stock of a batch."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.messages import MessageField
from demeter.common.timestamps import Timestamped
from stock.models.batches import StockBatch
from stock.models.documents import LossReason, StockDocument


class MovementKind(models.TextChoices):
    """Why the stock of a batch changed."""

    PLANTING = "plantar", _("Planting")
    SOWING = "sembrar", _("Sowing")
    TRANSPLANT = "trasplante", _("Transplant")
    DEATH = "muerte", _("Loss")
    SALE = "ventas", _("Sale")
    PHOTO = "foto", _("Photo count")
    ADJUSTMENT = "ajuste", _("Adjustment")
    INITIAL = "manual_init", _("Opening balance")
    TRANSFER = "traslado", _("Transfer")
    HAND_COUNT = "conteo", _("Count by hand")
    SHORTFALL = "faltante", _("More left than were counted")


ALWAYS_IN = (MovementKind.PLANTING, MovementKind.SOWING, MovementKind.INITIAL)
ALWAYS_OUT = (MovementKind.DEATH, MovementKind.SALE)
# Out of one batch and into another: the two movements of a line sum to zero.
PAIRED_KINDS = (MovementKind.TRANSPLANT, MovementKind.TRANSFER)
# Written by the ledger alone so that it agrees with the counts; people write all others, in documents.
COUNTED_KINDS = (MovementKind.PHOTO, MovementKind.HAND_COUNT)
DERIVED_KINDS = (*COUNTED_KINDS, MovementKind.SHORTFALL)
IN_OR_OUT = (*PAIRED_KINDS, *DERIVED_KINDS, MovementKind.ADJUSTMENT)


class SourceType(models.TextChoices):
    """The source of a movement: a person or the models."""

    MANUAL = "manual", _("Person")
    AI = "ia", _("Photo recognition")


class StockMovement(Timestamped):
    """One change of a batch's stock. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE (its first migration).

    Other triggers refuse, when the transaction commits, a movement after which a batch would have had less than no
    plants at any moment, and a transplant or transfer of which only one half was written (migration 0005).

    `happened_at` is when the plants changed, `created_at` when it was recorded.
    """

    movement_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(
        StockBatch, models.PROTECT, related_name="movements", db_index=False, verbose_name=_("batch")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=MovementKind)
    quantity = models.IntegerField(_("quantity"), help_text=_("Signed: in is positive, out is negative"))
    source_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements_out",
        verbose_name=_("from"),
    )
    destination_location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements_in",
        verbose_name=_("to"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stock_movements",
        verbose_name=_("user"),
    )
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=2, null=True, blank=True)
    reason = MessageField(_("reason"))
    source_type = models.CharField(_("source"), max_length=8, choices=SourceType)
    image_id = models.UUIDField(_("photo"), null=True, blank=True)
    session_id = models.UUIDField(_("session"), null=True, blank=True)
    document = models.ForeignKey(
        StockDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("document"),
    )
    line = models.PositiveSmallIntegerField(_("line"), null=True, blank=True)
    loss_reason = models.ForeignKey(
        LossReason,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name=_("reason of the loss"),
    )
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    happened_at = models.DateTimeField(_("happened at"))

    class Meta:
        db_table = "stock_movements"
        ordering = ["-happened_at", "-created_at"]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        indexes = [
            models.Index(fields=["batch", "happened_at"], name="idx_movements_batch_happened"),
            models.Index(fields=["image_id"], name="idx_movements_image"),
            models.Index(fields=["happened_at"], include=["batch", "quantity"], name="idx_movements_happened"),
            models.Index(
                fields=["happened_at"],
                include=["batch", "quantity"],
                name="idx_movements_losses",
                condition=Q(kind=MovementKind.DEATH),
            ),
            BrinIndex(fields=["created_at"], name="idx_movements_created"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="stockmovement_quantity_not_zero"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=False)
                | Q(kind__in=ALWAYS_IN, quantity__gt=0)
                | Q(kind__in=ALWAYS_OUT, quantity__lt=0)
                | Q(kind__in=IN_OR_OUT),
                name="stockmovement_sign_fits_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MovementKind.values, source_type__in=SourceType.values),
                name="stockmovement_kind_and_source_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=MovementKind.PHOTO)
                | Q(source_type=SourceType.AI, image_id__isnull=False, session_id__isnull=False),
                name="stockmovement_photo_count_names_its_photo",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=PAIRED_KINDS) | Q(document__isnull=False, line__isnull=False),
                name="stockmovement_pair_has_a_line",
            ),
            models.CheckConstraint(
                condition=Q(loss_reason__isnull=True) | Q(kind=MovementKind.DEATH),
                name="stockmovement_only_losses_have_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0), name="stockmovement_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d}"
