"""What the pages of accuracy and calibration take."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gallery.accuracy.kinds import current_model
from gallery.accuracy.report import By
from gallery.browse.cards import PhotoCard
from processing.models.blind_counts import HIGHEST_COUNT
from stock.conformal import Stratum

LARGEST_KEY = 2**63 - 1
NUMBER = "plants-"


class AccuracyForm(forms.Form):
    """What one row is, and photos of how many months."""

    DEFAULT = "12"
    PERIODS = (("3", _("3 months")), ("12", _("12 months")), ("all", _("All")))

    by = forms.ChoiceField(choices=By.choices, required=False, help_text="What one row is: `product` by default.")
    months = forms.ChoiceField(choices=PERIODS, required=False, help_text="Photos of so many months: 12 by default.")

    @property
    def wanted(self) -> str:
        return self.cleaned_data["by"] or By.PRODUCT.value

    @property
    def month_number(self) -> int | None:
        """None for all."""
        chosen = self.cleaned_data["months"] or self.DEFAULT
        return int(chosen) if chosen.isdecimal() else None


class KindForm(forms.Form):
    """A kind of photos, or a photo of it."""

    product = forms.IntegerField(min_value=1, max_value=LARGEST_KEY, required=False)
    packaging = forms.IntegerField(min_value=1, max_value=LARGEST_KEY, required=False)
    container = forms.CharField(max_length=10, required=False)
    photo = forms.UUIDField(required=False)

    @property
    def kind(self) -> Stratum | None:
        """As counted by the models of today; None if no product is named."""
        named = self.cleaned_data
        if not named["product"]:
            return None
        return Stratum(current_model(named["product"]), named["container"], named["product"], named["packaging"])


class KnownCountsForm(forms.Form):
    """The true number of some photos, of which any may be left out."""

    def __init__(self, cards: Sequence[PhotoCard], data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        for card in cards:
            self.fields[f"{NUMBER}{card.image_id}"] = forms.IntegerField(
                label=_("Plants in %(photo)s") % {"photo": card.filename},
                min_value=0,
                max_value=HIGHEST_COUNT,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and all(number is None for number in cleaned.values()):
            raise forms.ValidationError(_("Enter the number of plants of at least one photo."))
        return cleaned

    @property
    def numbers(self) -> dict[UUID, int]:
        """The numbers that were entered, by photo."""
        given = {UUID(name.removeprefix(NUMBER)): number for name, number in self.cleaned_data.items()}
        return {image_id: number for image_id, number in given.items() if number is not None}


def photos_named(data: QueryDict) -> list[UUID]:
    """The photos that a sent form asks for; what is no id is ignored."""
    named = []
    for name in data:
        try:
            named.append(UUID(name.removeprefix(NUMBER)))
        except ValueError:
            continue
    return named
