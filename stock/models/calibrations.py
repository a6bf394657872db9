"""Factors that counts are multiplied by where they lean one way; learned from validated photos.

Only `stock.calibration` writes here. A row changes only once, when it ends: whatever is learned or decided after it is
a row of its own, so that each count can name the version that it was calibrated by.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stock.conformal import Stratum
from stock.factors import Verdict, multiply

VERDICT_WORDS = {
    Verdict.USED: _("Used"),
    Verdict.BOTH_WAYS: _("Not used: the errors go both ways"),
    Verdict.NO_BETTER: _("Not used: the counts would not be better"),
    Verdict.TOO_FAR: _("Not used: too far off"),
}


class CalibrationQuerySet(models.QuerySet["Calibration"]):
    """Read as adjectives: `Calibration.objects.in_force()`."""

    def in_force(self) -> "CalibrationQuerySet":
        """Not replaced: at most one for each kind of photo."""
        return self.filter(ended_at=None)

    def used(self) -> "CalibrationQuerySet":
        """New counts are multiplied by it."""
        return self.in_force().filter(verdict=Verdict.USED, is_off=False)

    def of(self, stratum: Stratum) -> "CalibrationQuerySet":
        """Of one kind of photo."""
        return self.filter(
            model_version=stratum.model,
            container_kind=stratum.container,
            product=stratum.product,
            packaging=stratum.packaging,
        )


class Calibration(models.Model):
    """One version of the factor of a product in its packaging and kind of container, counted by the same models."""

    model_version = models.CharField(_("models"), max_length=64)
    container_kind = models.CharField(_("kind of container"), max_length=10, blank=True)
    product = models.ForeignKey(
        "locations.Product", on_delete=models.PROTECT, related_name="calibrations", verbose_name=_("product")
    )
    packaging = models.ForeignKey(
        "locations.Packaging",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calibrations",
        verbose_name=_("packaging"),
    )
    factor = models.FloatField(_("factor"))
    low = models.FloatField(_("lower end of its error bars"))
    high = models.FloatField(_("upper end of its error bars"))
    photos = models.PositiveIntegerField(_("validated photos"))
    error_before = models.FloatField(_("mean error without it"), help_text=_("Share of the true number"))
    error_after = models.FloatField(
        _("mean error with it"), help_text=_("Of each photo by what the others say, as a share of the true number")
    )
    verdict = models.CharField(
        _("use"), max_length=10, choices=[(verdict.value, words) for verdict, words in VERDICT_WORDS.items()]
    )
    is_off = models.BooleanField(_("switched off"), default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calibrations",
        verbose_name=_("by"),
        help_text=_("Who switched it off or on; empty if it was learned"),
    )
    created_at = models.DateTimeField(_("written at"))
    ended_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    objects = CalibrationQuerySet.as_manager()

    class Meta:
        db_table = "stock_calibrations"
        ordering = ["-pk"]
        verbose_name = _("calibration")
        verbose_name_plural = _("calibrations")
        constraints = [
            models.UniqueConstraint(
                fields=["model_version", "container_kind", "product", "packaging"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="calibration_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(low__gt=0, low__lte=models.F("factor"), high__gte=models.F("factor")),
                name="calibration_within_its_bars",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict]), name="calibration_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.factor:.3f} ({self.photos})"

    @property
    def is_used(self) -> bool:
        """Whether new counts are multiplied by it."""
        return self.ended_at is None and self.verdict == Verdict.USED and not self.is_off

    @property
    def stratum(self) -> Stratum:
        """The kind of photo that it is for."""
        return Stratum(self.model_version, self.container_kind, self.product_id, self.packaging_id)

    @property
    def percent_before(self) -> float:
        """The mean error without it, in percent."""
        return 100 * self.error_before

    @property
    def percent_after(self) -> float:
        """The mean error with it, in percent."""
        return 100 * self.error_after

    def calibrate(self, counted: int) -> int:
        """A count multiplied by the factor, in whole plants."""
        return multiply(counted, self.factor)
