"""How the hidden plants of the containers of a photo were estimated."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from demeter.common.timestamps import Timestamped
from processing.models.results import Segment


class Estimation(Timestamped):
    """How the hidden plants of one container were estimated."""

    segment = models.OneToOneField(
        Segment, on_delete=models.CASCADE, related_name="estimation", verbose_name=_("container")
    )
    method = models.CharField(
        _("method"), max_length=20, choices=[(m, m) for m in ("local_scale", "grid", "density", "none")]
    )
    count = models.IntegerField(_("plants"))
    residual_area_px = models.FloatField(_("remaining area (px)"), null=True, blank=True)
    local_plant_area_px = models.FloatField(_("area of a plant (px)"), null=True, blank=True)
    confidence = models.FloatField(_("confidence"), null=True, blank=True)
    density = models.ForeignKey(
        "locations.DensityParameters",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="estimations",
        verbose_name=_("density"),
    )

    class Meta:
        db_table = "photo_estimations"
        verbose_name = _("estimation")
        verbose_name_plural = _("estimations")

    def __str__(self) -> str:
        return f"{self.method}: {self.count}"
