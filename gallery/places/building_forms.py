"""The form of the builder: counts and patterns in, a plan of places out; and the choice of where they are made."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from demeter.common.exceptions import InvalidInputError
from demeter.common.i18n.numbers import TypedWholeField
from gallery.places.drawing_forms import PlaceField
from locations.building import (
    LAYERS,
    MOST_BAYS,
    Base,
    FirstNumbers,
    Pattern,
    Plan,
    check_pattern,
    made_layers,
    plan_places,
    read_bays,
    read_benches,
)
from locations.models import StorageLocation, WarehouseType
from locations.models.places import Place

PATTERN_FIELDS = {
    "house": ("house_code", "house_name"),
    "bench": ("bench_code", "bench_name"),
    "bay": ("bay_code", "bay_name"),
}
# What is asked about each layer that is made; the first number only of the outermost one.
LAYER_FIELDS = {
    "house": ("houses", "warehouse_type", *PATTERN_FIELDS["house"]),
    "bench": ("benches", *PATTERN_FIELDS["bench"]),
    "bay": ("bays", *PATTERN_FIELDS["bay"]),
}


class PatternField(forms.CharField):
    """Text with {house}, {bench} or {bay}; refused at its own field when it has others."""

    def __init__(self, layer: str, **options: Any) -> None:
        super().__init__(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}), **options)
        self.layer = layer
        self.layers: tuple[str, ...] = LAYERS

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            check_pattern(text, self.layer, self.layers)
        except InvalidInputError as error:
            raise forms.ValidationError(error.message) from error
        return text


class WithinForm(forms.Form):
    """The greenhouse or the bench in which places are made; none for new greenhouses."""

    within = PlaceField(required=False)

    def clean_within(self) -> Place | None:
        """Not a bay, and not a place that is no longer used."""
        place: Place | None = self.cleaned_data["within"]
        if isinstance(place, StorageLocation) or (place is not None and not place.active):
            raise forms.ValidationError(_("Choose a greenhouse or a bench."))
        return place


class BuildForm(forms.Form):
    """`plan` is there once the form is valid. A base leaves out what it decides: of a bench, all but its bays."""

    plan: Plan
    token = forms.UUIDField(widget=forms.HiddenInput)
    houses = TypedWholeField(label=_("Greenhouses"), min_value=1, max_value=MOST_BAYS, initial=2)
    first_house = TypedWholeField(label=_("First greenhouse number"), min_value=0, max_value=MOST_BAYS, initial=1)
    first_bench = TypedWholeField(label=_("First bench number"), min_value=0, max_value=MOST_BAYS, initial=1)
    first_bay = TypedWholeField(label=_("First bay number"), min_value=0, max_value=MOST_BAYS, initial=1)
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

    def __init__(self, *args: Any, base: Base | None, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        self.base, self.layers = base, made_layers(base)
        asked = {"token", f"first_{self.layers[0]}", *(name for layer in self.layers for name in LAYER_FIELDS[layer])}
        for name in set(self.fields) - asked:
            del self.fields[name]
        for field in self.fields.values():
            if isinstance(field, PatternField):
                field.layers = self.layers
        if base:
            self._speak_of_one(base)

    @property
    def pattern_fields(self) -> str:
        """What the patterns can contain."""
        return ", ".join(f"{{{layer}}}" for layer in self.layers)

    def _speak_of_one(self, base: Base) -> None:
        """Of one greenhouse or bench."""
        if base.bench is None:
            self.fields["benches"].label, self.fields["benches"].help_text = _("Benches"), ""
            self.fields["bays"].help_text = _("One number for all, or one for each bench: 10, 10, 12, 8")
        else:
            self.fields["bays"].label, self.fields["bays"].help_text = _("Bays"), ""

    def clean(self) -> dict[str, Any]:
        """Work out the plan; what is wrong with it is said at the field that can change it."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        field = "benches"
        try:
            benches = read_benches(cleaned.get("benches", "1"), houses=cleaned.get("houses", 1))
            field = "bays"
            bays = read_bays(cleaned["bays"], benches=benches)
            field = "bay_code" if sum(map(sum, bays)) <= MOST_BAYS else "bays"
            self.plan = plan_places(bays, first=self._first(cleaned), patterns=self._patterns(cleaned), base=self.base)
        except InvalidInputError as error:
            self.add_error(field, error.message)
        return cleaned

    def _first(self, cleaned: dict[str, Any]) -> FirstNumbers:
        outermost = self.layers[0]
        return FirstNumbers(**{outermost: cleaned[f"first_{outermost}"]})

    def _patterns(self, cleaned: dict[str, Any]) -> dict[str, Pattern]:
        return {
            layer: Pattern(cleaned[code], cleaned[name])
            for layer, (code, name) in PATTERN_FIELDS.items()
            if layer in self.layers
        }
