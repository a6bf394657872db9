"""Models that were trained on the nursery's own photos, as they lie in the object store."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrainedModels(models.Model):
    """A detector and a segmenter. Append-only, in the database too, and never deleted from the store: counts name them.

    `description` is that of `processing/trained/weights.json`; each file is stored under its SHA-256.
    """

    detector_sha256 = models.CharField(_("detector"), max_length=64)
    segmenter_sha256 = models.CharField(_("segmenter"), max_length=64)
    description = models.JSONField(_("description"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        db_table = "trained_models"
        default_permissions = ("view",)
        ordering = ["-pk"]
        verbose_name = _("trained models")
        verbose_name_plural = _("trained models")
        constraints = [
            models.UniqueConstraint(fields=["detector_sha256", "segmenter_sha256"], name="trained_models_pair_once")
        ]

    def __str__(self) -> str:
        return f"{self.detector_sha256[:12]}-{self.segmenter_sha256[:12]}"
