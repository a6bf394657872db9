"""Where plants stand: warehouse > storage area > storage location, each with its polygon if one was drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.i18n.messages import Message
from demeter.common.timestamps import Timestamped
from locations import geo
from locations.models.codes import CodeField, upper_case_constraint

OUTLINE_COLUMNS = ("min_lon", "min_lat", "max_lon", "max_lat", "centroid_lon", "centroid_lat", "area_m2")
COMPUTED_COLUMNS = (*OUTLINE_COLUMNS, "sort_key")
SORTED_DIGITS = 10
# Locations as somebody walks through the nursery. `stock.bays` has the same in SQL.
WALKING_ORDER = ("storage_area__warehouse__sort_key", "storage_area__sort_key", "sort_key")


def box_of(min_lon: Any, min_lat: Any, max_lon: Any, max_lat: Any) -> Func:
    """PostgreSQL's own `box` type, built from columns or values."""
    return Func(
        Func(min_lon, min_lat, function="point"),
        Func(max_lon, max_lat, function="point"),
        function="box",
    )


def natural_order(column: str) -> Func:
    """Text in which each number has SORTED_DIGITS digits, so that B2 is sorted before B10; then the code itself, so
    that no two places are equal. A space comes before all signs of a code."""
    padded = Func(F(column), Value(r"(\d+)"), Value("0" * SORTED_DIGITS + r"\1"), Value("g"), function="regexp_replace")
    pattern = Value(rf"\d*(\d{{{SORTED_DIGITS}}})")
    key = Func(padded, pattern, Value(r"\1"), Value("g"), function="regexp_replace", output_field=models.TextField())
    return Concat(key, Value(" "), F(column), output_field=models.TextField())


def _tell(error: geo.GeometryError) -> str:
    return str(Message(error.code, error.parameters))


def validate_polygon(value: object) -> None:
    """A field validator around `geo.read_polygon`."""
    try:
        geo.read_polygon(value)
    except geo.GeometryError as error:
        raise ValidationError(_tell(error), code="invalid_polygon") from error


class PolygonField(models.JSONField):
    """A GeoJSON Polygon."""

    default_validators = [validate_polygon]

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations know the column only: they must not import this module, which changes."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.JSONField", args, options


