"""Stock: batches and the append-only ledger of their movements."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from stock import messages  # noqa: F401  registers them in each process


class StockConfig(AppConfig):
    name = "stock"
    verbose_name = _("Stock")

    def ready(self) -> None:
        """Make sure after each migration that the first reasons of losses exist."""
        # Models are not loaded before ready().
        from stock.reasons import add_first_reasons

        post_migrate.connect(add_first_reasons, sender=self, dispatch_uid="stock.reasons")
