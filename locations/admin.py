"""Locations in the Django admin: places, catalogue, configurations and densities."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from demeter.common.admin.dates import NAMED_DATES
from demeter.common.admin.editing import EditedAdmin
from demeter.common.admin.readonly import ReadOnlyAdmin
from demeter.common.i18n.numbers import TYPED_NUMBERS
from locations import models
from locations.forms import MOST_AT_ONCE


@admin.display(description=_("area (m²)"), ordering="area_m2")
def area(place: Any) -> str:
    """As people measure it."""
    return floatformat(place.area_m2, 1) if place.area_m2 is not None else "—"


OUTLINE_FIELDS = ("area_m2", "centroid_lon", "centroid_lat", "created_at", "updated_at")


@admin.register(models.Warehouse)
class WarehouseAdmin(EditedAdmin[models.Warehouse]):
    list_display = ("code", "name", "warehouse_type", area, "active")
    list_filter = ("active", "warehouse_type")
    search_fields = ("code", "name")
    readonly_fields = OUTLINE_FIELDS


@admin.register(models.StorageArea)
class StorageAreaAdmin(EditedAdmin[models.StorageArea]):
    list_display = ("code", "name", "warehouse", "position", area, "active")
    list_filter = ("active", "position", "warehouse")
    list_select_related = ("warehouse",)
    search_fields = ("code", "name", "warehouse__code", "warehouse__name")
    autocomplete_fields = ("warehouse",)
    readonly_fields = OUTLINE_FIELDS


class LocationConfigInline(admin.StackedInline[models.LocationConfig, models.StorageLocation]):
    """The cultivation cycles of a location, latest first. Stacked, because the fields of a table have no labels of
    their own."""

    model = models.LocationConfig
    fields = ("product", "packaging", "expected_state", "active", "started_at", "closed_at")
    autocomplete_fields = ("product", "packaging", "expected_state")
    formfield_overrides = NAMED_DATES
    extra = 0
    can_delete = False


@admin.register(models.StorageLocation)
class StorageLocationAdmin(EditedAdmin[models.StorageLocation]):
    """Bays: the unit of one photo."""

    list_display = ("code", "full_name", "qr_code", area, "active")
    list_filter = ("active", "storage_area__warehouse", "storage_area__position")
    list_select_related = ("storage_area__warehouse",)
    search_fields = ("code", "name", "qr_code", "storage_area__code", "storage_area__name")
    autocomplete_fields = ("storage_area",)
    readonly_fields = OUTLINE_FIELDS
    inlines = (LocationConfigInline,)
    actions = ("configure",)

    @admin.display(description=_("full name"))
    def full_name(self, location: models.StorageLocation) -> str:
        """As the pages call it."""
        return location.full_name

    @admin.action(description=_("Configure selected locations"), permissions=["configure"])
    def configure(self, request: HttpRequest, queryset: QuerySet[models.StorageLocation]) -> HttpResponseRedirect:
        """Go to the page that configures all selected locations; it refuses more than it can show."""
        location_ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        return redirect(f"{reverse('locations-configure')}?{urlencode({'location_id': location_ids}, doseq=True)}")

    def has_configure_permission(self, request: HttpRequest) -> bool:
        """The same permission as on a location's own page."""
        return request.user.has_perm("locations.change_locationconfig")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.StorageLocation]:
        """Every name is shown with its area and warehouse, in autocomplete too."""
        return super().get_queryset(request).select_related("storage_area__warehouse")


@admin.register(models.ProductCategory, models.PackagingType, models.PackagingMaterial, models.PackagingColour)
class CatalogueEntryAdmin(EditedAdmin[Any]):
    list_display = ("code", "name", "active")
    list_filter = ("active",)
    search_fields = ("code", "name")


@admin.register(models.ProductFamily)
class ProductFamilyAdmin(EditedAdmin[models.ProductFamily]):
    list_display = ("code", "name", "scientific_name", "category", "active")
    list_filter = ("active", "category")
    list_select_related = ("category",)
    search_fields = ("code", "name", "scientific_name")
    autocomplete_fields = ("category",)


