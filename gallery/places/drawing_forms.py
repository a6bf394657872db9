"""The forms of the page that draws: an outline of one place, and a bench split into bays."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from demeter.common.exceptions import InvalidInputError
from demeter.common.i18n.numbers import TypedWholeField
from gallery.places.forms import MapForm
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.models.places import Place
from locations.outlines import MOST_SLICES, read_outline

MAX_BYTES = 1_000_000
LAYERS: dict[str, type[Place]] = {"warehouse": Warehouse, "area": StorageArea, "location": StorageLocation}


class PlaceField(forms.CharField):
    """A place as "layer:code"; cleaned to its row."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        layer, _colon, code = text.partition(":")
        found = LAYERS[layer]._default_manager.filter(code=code).first() if layer in LAYERS else None
        if found is None:
            raise forms.ValidationError(_("This place no longer exists. Open the page again."))
        return found

    def run_validators(self, value: Any) -> None:
        """Those of a text do not apply to a row."""


class DrawForm(MapForm):
    """Which warehouse is drawn, and the place that is chosen first."""

    place = PlaceField(required=False)


class OutlineForm(forms.Form):
    """An outline for a place; `polygon` is None where it is removed."""

    place = PlaceField(label=_("Place"), error_messages={"required": _("Choose a place.")})
    outline = forms.CharField(
        label=_("Outline as GeoJSON"), required=False, max_length=MAX_BYTES, widget=forms.Textarea(attrs={"rows": 4})
    )
    outline_file = forms.FileField(label=_("or as a file"), required=False)
    remove = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Read the outline from the file, else from the text."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or cleaned["remove"]:
            return {**cleaned, "polygon": None}
        upload, text = cleaned["outline_file"], cleaned["outline"]
        try:
            if upload is not None:
                text = upload.read(MAX_BYTES).decode("utf-8-sig")
            if not text:
                raise InvalidInputError(str(_("Draw an outline, paste it, or choose a file.")))
            cleaned["polygon"] = read_outline(text)
        except (InvalidInputError, UnicodeDecodeError) as error:
            words = error.message if isinstance(error, InvalidInputError) else _("This file is not GeoJSON.")
            self.add_error("outline", words)
        return cleaned


class SplitForm(forms.Form):
    """A bench to be split; `bays` only where it has none."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    area = forms.ModelChoiceField(
        queryset=StorageArea.objects.select_related("warehouse"), to_field_name="code", label=_("Bench")
    )
    bays = TypedWholeField(
        label=_("Number of bays, if it has none yet"), required=False, min_value=1, max_value=MOST_SLICES
    )
    from_other_end = forms.BooleanField(label=_("Number from the east or north end"), required=False)
    replace = forms.BooleanField(label=_("Replace their outlines"), required=False)
