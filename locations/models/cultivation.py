"""What grows where, and how densely: the configuration of a location and the calibrated densities."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped
from locations.models.catalogue import POSITIVE, ContainerType, Packaging, Product, ProductState
from locations.models.container_numbers import NUMBERS_PATTERN, read_numbers
from locations.models.photo_parts import CORNERS_PATTERN, MOST_CHARACTERS, Corners, corners_of_side, read_corners
from locations.models.places import StorageLocation

CM2_PER_M2 = 10_000.0
DEFAULT_OVERLAP_FACTOR = 0.45


@audited()
class LocationConfig(Timestamped):
    """One cultivation cycle of a location: what grows there from `started_at` until `closed_at`.

    `product` is everything that `parts` do not list: all of it, or the rest.
    """

    location = models.ForeignKey(
        StorageLocation, on_delete=models.PROTECT, related_name="configs", verbose_name=_("location")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="location_configs", verbose_name=_("product")
    )
    packaging = models.ForeignKey(
        Packaging,
        on_delete=models.PROTECT,
        related_name="location_configs",
        null=True,
        blank=True,
        verbose_name=_("packaging"),
    )
    expected_state = models.ForeignKey(
        ProductState,
        on_delete=models.PROTECT,
        related_name="location_configs",
        verbose_name=_("expected state"),
    )
    area_override_m2 = models.FloatField(
        _("planted area (m²)"),
        null=True,
        blank=True,
        validators=POSITIVE,
        help_text=_("Only if it differs from the area of the polygon."),
    )
    notes = models.TextField(_("notes"), blank=True)
    active = models.BooleanField(_("active"), default=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        db_table = "location_configs"
        ordering = ["-started_at"]
        verbose_name = _("location configuration")
        verbose_name_plural = _("location configurations")
        constraints = [
            models.UniqueConstraint(
                fields=["location"],
                condition=Q(active=True),
                name="locationconfig_one_active",
                violation_error_message=_("This location already has an active configuration."),
            ),
            models.CheckConstraint(
                condition=Q(active=True, closed_at__isnull=True) | Q(active=False, closed_at__isnull=False),
                name="locationconfig_closed_when_inactive",
                violation_error_message=_("A configuration is active until the time at which it is closed."),
            ),
            models.CheckConstraint(
                condition=Q(area_override_m2__isnull=True) | Q(area_override_m2__gt=0),
                name="locationconfig_area_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.location}: {self.product}"

    def clean(self) -> None:
        """Refuse a past cycle that was already entered. The database allows only one current cycle."""
        same = LocationConfig.objects.filter(location=self.location_id, started_at=self.started_at, active=False)
        if not self.active and same.exclude(pk=self.pk).exists():
            raise ValidationError(_("This location already has a configuration that began at this moment."))

    @property
    def listed_parts(self) -> tuple["ConfigPart", ...]:
        """What stands in named containers or has a share; `product` is everything else."""
        return tuple(self.parts.all())


class PhotoSide(models.TextChoices):
    """Where a part of a photo begins."""

    LEFT = "left", pgettext_lazy("side of a photo", "left")
    RIGHT = "right", pgettext_lazy("side of a photo", "right")
    TOP = "top", pgettext_lazy("side of a photo", "top")
    BOTTOM = "bottom", pgettext_lazy("side of a photo", "bottom")


@audited()
class ConfigPart(Timestamped):
    """One of several products of a cycle, and where it stands: containers by their numbers in a photo, from left to
    right, or a part of the photo from one `side` or as somebody drew its `outline`, or a share of the other plants."""

    config = models.ForeignKey(
        LocationConfig, models.CASCADE, related_name="parts", db_index=False, verbose_name=_("location configuration")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="config_parts", verbose_name=_("product")
    )
    packaging = models.ForeignKey(
        Packaging,
        on_delete=models.PROTECT,
        related_name="config_parts",
        null=True,
        blank=True,
        verbose_name=_("packaging"),
    )
    containers = models.CharField(
        _("containers"), max_length=100, blank=True, help_text=_("Their numbers from left to right: 1-3, 5")
    )
    share_percent = models.PositiveSmallIntegerField(_("share (%)"), null=True, blank=True)
    side = models.CharField(_("side of the photo"), max_length=6, choices=PhotoSide, blank=True)
    outline = models.CharField(
        _("drawn part of the photo"),
        max_length=MOST_CHARACTERS,
        blank=True,
        help_text=_("Its corners in percent from the left and from the top: 10 10, 60 10, 60 50"),
    )

    class Meta:
        db_table = "location_config_parts"
        ordering = ["pk"]
        verbose_name = _("part of a location configuration")
        verbose_name_plural = _("parts of location configurations")
        constraints = [
            models.UniqueConstraint(
                fields=["config", "product", "packaging"], nulls_distinct=False, name="configpart_product_once"
            ),
            models.CheckConstraint(
                condition=Q(share_percent__isnull=True, side="", outline="", containers__regex=NUMBERS_PATTERN)
                | Q(share_percent__isnull=True, side="", containers="", outline__regex=CORNERS_PATTERN)
                | Q(
                    containers="",
                    outline="",
                    share_percent__isnull=False,
                    share_percent__gte=1,
                    share_percent__lte=100,
                    side__in=["", *PhotoSide.values],
                ),
                name="configpart_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.where}"

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of its containers."""
        return read_numbers(self.containers)

    @property
    def corners(self) -> Corners:
        """Its part of the photo, from a side or drawn; empty for containers and for a share of all other plants."""
        if self.side:
            return corners_of_side(self.side, self.share_percent or 0)
        return read_corners(self.outline)

    @property
    def where(self) -> str:
        """Where it stands, as people type it: "1-3, 5", "left 40 %", "10 10, 60 10, 60 50" or "40 %"."""
        return self.containers or self.outline or f"{self.get_side_display()} {self.share_percent} %".strip()


