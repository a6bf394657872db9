"""Documents: what people record about plants (a sale, a loss, a transplant...), and the reasons of losses."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped
from locations.models.catalogue import CatalogueEntry

# The reasons that a new nursery has; it renames them, switches them off and adds its own.
FIRST_REASONS = {
    "PEST": gettext_noop("Pest or disease"),
    "FROST": gettext_noop("Frost"),
    "ROT": gettext_noop("Rot"),
    "DAMAGE": gettext_noop("Damage"),
    "THEFT": gettext_noop("Theft"),
}


@audited()
class LossReason(CatalogueEntry):
    """Why plants were lost. The names of the first reasons are shown in the language of the page."""

    class Meta(CatalogueEntry.Meta):
        db_table = "loss_reasons"
        verbose_name = _("reason of losses")
        verbose_name_plural = _("reasons of losses")

    def __str__(self) -> str:
        return gettext(self.name) if self.name == FIRST_REASONS.get(self.code) else self.name


class DocumentSource(models.TextChoices):
    """Where a document was written."""

    PAGE = "page", _("Page")
    SHEET = "sheet", _("Spreadsheet")
    API = "api", _("API")


class StockDocument(Timestamped):
    """Movements that a person recorded together; `pk` is its number. Append-only, like its movements (migration 0005).

    `key` makes sending safe to repeat: a key that the user has used before stands for the document written then, and
    `digest` shows whether the content was the same. `reverses` is the document that this one undoes.
    """

    kind = models.CharField(_("kind"), max_length=16)
    happened_at = models.DateTimeField(_("happened at"))
    note = models.TextField(_("note"), blank=True)
    picture_key = models.CharField(_("picture"), max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stock_documents", verbose_name=_("user")
    )
    source = models.CharField(_("source"), max_length=8, choices=DocumentSource)
    key = models.CharField(_("key"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64)
    reverses = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )

    class Meta:
        db_table = "stock_documents"
        ordering = ["-pk"]
        verbose_name = _("stock document")
        verbose_name_plural = _("stock documents")
        permissions = [("record_sale", "Can record sales, adjustments and opening balances, and undo all documents")]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="stockdocument_key_used_once"),
            models.CheckConstraint(condition=~Q(key=""), name="stockdocument_has_a_key"),
            models.CheckConstraint(condition=Q(source__in=DocumentSource.values), name="stockdocument_source_known"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """As it is written: M-000042."""
        return f"M-{self.pk:06d}"
