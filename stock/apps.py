"""Stock: batches and the append-only ledger of their movements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from stock import messages  # noqa: F401  so that each process knows them all


class StockConfig(AppConfig):
    """The stock app."""

    name = "stock"
    verbose_name = _("Stock")
