"""Stock: batches and the append-only ledger of their movements."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """The stock app."""

    name = "stock"