class Place(Timestamped):
    """A named, coded place. Its polygon may be missing; the derived columns always follow it."""

    largest_m2: ClassVar[float]  # anything larger was not drawn in longitude and latitude

    code = CodeField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)
    polygon = PolygonField(
        _("polygon"),
        null=True,
        blank=True,
        help_text=_("GeoJSON Polygon: closed rings of [longitude, latitude]. May be empty: the map page can draw it."),
    )
    min_lon = models.FloatField(_("westernmost longitude"), null=True, editable=False)
    min_lat = models.FloatField(_("southernmost latitude"), null=True, editable=False)
    max_lon = models.FloatField(_("easternmost longitude"), null=True, editable=False)
    max_lat = models.FloatField(_("northernmost latitude"), null=True, editable=False)
    centroid_lon = models.FloatField(_("longitude of the centre"), null=True, editable=False)
    centroid_lat = models.FloatField(_("latitude of the centre"), null=True, editable=False)
    area_m2 = models.FloatField(_("area (m²)"), null=True, editable=False)
    # The order of every list and of the walk. Its collation is its own: that of the database may ignore dashes.
    sort_key = models.GeneratedField(
        expression=natural_order("code"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
        editable=False,
    )

    class Meta:
        abstract = True
        ordering = ["sort_key"]
        constraints = [
            upper_case_constraint("code"),
            models.CheckConstraint(
                condition=Q(polygon__isnull=True, **{f"{column}__isnull": True for column in OUTLINE_COLUMNS})
                | Q(polygon__isnull=False, **{f"{column}__isnull": False for column in OUTLINE_COLUMNS})
                & Q(min_lon__gte=-180, max_lon__lte=180, min_lat__gte=-90, max_lat__lte=90)
                & Q(min_lon__lt=F("max_lon"), min_lat__lt=F("max_lat"), area_m2__gt=0),
                name="%(class)s_outline_sane",
            ),
        ]

    def clean(self) -> None:
        """Refuse a polygon that cannot be a place of a nursery. The field itself refuses invalid polygons."""
        if not self.polygon:
            return
        try:
            outline = geo.outline_of(self.polygon)
        except ValueError:
            return
        try:
            geo.check_drawing(outline, largest_m2=self.largest_m2)
        except geo.GeometryError as error:
            raise ValidationError({"polygon": _tell(error)}) from error

    @property
    def centre(self) -> tuple[float, float] | None:
        """Longitude and latitude of the centre; None without a polygon."""
        return (
            None if self.centroid_lon is None or self.centroid_lat is None else (self.centroid_lon, self.centroid_lat)
        )

    def measure_polygon(self) -> None:
        """Fill the derived columns from the polygon, with None without one. Raises ValueError if it is invalid."""
        if not self.polygon:
            outline = dict.fromkeys(("polygon", *OUTLINE_COLUMNS))
        else:
            outline = asdict(geo.outline_of(self.polygon))
        for column, value in outline.items():
            setattr(self, column, value)

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Measure the polygon whenever it is written."""
        if update_fields is None or "polygon" in update_fields:
            self.measure_polygon()
        if update_fields is not None and "polygon" in update_fields:
            update_fields = {*update_fields, *OUTLINE_COLUMNS}
        super().save(update_fields=update_fields, **options)


def name_place(*names: str) -> str:
    """The full name of an area or a location, such as "Warehouse A - Rack 3 - Shelf 2"."""
    return " - ".join(names)


class WarehouseType(models.TextChoices):
    """How a warehouse is covered."""

    GREENHOUSE = "greenhouse", _("Greenhouse")
    SHADEHOUSE = "shadehouse", _("Shade house")
    OPEN_FIELD = "open_field", _("Open field")
    TUNNEL = "tunnel", _("Tunnel")


@audited(without=COMPUTED_COLUMNS)
class Warehouse(Place):
    """A greenhouse (nave), shade house, field or tunnel."""

    largest_m2 = 10_000_000  # a field of ten square kilometres
    warehouse_type = models.CharField(_("type"), max_length=16, choices=WarehouseType, default=WarehouseType.GREENHOUSE)

    class Meta(Place.Meta):
        db_table = "warehouses"
        verbose_name = _("warehouse")
        verbose_name_plural = _("warehouses")
        constraints = [
            *Place.Meta.constraints,
            models.CheckConstraint(condition=Q(warehouse_type__in=WarehouseType.values), name="warehouse_type_known"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaPosition(models.TextChoices):
    """On which side of its warehouse an area lies; "" where nobody has said."""

    NORTH = "N", _("North")
    SOUTH = "S", _("South")
    EAST = "E", _("East")
    WEST = "W", _("West")
    CENTRE = "C", _("Centre")


@audited(without=COMPUTED_COLUMNS)
class StorageArea(Place):
    """A bed (cantero) inside a warehouse."""

    largest_m2 = 1_000_000
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, related_name="storage_areas", verbose_name=_("warehouse")
    )
    position = models.CharField(_("position"), max_length=1, choices=AreaPosition, blank=True)

    class Meta(Place.Meta):
        db_table = "storage_areas"
        verbose_name = _("storage area")
        verbose_name_plural = _("storage areas")
        constraints = [
            *Place.Meta.constraints,
            models.CheckConstraint(
                condition=Q(position__in=["", *AreaPosition.values]), name="storagearea_position_known"
            ),
        ]

    def __str__(self) -> str:
        return name_place(self.warehouse.name, self.name)


class StorageLocationQuerySet(models.QuerySet["StorageLocation"]):
    """Read as adjectives: `StorageLocation.objects.active().with_names()`."""

    def active(self) -> "StorageLocationQuerySet":
        """Locations in use: switched on themselves, as are their area and warehouse."""
        return self.filter(active=True, storage_area__active=True, storage_area__warehouse__active=True)

    def with_names(self) -> "StorageLocationQuerySet":
        """Everything `full_name` reads, in the same query."""
        return self.select_related("storage_area__warehouse")

    def without_outline(self) -> "StorageLocationQuerySet":
        """Locations that nobody has drawn."""
        return self.filter(polygon__isnull=True)

    def touching(self, box: geo.SearchBox) -> "StorageLocationQuerySet":
        """Locations whose bounding box meets a box: answered by the GiST index."""
        overlaps = Func(
            box_of(F("min_lon"), F("min_lat"), F("max_lon"), F("max_lat")),
            box_of(box.min_lon, box.min_lat, box.max_lon, box.max_lat),
            template="%(expressions)s",
            arg_joiner=" && ",
            output_field=models.BooleanField(),
        )
        return self.filter(overlaps)


@audited(without=COMPUTED_COLUMNS)
class StorageLocation(Place):
    """The bay between two columns (claro): the unit of one photo, of one configuration and of stock."""

    largest_m2 = 10_000
    storage_area = models.ForeignKey(
        StorageArea,
        on_delete=models.PROTECT,
        related_name="storage_locations",
        verbose_name=_("storage area"),
    )
    qr_code = CodeField(
        _("QR code"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[MinLengthValidator(8)],
    )
    description = models.TextField(_("description"), blank=True)

    objects = StorageLocationQuerySet.as_manager()

    class Meta(Place.Meta):
        db_table = "storage_locations"
        verbose_name = _("storage location")
        verbose_name_plural = _("storage locations")
        indexes = [
            GistIndex(
                box_of(F("min_lon"), F("min_lat"), F("max_lon"), F("max_lat")),
                name="storage_locations_box",
            )
        ]
        constraints = [
            *Place.Meta.constraints,
            upper_case_constraint("qr_code"),
            models.CheckConstraint(
                condition=Q(qr_code__isnull=True) | Q(qr_code__regex=r"^.{8,20}$"),
                name="storagelocation_qr_code_length",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """Warehouse, area and location, as `name_place` has them."""
        return name_place(self.storage_area.warehouse.name, self.storage_area.name, self.name)

    @property
    def known_polygon(self) -> dict[str, Any] | None:
        """Its polygon, else that of its area, else that of its warehouse."""
        polygon: dict[str, Any] | None = (
            self.polygon or self.storage_area.polygon or self.storage_area.warehouse.polygon
        )
        return polygon