@admin.register(models.Product)
class ProductAdmin(EditedAdmin[models.Product]):
    list_display = ("sku", "common_name", "scientific_name", "family", "active")
    list_filter = ("active", "family__category", "family")
    list_select_related = ("family",)
    search_fields = ("sku", "common_name", "scientific_name")
    autocomplete_fields = ("family",)
    readonly_fields = ("merged_into",)


@admin.register(models.ProductState)
class ProductStateAdmin(EditedAdmin[models.ProductState]):
    list_display = ("sort_order", "code", "name", "is_sellable", "active")
    list_display_links = ("code",)
    list_filter = ("active", "is_sellable")
    search_fields = ("code", "name")
    formfield_overrides = TYPED_NUMBERS


@admin.register(models.ProductSize)
class ProductSizeAdmin(EditedAdmin[models.ProductSize]):
    list_display = ("sort_order", "code", "min_height_cm", "max_height_cm", "active")
    list_display_links = ("code",)
    list_filter = ("active",)
    search_fields = ("code", "name")
    formfield_overrides = TYPED_NUMBERS


@admin.register(models.Packaging)
class PackagingAdmin(EditedAdmin[models.Packaging]):
    list_display = ("sku", "name", "packaging_type", "material", "colour", "volume_l", "diameter_cm", "active")
    list_filter = ("active", "packaging_type", "material", "colour")
    list_select_related = ("packaging_type", "material", "colour")
    search_fields = ("sku", "name")
    formfield_overrides = TYPED_NUMBERS
    autocomplete_fields = ("packaging_type", "material", "colour")


@admin.register(models.ContainerType)
class ContainerTypeAdmin(EditedAdmin[models.ContainerType]):
    list_display = ("code", "name", "kind", "rows", "columns", "capacity", "active")
    list_filter = ("active", "kind")
    search_fields = ("code", "name")
    formfield_overrides = TYPED_NUMBERS


class ConfigPartInline(admin.StackedInline[models.ConfigPart, models.LocationConfig]):
    """Several products in one place, read here and listed on the page of the location, which checks them."""

    model = models.ConfigPart
    fields = readonly_fields = ("product", "packaging", "where")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: models.LocationConfig | None = None) -> bool:
        """The page of the location lists them."""
        return False


@admin.register(models.LocationConfig)
class LocationConfigAdmin(EditedAdmin[models.LocationConfig]):
    """Cultivation cycles; a running one is closed by unticking active and giving the time."""

    inlines = (ConfigPartInline,)
    list_display = ("location", "product", "packaging", "expected_state", "active", "started_at", "closed_at")
    list_filter = ("active", "product__family__category", "expected_state", "location__storage_area__warehouse")
    list_select_related = ("location__storage_area__warehouse", "product", "packaging", "expected_state")
    search_fields = ("location__code", "location__name", "product__sku", "product__common_name")
    autocomplete_fields = ("location", "product", "packaging", "expected_state")
    readonly_fields = ("created_at", "updated_at")
    formfield_overrides = {**NAMED_DATES, **TYPED_NUMBERS}
    date_hierarchy = "started_at"


@admin.register(models.PlaceChange)
class PlaceChangeAdmin(ReadOnlyAdmin):
    """Steps that made many places at once; the page of a step undoes it."""

    list_display = ("made_at", "kind", "made_by", "undone_at")
    list_filter = ("kind",)
    list_select_related = ("made_by",)
    search_fields = ("made_by__username", "token")


@admin.register(models.DensityParameters)
class DensityParametersAdmin(EditedAdmin[models.DensityParameters]):
    """Densities; the plants per m2 follow the area per plant."""

    list_display = ("product", "packaging", "container_type", "plants_per_m2", "source", "version", "sample_size")
    list_filter = ("source", "container_type__kind", "product__family")
    list_select_related = ("product", "packaging", "container_type")
    search_fields = ("product__sku", "product__common_name", "packaging__sku", "container_type__code")
    formfield_overrides = TYPED_NUMBERS
    autocomplete_fields = ("product", "packaging", "container_type")
    readonly_fields = ("plants_per_m2", "created_at", "updated_at")
