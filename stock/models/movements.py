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


class MovementKind(models.TextChoices):
    """Why the stock of a batch changed."""

    PLANTING = "plantar", _("Planting")
    SOWING = "sembrar", _("Sowing")
    TRANSPLANT = "trasplante", _("Transplant")
    DEATH = "muerte", _("Death")
    SALE = "ventas", _("Sale")
    PHOTO = "foto", _("Photo count")
    ADJUSTMENT = "ajuste", _("Adjustment")
    INITIAL = "manual_init", _("Initial stock")


ALWAYS_IN = (MovementKind.PLANTING, MovementKind.SOWING, MovementKind.INITIAL)
ALWAYS_OUT = (MovementKind.DEATH, MovementKind.SALE)
IN_OR_OUT = (MovementKind.TRANSPLANT, MovementKind.PHOTO, MovementKind.ADJUSTMENT)


class SourceType(models.TextChoices):
    """The source of a movement: a person or the models."""

    MANUAL = "manual", _("Person")
    AI = "ia", _("Photo recognition")


class StockMovement(Timestamped):
    """One change of a batch's stock. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE (migration 0002).

    `happened_at` is when the plants changed, `created_at` when it was recorded.
    """

    movement_id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(StockBatch, on_delete=models.PROTECT, related_name="movements", verbose_name=_("batch"))
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
                condition=Q(unit_price__isnull=True) | Q(unit_price__gte=0), name="stockmovement_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity:+d}"
