"""The form of the builder: counts and patterns in, a plan of places out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from demeter.common.exceptions import InvalidInputError
from demeter.common.i18n.numbers import TypedWholeField
from locations.building import MOST_BAYS, Pattern, Plan, check_pattern, plan_places, read_bays, read_benches
from locations.models import WarehouseType

PATTERN_FIELDS = {
    "house": ("house_code", "house_name"),
    "bench": ("bench_code", "bench_name"),
    "bay": ("bay_code", "bay_name"),
}


class PatternField(forms.CharField):
    """Text with {house}, {bench} or {bay}; refused at its own field when it has others."""

    def __init__(self, layer: str, **options: Any) -> None:
        super().__init__(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}), **options)
        self.layer = layer

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            check_pattern(text, self.layer)
        except InvalidInputError as error:
            raise forms.ValidationError(error.message) from error
        return text


class BuildForm(forms.Form):
    """`plan` is there once the form is valid."""

    plan: Plan
    token = forms.UUIDField(widget=forms.HiddenInput)
    houses = TypedWholeField(label=_("Greenhouses"), min_value=1, max_value=MOST_BAYS, initial=2)
    first_house = TypedWholeField(label=_("First greenhouse number"), min_value=0, max_value=MOST_BAYS, initial=1)
    benches = forms.CharField(
        label=_("Benches in each greenhouse"),
        max_length=5_000,
        initial="4",
        help_text=_("One number for all, or one for each greenhouse: 4, 3"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bays = forms.CharField(
        label=_("Bays on each bench"),
        max_length=50_000,
        initial="10",
        help_text=_("One number for all; or a line for each greenhouse, with commas between benches: 10, 10, 12, 8"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    warehouse_type = forms.ChoiceField(label=_("Type"), choices=WarehouseType.choices)
    house_code = PatternField("house", label=_("Code of a greenhouse"), initial="G{house}")
    house_name = PatternField("house", label=_("Name of a greenhouse"), initial=_("Greenhouse {house}"))
    bench_code = PatternField("bench", label=_("Code of a bench"), initial="G{house}-B{bench}")
    bench_name = PatternField("bench", label=_("Name of a bench"), initial=_("Bench {bench}"))
    bay_code = PatternField("bay", label=_("Code of a bay"), initial="G{house}-B{bench}-{bay:02}")
    bay_name = PatternField("bay", label=_("Name of a bay"), initial=_("Bay {bay}"))

    def clean(self) -> dict[str, Any]:
        """Work out the plan; what is wrong with it is said at the field that can change it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        field = "benches"
        try:
            benches = read_benches(cleaned["benches"], houses=cleaned["houses"])
            field = "bays"
            bays = read_bays(cleaned["bays"], benches=benches)
            field = "bay_code" if sum(map(sum, bays)) <= MOST_BAYS else "bays"
            patterns = {layer: Pattern(cleaned[code], cleaned[name]) for layer, (code, name) in PATTERN_FIELDS.items()}
            self.plan = plan_places(bays, first_house=cleaned["first_house"], patterns=patterns)
        except InvalidInputError as error:
            self.add_error(field, error.message)
        return cleaned
