"""Forms that fix what a photo lacks: its location, the location's configuration, a density."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.numbers import TypedNumberField
from locations.configuration import ConfigureMode
from locations.models import (
    ContainerType,
    Packaging,
    Product,
    ProductState,
    StorageArea,
    StorageLocation,
    Warehouse,
)
from locations.models.cultivation import CM2_PER_M2
from locations.models.places import StorageLocationQuerySet

MOST_AT_ONCE = 100
SHORT_NUMBER = re.compile("[0-9]{1,9}")


class AssignLocationForm(forms.Form):
    """The location a person chose for a photo."""

    storage_location = forms.ModelChoiceField(
        queryset=StorageLocation.objects.active().with_names(), label=_("Location"), empty_label=None
    )


class ConfigureLocationForm(forms.Form):
    """Its cleaned data are the arguments of `configuration.configure_location`, except the location."""

    product = forms.ModelChoiceField(queryset=Product.objects.filter(active=True), label=_("Product"))
    packaging = forms.ModelChoiceField(
        queryset=Packaging.objects.filter(active=True),
        label=_("Packaging"),
        required=False,
        empty_label=_("No packaging"),
    )
    expected_state = forms.ModelChoiceField(
        queryset=ProductState.objects.filter(active=True), label=_("Expected state")
    )
    mode = forms.TypedChoiceField(
        choices=ConfigureMode.choices,
        coerce=ConfigureMode,
        initial=ConfigureMode.UPDATE,
        widget=forms.RadioSelect,
        label=_("What to do"),
    )


class LocationsForm(forms.Form):
    """Locations to configure together."""

    location_id = forms.ModelMultipleChoiceField(
        queryset=StorageLocation.objects.with_names().order_by("sort_key", "code"),
        error_messages={"required": _("Choose at least one location.")},
    )

    def clean_location_id(self) -> StorageLocationQuerySet:
        """No more than a person can look through."""
        locations: StorageLocationQuerySet = self.cleaned_data["location_id"]
        if len(locations) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most %(most)d locations at a time."), params={"most": MOST_AT_ONCE})
        return locations


class CalibrateForm(forms.Form):
    """A density in one of two units; its cleaned data are arguments of `configuration.set_density`."""

    container_type = forms.ModelChoiceField(
        queryset=ContainerType.objects.filter(active=True), label=_("Container type")
    )
    plants_per_m2 = TypedNumberField(label=_("Plants per m²"), required=False, min_value=0.1, max_value=100_000)
    avg_area_per_plant_cm2 = TypedNumberField(
        label=_("or area per plant (cm²)"), required=False, min_value=0.1, max_value=100_000
    )

    def clean(self) -> dict[str, Any]:
        """Require exactly one of the two units and convert it to the area per plant."""
        cleaned: dict[str, Any] = super().clean() or {}
        plants_per_m2 = cleaned.pop("plants_per_m2", None)
        area_cm2 = cleaned.get("avg_area_per_plant_cm2")
        if self.errors:
            return cleaned
        if (plants_per_m2 is None) == (area_cm2 is None):
            raise forms.ValidationError(_("Give either the plants per m² or the area per plant."), code="one_unit")
        if plants_per_m2 is not None:
            cleaned["avg_area_per_plant_cm2"] = CM2_PER_M2 / plants_per_m2
        return cleaned


class LabelsForm(forms.Form):
    """Which locations get a QR label: named ones (`location_id`), or all of an area or a warehouse.

    `part` is which of several PDFs, where there are more labels than fit into one.
    """

    warehouse_id = forms.ModelChoiceField(
        queryset=Warehouse.objects.filter(active=True).order_by("sort_key"),
        required=False,
        label=_("Warehouse"),
        empty_label=_("Choose a warehouse"),
    )
    area_id = forms.ModelChoiceField(
        queryset=StorageArea.objects.none(), required=False, label=_("Area"), empty_label=_("All areas")
    )
    location_id = forms.ModelMultipleChoiceField(queryset=StorageLocation.objects.active(), required=False)
    part = forms.IntegerField(min_value=1, max_value=1_000, required=False)

    def __init__(self, data: QueryDict, **options: Any) -> None:
        """Areas are offered for a chosen warehouse only."""
        super().__init__(data, **options)
        areas = self.fields["area_id"]
        warehouse_id = str(data.get("warehouse_id", ""))
        if SHORT_NUMBER.fullmatch(warehouse_id) and isinstance(areas, forms.ModelChoiceField):
            offered = StorageArea.objects.filter(active=True, warehouse_id=int(warehouse_id))
            areas.queryset = offered.select_related("warehouse").order_by("sort_key")
        else:
            areas.widget = forms.HiddenInput()

    @property
    def locations(self) -> StorageLocationQuerySet:
        """The active locations meant, in natural order; none when nothing is chosen. Only after the form is valid."""
        active = StorageLocation.objects.active().with_names().order_by("sort_key", "code")
        active = active.defer("polygon", "storage_area__polygon", "storage_area__warehouse__polygon")
        cleaned = self.cleaned_data
        if cleaned["location_id"]:
            return active.filter(pk__in=cleaned["location_id"])
        if cleaned["area_id"]:
            return active.filter(storage_area=cleaned["area_id"])
        return (
            active.filter(storage_area__warehouse=cleaned["warehouse_id"]) if cleaned["warehouse_id"] else active.none()
        )
