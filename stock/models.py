"""What stands where: batches, the counts that photos gave of them, and the append-only ledger of their movements.

Only `stock.ledger` writes here. A count is absolute ("102 plants were seen"), a movement is a difference ("2 more");
the sum of a batch's movements is its stock.
"""

import uuid

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.audit import audited
from demeter.timestamps import Timestamped


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
    """Who says so: a person, or the models."""

    MANUAL = "manual", _("Person")
    AI = "ia", _("Photo recognition")


# What people say about a batch; its quantities are the ledger's.
DESCRIPTION_FIELDS = (
    "state",
    "size",
    "planted_on",
    "germinated_on",
    "transplanted_on",
    "ready_on",
    "quality",
    "notes",
)


@audited(pghistory.UpdateEvent(), only=DESCRIPTION_FIELDS)
class StockBatch(Timestamped):
    """The plants of one product in one packaging that stand at one location during one cultivation cycle."""

    batch_code = models.CharField(
        _("batch code"), max_length=100, unique=True, help_text=_("Location/product/date/sequence")
    )
    location = models.ForeignKey(
        "locations.StorageLocation", on_delete=models.PROTECT, related_name="batches", verbose_name=_("location")
    )
    config = models.ForeignKey(
        "locations.LocationConfig", on_delete=models.PROTECT, related_name="batches", verbose_name=_("cycle")
    )
    product = models.ForeignKey(
        "locations.Product", on_delete=models.PROTECT, related_name="batches", verbose_name=_("product")
    )
    packaging = models.ForeignKey(
        "locations.Packaging",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name=_("packaging"),
    )
    state = models.ForeignKey(
        "locations.ProductState", on_delete=models.PROTECT, related_name="batches", verbose_name=_("state")
    )
    size = models.ForeignKey(
        "locations.ProductSize",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name=_("size"),
    )
    quantity_initial = models.PositiveIntegerField(_("first count"), default=0)
    quantity_current = models.IntegerField(
        _("stock"), default=0, help_text=_("Sum of the movements, kept by the ledger")
    )
    quantity_empty_containers = models.PositiveIntegerField(_("empty containers"), default=0)
    planted_on = models.DateField(_("planted on"), null=True, blank=True)
    germinated_on = models.DateField(_("germinated on"), null=True, blank=True)
    transplanted_on = models.DateField(_("transplanted on"), null=True, blank=True)
    ready_on = models.DateField(_("expected ready on"), null=True, blank=True)
    quality = models.PositiveSmallIntegerField(
        _("quality"), null=True, blank=True, validators=[MaxValueValidator(5)], help_text=_("0 to 5")
    )
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        db_table = "stock_batches"
        ordering = ["-created_at"]
        verbose_name = _("stock batch")
        verbose_name_plural = _("stock batches")
        constraints = [
            models.UniqueConstraint(
                fields=["location", "config", "product", "packaging"],
                nulls_distinct=False,
                name="stockbatch_one_per_cycle_and_product",
            ),
            models.CheckConstraint(
                condition=Q(quality__isnull=True) | Q(quality__lte=5), name="stockbatch_quality_0_to_5"
            ),
        ]

    def __str__(self) -> str:
        return self.batch_code


class StockCountQuerySet(models.QuerySet["StockCount"]):
    """Read as adjectives: `StockCount.objects.standing()`."""

    def standing(self) -> "StockCountQuerySet":
        """Not withdrawn: at most one for each photo."""
        return self.filter(withdrawn_at=None)


class StockCount(Timestamped):
    """What one run of one photo saw of a batch, as an absolute number.

    Image and session are ids, not foreign keys: the ledger outlives a purged photo.
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
    withdrawn_at = models.DateTimeField(
        _("withdrawn at"), null=True, blank=True, help_text=_("When a later run of the same photo took its place")
    )

    objects = StockCountQuerySet.as_manager()

    class Meta:
        db_table = "stock_counts"
        ordering = ["happened_at", "image_id"]
        verbose_name = _("photo count")
        verbose_name_plural = _("photo counts")
        constraints = [
            models.UniqueConstraint(
                fields=["image_id"], condition=Q(withdrawn_at=None), name="stockcount_one_standing_per_photo"
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} at {timezone.localtime(self.happened_at):%Y-%m-%d %H:%M}"


class StockMovement(Timestamped):
    """One change of a batch's stock. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE (migration 0002).

    `happened_at` is when the plants changed, `created_at` when it was written down.
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
    reason = models.TextField(_("reason"), blank=True)
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
