"""Forms that fix what a photo lacks: its location, the location's configuration, a density."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from locations.configuration import ConfigureMode
from locations.models import ContainerType, Packaging, Product, ProductState, StorageLocation
from locations.models.cultivation import CM2_PER_M2


class AssignLocationForm(forms.Form):
    """The location a person chose for a photo."""

    storage_location = forms.ModelChoiceField(
        queryset=StorageLocation.objects.active().with_names(), label=_("Location"), empty_label=None
    )


class ConfigureLocationForm(forms.Form):
    """Its cleaned data are the arguments of `configuration.configure_location`, but for the location."""

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


class CalibrateForm(forms.Form):
    """A density in one of two units; its cleaned data are arguments of `configuration.set_density`."""

    container_type = forms.ModelChoiceField(
        queryset=ContainerType.objects.filter(active=True), label=_("Container type")
    )
    plants_per_m2 = forms.FloatField(label=_("Plants per m²"), required=False, min_value=0.1, max_value=100_000)
    avg_area_per_plant_cm2 = forms.FloatField(
        label=_("or area per plant (cm²)"), required=False, min_value=0.1, max_value=100_000
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two units; what leaves is the area."""
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
