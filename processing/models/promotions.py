"""Which trained models count the photos of which product group, since when, and what is wrong with them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from processing.models.trained import TrainedModels


class PromotionQuerySet(models.QuerySet["Promotion"]):
    """Read as adjectives: `Promotion.objects.in_force()`."""

    def in_force(self) -> "PromotionQuerySet":
        """Not rolled back; of each group the newest counts."""
        return self.filter(ended_at=None)


class Promotion(models.Model):
    """Trained models for a category of products, or for all that have none of their own.

    A roll-back ends the newest one of a group, so that the one before it counts again; before the first, the shipped
    models do. Never deleted, and changed once, when it ends.
    """

    category = models.ForeignKey(
        "locations.ProductCategory",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name=_("category"),
        help_text=_("Empty for all products without models of their own"),
    )
    trained = models.ForeignKey(
        TrainedModels, models.PROTECT, related_name="promotions", verbose_name=_("trained models")
    )
    figures = models.JSONField(_("figures"), help_text=_("By which it was promoted: mean errors and bias of each set"))
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name=_("promoted by"),
    )
    promoted_at = models.DateTimeField(_("promoted at"), auto_now_add=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ended_promotions",
        verbose_name=_("rolled back by"),
    )
    ended_at = models.DateTimeField(_("rolled back at"), null=True, blank=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        db_table = "promotions"
        default_permissions = ("add", "view")
        ordering = ["-pk"]
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("promoted_at")), name="promotions_end_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.category or '*'}: {self.trained}"


class ModelFault(models.Model):
    """Why promoted models cannot be loaded now: photos are counted with the shipped ones until they can be again."""

    trained = models.OneToOneField(
        TrainedModels, models.CASCADE, related_name="fault", verbose_name=_("trained models")
    )
    reason = models.TextField(_("reason"))
    noticed_at = models.DateTimeField(_("noticed at"), auto_now_add=True)

    class Meta:
        db_table = "model_faults"
        default_permissions = ("view",)
        verbose_name = _("fault of models")
        verbose_name_plural = _("faults of models")

    def __str__(self) -> str:
        return self.reason
