"""Stock: batches and the append-only ledger of their movements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from stock import messages  # noqa: F401  registers them in each process


class StockConfig(AppConfig):
    name = "stock"
    verbose_name = _("Stock")
