"""What is grown and in what: categories, families, products, states, sizes, packagings and container types."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped
from locations.models.codes import CodeField, upper_case_constraint
from locations.models.nursery import CURRENCY_CHOICES

POSITIVE = [MinValueValidator(0.01)]
MIXED_NAME = _("Mixed plants (not identified)")


class CatalogueEntry(Timestamped):
    """A coded, named entry that can be switched off but is never deleted while history needs it."""

    code = CodeField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        abstract = True
        ordering = ["name"]
        constraints = [upper_case_constraint("code")]

    def __str__(self) -> str:
        return self.name


class ProductCategory(CatalogueEntry):
    """Cactus, succulent, graft..."""

    class Meta(CatalogueEntry.Meta):
        db_table = "product_categories"
        verbose_name = _("product category")
        verbose_name_plural = _("product categories")


class ProductFamily(CatalogueEntry):
    """A genus or botanical group within a category."""

    category = models.ForeignKey(
        ProductCategory, on_delete=models.PROTECT, related_name="families", verbose_name=_("category")
    )
    scientific_name = models.CharField(_("scientific name"), max_length=120, blank=True)

    class Meta(CatalogueEntry.Meta):
        db_table = "product_families"
        verbose_name = _("product family")
        verbose_name_plural = _("product families")


@audited(without=("is_mixed",))
class Product(Timestamped):
    """What is grown and sold: one species or variety."""

    family = models.ForeignKey(
        ProductFamily, on_delete=models.PROTECT, related_name="products", verbose_name=_("family")
    )
    sku = CodeField("SKU", max_length=32, unique=True)
    common_name = models.CharField(_("common name"), max_length=120)
    scientific_name = models.CharField(_("scientific name"), max_length=160, blank=True)
    price = models.DecimalField(
        _("price"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, choices=CURRENCY_CHOICES)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    active = models.BooleanField(_("active"), default=True)
    is_mixed = models.BooleanField(
        _("mixed"),
        default=False,
        db_default=False,  # so that processes of the previous version can continue during an upgrade
        editable=False,
        help_text=_("Stands for plants of which nobody has said what they are; there is one such product at most"),
    )

    class Meta:
        db_table = "products"
        ordering = ["common_name"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            upper_case_constraint("sku"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0) & ~Q(currency=""), name="product_price_has_currency"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(active=False), name="product_merged_is_archived"
            ),
            models.UniqueConstraint(fields=["is_mixed"], condition=Q(is_mixed=True), name="product_one_mixed"),
        ]

    def __str__(self) -> str:
        if self.is_mixed:
            return str(MIXED_NAME)
        return f"{self.common_name} ({self.scientific_name})" if self.scientific_name else self.common_name


class ProductState(CatalogueEntry):
    """A stage of growth, in order: seed, germinating, seedling, juvenile, adult, flowering..."""

    is_sellable = models.BooleanField(_("can be sold"), default=False)
    sort_order = models.PositiveSmallIntegerField(_("order"), unique=True)

    class Meta(CatalogueEntry.Meta):
        db_table = "product_states"
        ordering = ["sort_order"]
        verbose_name = _("product state")
        verbose_name_plural = _("product states")


class ProductSize(CatalogueEntry):
    """A size class by height: XS to XXL; the largest has no upper end."""

    min_height_cm = models.FloatField(_("from height (cm)"), validators=[MinValueValidator(0)])
    max_height_cm = models.FloatField(_("to height (cm)"), null=True, blank=True)
    sort_order = models.PositiveSmallIntegerField(_("order"), unique=True)

    class Meta(CatalogueEntry.Meta):
        db_table = "product_sizes"
        ordering = ["sort_order"]
        verbose_name = _("product size")
        verbose_name_plural = _("product sizes")
        constraints = [
            *CatalogueEntry.Meta.constraints,
            models.CheckConstraint(
                condition=Q(min_height_cm__gte=0)
                & (Q(max_height_cm__isnull=True) | Q(max_height_cm__gt=F("min_height_cm"))),
                name="productsize_heights_ordered",
            ),
        ]


class PackagingType(CatalogueEntry):
    """Pot, tray, plug, bag, hanging basket..."""

    class Meta(CatalogueEntry.Meta):
        db_table = "packaging_types"
        verbose_name = _("packaging type")
        verbose_name_plural = _("packaging types")


class PackagingMaterial(CatalogueEntry):
    """Plastic, clay, peat..."""

    class Meta(CatalogueEntry.Meta):
        db_table = "packaging_materials"
        verbose_name = _("packaging material")
        verbose_name_plural = _("packaging materials")


class PackagingColour(CatalogueEntry):
    """The colour of a packaging."""

    class Meta(CatalogueEntry.Meta):
        db_table = "packaging_colours"
        verbose_name = _("packaging colour")
        verbose_name_plural = _("packaging colours")


@audited()
class Packaging(Timestamped):
    """What one plant grows in: a pot or cell of a given size, material and colour."""

    sku = CodeField("SKU", max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    packaging_type = models.ForeignKey(
        PackagingType, on_delete=models.PROTECT, related_name="packagings", verbose_name=_("type")
    )
    material = models.ForeignKey(
        PackagingMaterial, on_delete=models.PROTECT, related_name="packagings", verbose_name=_("material")
    )
    colour = models.ForeignKey(
        PackagingColour, on_delete=models.PROTECT, related_name="packagings", verbose_name=_("colour")
    )
    volume_l = models.FloatField(_("volume (l)"), null=True, blank=True, validators=POSITIVE)
    diameter_cm = models.FloatField(_("diameter (cm)"), null=True, blank=True, validators=POSITIVE)
    height_cm = models.FloatField(_("height (cm)"), null=True, blank=True, validators=POSITIVE)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "packagings"
        ordering = ["name"]
        verbose_name = _("packaging")
        verbose_name_plural = _("packagings")
        constraints = [
            upper_case_constraint("sku"),
            models.CheckConstraint(
                condition=(Q(volume_l__isnull=True) | Q(volume_l__gt=0))
                & (Q(diameter_cm__isnull=True) | Q(diameter_cm__gt=0))
                & (Q(height_cm__isnull=True) | Q(height_cm__gt=0)),
                name="packaging_sizes_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContainerKind(models.TextChoices):
    """The kind of a container type. Segmentation itself only distinguishes segment, box and plug."""

    PLUG = "plug", _("Plug tray")
    SEEDLING_TRAY = "seedling_tray", _("Seedling tray")
    BOX = "box", _("Crate")
    SEGMENT = "segment", _("Loose pots")
    POT = "pot", _("Pot")


@audited()
class ContainerType(CatalogueEntry):
    """A container of many plants in a photo. Trays and crates have a grid and a capacity."""

    kind = models.CharField(_("kind"), max_length=16, choices=ContainerKind)
    rows = models.PositiveSmallIntegerField(_("rows"), null=True, blank=True)
    columns = models.PositiveSmallIntegerField(_("columns"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("capacity"), null=True, blank=True)
    length_cm = models.FloatField(_("length (cm)"), null=True, blank=True, validators=POSITIVE)
    width_cm = models.FloatField(_("width (cm)"), null=True, blank=True, validators=POSITIVE)
    height_cm = models.FloatField(_("height (cm)"), null=True, blank=True, validators=POSITIVE)

    class Meta(CatalogueEntry.Meta):
        db_table = "container_types"
        verbose_name = _("container type")
        verbose_name_plural = _("container types")
        constraints = [
            *CatalogueEntry.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=ContainerKind.values), name="containertype_kind_known"),
            models.CheckConstraint(
                condition=Q(rows__isnull=True, columns__isnull=True)
                | Q(rows__isnull=False, columns__isnull=False, capacity__isnull=False)
                & Q(rows__gt=0, columns__gt=0, capacity=F("rows") * F("columns")),
                name="containertype_grid_fills_capacity",
            ),
        ]
