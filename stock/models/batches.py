"""Batches: the plants of one product at one location during one cycle."""

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped

# The columns that people edit; the quantities come from the ledger.
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
    """The plants of one product in one packaging and state at one location during one cultivation cycle."""

    batch_code = models.CharField(
        _("batch code"), max_length=100, unique=True, help_text=_("Location/product/date/sequence")
    )
    location = models.ForeignKey(
        "locations.StorageLocation", models.PROTECT, related_name="batches", db_index=False, verbose_name=_("location")
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
        _("stock"), default=0, help_text=_("Sum of the movements, kept by the database")
    )
    quantity_unexplained = models.PositiveIntegerField(
        _("unexplained"),
        default=0,
        db_default=0,
        help_text=_("Too many and too few together, kept by the database"),
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
        indexes = [
            models.Index(
                fields=["product", "packaging", "state", "size", "location"],
                include=["id", "quantity_unexplained"],
                name="idx_batches_unexplained",
                condition=~Q(quantity_unexplained=0),
            ),
            models.Index(
                fields=["location"],
                include=["id", "product", "packaging", "state", "size", "quantity_current"],
                name="idx_batches_held",
                condition=~Q(quantity_current=0),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["location", "config", "product", "packaging", "state"],
                nulls_distinct=False,
                name="stockbatch_one_per_cycle_and_product",
            ),
            models.CheckConstraint(
                condition=Q(quality__isnull=True) | Q(quality__lte=5), name="stockbatch_quality_0_to_5"
            ),
        ]

    def __str__(self) -> str:
        return self.batch_code

    def clean(self) -> None:
        """Refuse the state of another batch of the same plants; forms leave out the columns of the constraint."""
        same = StockBatch.objects.filter(config=self.config_id, product=self.product_id, packaging=self.packaging_id)
        if same.filter(state=self.state_id).exclude(pk=self.pk).exists():
            words = _("This location already has a batch of this product in this state. Transplant the plants into it.")
            raise ValidationError({"state": words})
