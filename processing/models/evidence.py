"""Which evidence packs were made here, so that the nursery can confirm later that a pack is one of its own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EvidencePack(models.Model):
    """One pack that was downloaded. Append-only, in the database too; the pack itself is not kept."""

    class Kind(models.TextChoices):
        COUNT = "count", _("Count of a photo")
        STOCKTAKE = "stocktake", _("Stocktake")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("of what"), max_length=36, help_text=_("The id of a photo, the number of a stocktake"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True, help_text=_("SHA-256 of its manifest"))
    files = models.PositiveIntegerField(_("files"))
    with_originals = models.BooleanField(_("with originals"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="evidence_packs", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        db_table = "evidence_packs"
        default_permissions = ("view",)
        ordering = ["-pk"]
        verbose_name = _("evidence pack")
        verbose_name_plural = _("evidence packs")
        constraints = [models.CheckConstraint(condition=Q(kind__in=("count", "stocktake")), name="evidence_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
