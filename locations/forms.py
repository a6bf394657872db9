"""Forms that fix what a photo lacks: its location, the location's configuration, a density."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.numbers import TypedNumberField
from locations.catalogue import find_or_make_mixed
from locations.configuration import ConfigureMode, ListedPart
from locations.listing import MOST_TYPED, check_part, read_part, write_where
from locations.models import (
    ContainerType,
    Packaging,
    Product,
    ProductState,
    StorageArea,
    StorageLocation,
    Warehouse,
)
from locations.models.catalogue import MIXED_NAME
from locations.models.cultivation import CM2_PER_M2
from locations.models.places import StorageLocationQuerySet

MOST_AT_ONCE = 100
SHORT_NUMBER = re.compile("[0-9]{1,9}")
MIXED = "mixed"
EMPTY_PART_ROWS = 2
MOST_PART_ROWS = 30


class AssignLocationForm(forms.Form):
    """The location a person chose for a photo."""

    storage_location = forms.ModelChoiceField(
        queryset=StorageLocation.objects.active().with_names(), label=_("Location"), empty_label=None
    )


class PlantsField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A product, or MIXED: plants of which nobody has said what they are."""

    api_schema = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": MIXED}]}

    def to_python(self, value: Any) -> Product | None:
        """Make the product for mixed plants when it is first chosen."""
        return find_or_make_mixed() if value == MIXED else super().to_python(value)


class ConfigureLocationForm(forms.Form):
    """Its cleaned data are the arguments of `configuration.configure_location`, except the location.

    Several products are listed in numbered rows, of which there are always some to spare. `parts` is the number of rows
    sent; without it the cleaned data have no parts either.
    """

    product = PlantsField(queryset=Product.objects.filter(active=True, is_mixed=False), label=_("Product"))
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

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        """A row for each listed product, and some to spare."""
        super().__init__(data, **options)
        products, packagings = (list(iter(self.fields[name].choices)) for name in ("product", "packaging"))  # type: ignore[attr-defined]
        self.fields["product"].choices = [*products, (MIXED, MIXED_NAME)]  # type: ignore[attr-defined]
        self.fields["packaging"].choices = packagings  # type: ignore[attr-defined]
        listed: list[ListedPart] = self.initial.get("parts", [])
        sent = str(self.data.get("parts", ""))
        self.sends_parts = bool(SHORT_NUMBER.fullmatch(sent))
        self.rows = min(int(sent), MOST_PART_ROWS) if self.sends_parts else len(listed) + EMPTY_PART_ROWS
        for row in range(self.rows):
            self._add_row(row, listed[row] if row < len(listed) else None, products, packagings)

    def _add_row(self, row: int, part: ListedPart | None, products: list[Any], packagings: list[Any]) -> None:
        """The three fields of one listed product. The choices are read once for all rows."""
        product = forms.ModelChoiceField(Product.objects.filter(active=True), required=False, label=_("Product"))
        packaging = forms.ModelChoiceField(Packaging.objects.filter(active=True), required=False, label=_("Packaging"))
        product.choices, packaging.choices = products, packagings
        where = forms.CharField(max_length=MOST_TYPED, required=False, label=_("Where it stands"))
        where.widget.attrs["autocomplete"] = "off"
        if part is not None:
            product.initial, packaging.initial = part.product, part.packaging
            where.initial = write_where(part)
        fields: dict[str, forms.Field] = {"product": product, "packaging": packaging, "where": where}
        self.fields |= {f"part{row}_{name}": field for name, field in fields.items()}

    @property
    def plant_fields(self) -> list[forms.BoundField]:
        """What grows in the whole place, or in all of it that no row lists."""
        return [self[name] for name in ("product", "packaging", "expected_state")]

    @property
    def part_rows(self) -> list[list[forms.BoundField]]:
        """The fields of each listed product."""
        return [[self[f"part{row}_{name}"] for name in ("product", "packaging", "where")] for row in range(self.rows)]

    @property
    def lists_products(self) -> bool:
        """Whether a row is filled in or wrong."""
        return any(field.value() or field.errors for row in self.part_rows for field in row)

    def clean(self) -> dict[str, Any]:
        """Gather the rows into `parts`."""
        cleaned: dict[str, Any] = super().clean() or {}
        rows = [
            {name: cleaned.pop(f"part{row}_{name}", None) for name in ("product", "packaging", "where")}
            for row in range(self.rows)
        ]
        if self.sends_parts:
            cleaned["parts"] = list(self._read_rows(rows))
        return cleaned

    def _read_rows(self, rows: list[dict[str, Any]]) -> Iterator[ListedPart]:
        """The listed products; what cannot be meant becomes an error of its field."""
        listed: list[ListedPart] = []
        for index, row in enumerate(rows):
            product, packaging, where = row["product"], row["packaging"], row["where"]
            if product is None:
                if where or packaging:
                    self.add_error(f"part{index}_product", _("Choose the product, or empty the whole row."))
                continue
            try:
                part = read_part(product, packaging, where or "")
                check_part(part, listed)
            except forms.ValidationError as error:
                self.add_error(f"part{index}_where", error)
                continue
            listed.append(part)
            yield part


class LocationsForm(forms.Form):
    """Locations to configure together: named ones, else all of an area that are in use."""

    location_id = forms.ModelMultipleChoiceField(
        queryset=StorageLocation.objects.with_names().order_by("sort_key", "code"), required=False
    )
    area_id = forms.ModelChoiceField(StorageArea.objects.defer("polygon"), required=False)

    def clean(self) -> dict[str, Any]:
        """At least one, and no more than a person can look through."""
        cleaned: dict[str, Any] = super().clean() or {}
        locations, area = cleaned.get("location_id"), cleaned.get("area_id")
        if area and not locations:
            active = StorageLocation.objects.active().with_names()
            locations = cleaned["location_id"] = active.filter(storage_area=area).order_by("sort_key", "code")
        if "location_id" in self.errors:
            return cleaned
        if not locations:
            raise forms.ValidationError(_("Choose at least one location."))
        if len(locations) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most %(most)d locations at a time."), params={"most": MOST_AT_ONCE})
        return cleaned


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
