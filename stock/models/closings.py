"""Closings: the stock of every batch at a few moments, so that no page has to sum the whole ledger.

They repeat what the movements say and can be rebuilt from them at any time. `stock.closings` adds them; a trigger of
`stock_movements` keeps them right when a movement is dated before them (migration 0006).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped
from stock.models.batches import StockBatch


class Closing(Timestamped):
    """A moment for which the stock of all batches is stored: the sum of the movements before it."""

    moment = models.DateTimeField(_("closed at"), unique=True)

    class Meta:
        db_table = "stock_closings"
        ordering = ["moment"]
        default_permissions = ()
        verbose_name = _("closing")
        verbose_name_plural = _("closings")

    def __str__(self) -> str:
        return f"{self.moment:%Y-%m-%d %H:%M}"


class ClosingBalance(models.Model):
    """The stock of one batch at a closing; a batch without plants has none, or a zero."""

    pk = models.CompositePrimaryKey("closing_id", "batch_id")
    closing = models.ForeignKey(Closing, on_delete=models.CASCADE, related_name="balances", db_index=False)
    batch = models.ForeignKey(StockBatch, on_delete=models.CASCADE, related_name="balances", db_index=False)
    quantity = models.IntegerField(_("plants"))

    class Meta:
        db_table = "stock_closing_balances"
        default_permissions = ()
        verbose_name = _("balance at a closing")
        verbose_name_plural = _("balances at closings")

    def __str__(self) -> str:
        return str(self.quantity)
