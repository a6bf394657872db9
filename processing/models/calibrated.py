"""The columns of a run whose count was multiplied by a factor (`stock.calibration`)."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

IS_CALIBRATED_FROM = models.CheckConstraint(
    condition=Q(calibration=None, uncalibrated=None) | Q(calibration__isnull=False, uncalibrated__gte=0),
    name="sessions_calibrated_from_a_number",
)


class Calibrated(models.Model):
    """Abstract: by which version of which factor a count was multiplied, and what it was before."""

    manual_adjustments: Any
    calibration = models.ForeignKey(
        "stock.Calibration",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("calibration"),
        help_text=_("The factor that the count of this run was multiplied by"),
    )
    uncalibrated = models.IntegerField(
        _("before calibration"), null=True, blank=True, help_text=_("Estimated by the models, without the factor")
    )

    class Meta:
        abstract = True

    @property
    def is_calibrated(self) -> bool:
        """Whether the count in force was multiplied by the factor; not once people have corrected marks."""
        changes = self.manual_adjustments or {}
        return self.calibration_id is not None and not any(
            changes.get(kind) for kind in ("added", "removed", "retyped")
        )
