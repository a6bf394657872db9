"""Stocktakes: the nursery, or a part of it, counted for a day. A closed one stores its numbers, which never change.

Only `stock.stocktakes` writes here. A trigger refuses changes of what was closed (migration 0008).
"""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped
from stock.models.batches import StockBatch


class StocktakeQuerySet(models.QuerySet["Stocktake"]):
    """Read as adjectives: `Stocktake.objects.closed()`."""

    def open(self) -> "StocktakeQuerySet":
        """Still being counted."""
        return self.filter(closed_at=None)

    def closed(self) -> "StocktakeQuerySet":
        """Signed; the stock before their moment is frozen."""
        return self.exclude(closed_at=None)


@audited()
class Stocktake(Timestamped):
    """A stocktake of a warehouse, an area, or everything: `pk` is its number.

    Counts from `counted_from` until the end of `day` belong to it. `moment` is until when its stock is:
    the end of the day, or when it was closed, if that was earlier.
    """

    day = models.DateField(_("date"))
    counted_from = models.DateTimeField(_("counts from"))
    warehouse = models.ForeignKey(
        "locations.Warehouse",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stocktakes",
        verbose_name=_("warehouse"),
    )
    area = models.ForeignKey(
        "locations.StorageArea",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="stocktakes",
        verbose_name=_("storage area"),
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="opened_stocktakes", verbose_name=_("opened by")
    )
    moment = models.DateTimeField(_("stock until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="closed_stocktakes",
        verbose_name=_("signed by"),
    )

    objects = StocktakeQuerySet.as_manager()

    class Meta:
        db_table = "stocktakes"
        ordering = ["-pk"]
        verbose_name = _("stocktake")
        verbose_name_plural = _("stocktakes")
        constraints = [
            models.CheckConstraint(
                condition=Q(moment=None, closed_at=None, closed_by=None)
                | Q(moment__isnull=False, closed_at__isnull=False, closed_by__isnull=False),
                name="stocktake_closed_by_somebody",
            ),
            models.CheckConstraint(condition=Q(warehouse=None) | Q(area=None), name="stocktake_has_one_scope"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it is written: S-0042."""
        return f"S-{self.pk:04d}"

    @property
    def places(self) -> str:
        """The warehouse or area that it covers, in words."""
        return str(self.area or self.warehouse or _("All places"))

    @property
    def place_value(self) -> str:
        """The same as the value of a field that chooses places."""
        if self.area_id is not None:
            return f"area:{self.area_id}"
        return f"warehouse:{self.warehouse_id}" if self.warehouse_id is not None else ""


class BayState(models.TextChoices):
    """How a bay was counted for a stocktake."""

    PHOTO = "photo", _("By photo")
    HAND = "hand", _("By hand")
    MISSING = "missing", _("Not counted")


# What the states of a closed stocktake's bays are called on its pages.
SHOWN: Mapping[str, Q] = {
    "missing": Q(state=BayState.MISSING),
    "doubt": Q(in_doubt=True),
    "signed": ~Q(state=BayState.MISSING) & Q(in_doubt=False) & (Q(state=BayState.HAND) | ~Q(signed_by="")),
    "unsigned": Q(state=BayState.PHOTO, in_doubt=False, signed_by=""),
}


class StocktakeBayQuerySet(models.QuerySet["StocktakeBay"]):
    """Read as adjectives: `stocktake.bays.in_state("missing", changed)`."""

    def in_state(self, shown: str, changed: Collection[int]) -> "StocktakeBayQuerySet":
        """Those with a state of SHOWN, those at one of the `changed` locations, or all."""
        if shown == "changed":
            return self.filter(location__in=changed)
        return self.filter(SHOWN[shown]) if shown else self


class StocktakeBay(models.Model):
    """A bay of a closed stocktake: its last count, and its stock. Names are stored, because places are renamed."""

    stocktake = models.ForeignKey(Stocktake, models.CASCADE, related_name="bays", verbose_name=_("stocktake"))
    location = models.ForeignKey(
        "locations.StorageLocation",
        on_delete=models.SET_NULL,
        null=True,
        related_name="stocktake_bays",
        verbose_name=_("location"),
    )
    step = models.PositiveIntegerField(_("place on the walk"))
    code = models.CharField(_("code"), max_length=32)
    place = models.CharField(_("place"), max_length=400)
    state = models.CharField(_("counted"), max_length=8, choices=BayState)
    counted = models.PositiveIntegerField(_("plants counted"), null=True)
    counted_at = models.DateTimeField(_("counted at"), null=True)
    counted_by = models.CharField(_("counted by"), max_length=200, blank=True)
    image_id = models.UUIDField(_("photo"), null=True)
    signed_by = models.CharField(_("signed off by"), max_length=200, blank=True)
    in_doubt = models.BooleanField(_("in doubt or open"), default=False)
    expected = models.IntegerField(_("expected"))
    quantity = models.IntegerField(_("stock"))

    objects = StocktakeBayQuerySet.as_manager()

    class Meta:
        db_table = "stocktake_bays"
        ordering = ["step"]
        default_permissions = ("view",)
        verbose_name = _("bay of a stocktake")
        verbose_name_plural = _("bays of stocktakes")
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "step"], name="stocktakebay_one_at_each_step"),
            models.CheckConstraint(condition=Q(state__in=BayState.values), name="stocktakebay_state_known"),
        ]

    def __str__(self) -> str:
        return self.place

    @property
    def difference(self) -> int:
        """Plants that the counts added or took away."""
        return self.quantity - self.expected


class StocktakeLine(models.Model):
    """The plants of one batch in a bay of a closed stocktake, with the price of that day."""

    bay = models.ForeignKey(StocktakeBay, models.CASCADE, related_name="lines", verbose_name=_("bay"))
    batch = models.ForeignKey(
        StockBatch, on_delete=models.SET_NULL, null=True, related_name="stocktake_lines", verbose_name=_("batch")
    )
    batch_code = models.CharField(_("batch code"), max_length=100)
    product = models.CharField(_("product"), max_length=200)
    sku = models.CharField(_("SKU"), max_length=64)
    packaging = models.CharField(_("packaging"), max_length=200, blank=True)
    expected = models.IntegerField(_("expected"))
    quantity = models.IntegerField(_("stock"))
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    class Meta:
        db_table = "stocktake_lines"
        ordering = ["bay", "product", "batch_code"]
        default_permissions = ("view",)
        verbose_name = _("line of a stocktake")
        verbose_name_plural = _("lines of stocktakes")

    def __str__(self) -> str:
        return f"{self.batch_code}: {self.quantity}"

    @property
    def difference(self) -> int:
        """Plants that the counts added or took away."""
        return self.quantity - self.expected
