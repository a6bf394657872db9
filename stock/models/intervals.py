"""What intervals of counts are learned from: photos whose true number is known, and the quantiles of their scores.

Only `stock.intervals` writes here. Rows are deleted with the demo nursery alone, and a validation changes only once,
when it is withdrawn, so what an earlier version was learned from can always be read again.
"""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stock.conformal import Stratum


class ValidationSource(models.TextChoices):
    """How the true number of a photo is known."""

    CORRECTED = "corrected", _("Corrected and signed off")
    RECOUNT = "recount", _("Counted again blindly")
    KNOWN = "known", _("Known count")


class ValidationQuerySet(models.QuerySet["Validation"]):
    """Read as adjectives: `Validation.objects.in_force()`."""

    def in_force(self) -> "ValidationQuerySet":
        """Not withdrawn: at most one for each photo."""
        return self.filter(withdrawn_at=None)

    def of_image(self, image_id: UUID) -> "ValidationQuerySet":
        """Of one photo."""
        return self.filter(image_id=image_id)


class Validation(models.Model):
    """A photo whose true number is known, beside what its run counted by itself.

    Image and session are ids, not foreign keys: what was learned outlives a purged photo. Product and packaging are
    empty if several products, or mixed plants, stand there.
    """

    image_id = models.UUIDField(_("photo"))
    session_id = models.UUIDField(_("session"))
    source = models.CharField(_("how it is known"), max_length=10, choices=ValidationSource)
    counted = models.PositiveIntegerField(_("counted"), help_text=_("By the models, before any correction"))
    calibrated = models.PositiveIntegerField(
        _("after calibration"), null=True, blank=True, help_text=_("Empty if the count was not multiplied by a factor")
    )
    truth = models.PositiveIntegerField(_("true number"))
    low = models.PositiveIntegerField(_("interval from"), null=True, blank=True)
    high = models.PositiveIntegerField(
        _("interval to"), null=True, blank=True, help_text=_("As it was before this photo was learned from")
    )
    predicted_error = models.FloatField(_("predicted error"), help_text=_("In plants"))
    model_version = models.CharField(_("models"), max_length=64)
    container_kind = models.CharField(_("kind of container"), max_length=10, blank=True)
    product = models.ForeignKey(
        "locations.Product",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="validations",
        verbose_name=_("product"),
    )
    packaging = models.ForeignKey(
        "locations.Packaging",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="validations",
        verbose_name=_("packaging"),
    )
    moment = models.DateTimeField(_("photo taken at"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="validations", verbose_name=_("by"))
    created_at = models.DateTimeField(_("written at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ValidationQuerySet.as_manager()

    class Meta:
        db_table = "stock_validations"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("validated photo")
        verbose_name_plural = _("validated photos")
        constraints = [
            models.UniqueConstraint(
                fields=["image_id"], condition=Q(withdrawn_at=None), name="validation_one_in_force_per_photo"
            ),
            models.CheckConstraint(condition=Q(source__in=ValidationSource.values), name="validation_source_known"),
            models.CheckConstraint(condition=Q(predicted_error__gt=0), name="validation_error_was_predicted"),
        ]

    def __str__(self) -> str:
        return f"{self.counted} for {self.truth}"

    @property
    def stratum(self) -> Stratum:
        """What kind of photo it is."""
        return Stratum(self.model_version, self.container_kind, self.product_id, self.packaging_id)


class IntervalVersion(models.Model):
    """The quantiles that were learned at a moment, from all validations that were in force then.

    The newest version is used. `quantiles` has a row for each stratum: `{rung, model, container, packaging, product, n,
    quantile}`, of which packaging and product are null where the rung does not name them.
    """

    created_at = models.DateTimeField(_("learned at"))
    level = models.FloatField(_("level"))
    validations = models.PositiveIntegerField(_("validated photos"))
    quantiles = models.JSONField(_("quantiles"), default=list, blank=True)

    class Meta:
        db_table = "stock_interval_versions"
        ordering = ["-pk"]
        verbose_name = _("version of the intervals")
        verbose_name_plural = _("versions of the intervals")

    def __str__(self) -> str:
        return f"{self.pk}: {self.validations}"

    @property
    def learned_from(self) -> ValidationQuerySet:
        """The validations that were in force when it was learned."""
        return Validation.objects.filter(created_at__lte=self.created_at).filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gt=self.created_at)
        )