class DensitySource(models.TextChoices):
    """Where a density comes from: a starting value, or photos with a known count."""

    DEFAULT = "default", _("Default")
    CALIBRATED = "calibrated", _("Calibrated")


@audited(without=("plants_per_m2",))
class DensityParameters(Timestamped):
    """How much ground a plant takes, for a product in a packaging in a kind of container.

    Without a packaging, the plants grow in none. `version` counts the calibrations, so that a count can record which
    one it used.
    """

    container_type = models.ForeignKey(
        ContainerType,
        on_delete=models.PROTECT,
        related_name="densities",
        db_index=False,  # the unique constraint begins with it
        verbose_name=_("container type"),
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="densities", verbose_name=_("product"))
    packaging = models.ForeignKey(
        Packaging,
        on_delete=models.PROTECT,
        related_name="densities",
        null=True,
        blank=True,
        verbose_name=_("packaging"),
    )
    avg_area_per_plant_cm2 = models.FloatField(_("area per plant (cm²)"), validators=POSITIVE)
    plants_per_m2 = models.GeneratedField(
        verbose_name=_("plants per m²"),
        expression=CM2_PER_M2 / F("avg_area_per_plant_cm2"),
        output_field=models.FloatField(),
        db_persist=True,
    )
    overlap_adjustment_factor = models.FloatField(
        _("overlap factor"),
        default=DEFAULT_OVERLAP_FACTOR,
        validators=[MinValueValidator(0.1), MaxValueValidator(2.0)],
    )
    avg_diameter_cm = models.FloatField(_("plant diameter (cm)"), null=True, blank=True, validators=POSITIVE)
    source = models.CharField(_("source"), max_length=16, choices=DensitySource, default=DensitySource.DEFAULT)
    version = models.PositiveIntegerField(_("version"), default=1)
    sample_size = models.PositiveIntegerField(_("photos used"), default=0)

    class Meta:
        db_table = "density_parameters"
        ordering = ["product", "packaging", "container_type"]
        verbose_name = _("density")
        verbose_name_plural = _("densities")
        constraints = [
            models.UniqueConstraint(
                fields=["container_type", "product", "packaging"],
                nulls_distinct=False,
                name="densityparameters_unique",
            ),
            models.CheckConstraint(
                condition=Q(avg_area_per_plant_cm2__gt=0, version__gte=1)
                & Q(overlap_adjustment_factor__gte=0.1, overlap_adjustment_factor__lte=2.0)
                & (Q(avg_diameter_cm__isnull=True) | Q(avg_diameter_cm__gt=0)),
                name="densityparameters_positive",
            ),
            models.CheckConstraint(condition=Q(source__in=DensitySource.values), name="densityparameters_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.packaging or _('no packaging')}, {self.container_type}"
