"""Forms about one photo: its date, and its visit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.common.forms import UuidsField
from photos.dates import is_storable
from processing.dating import DateSource
from stock.models import VisitAnswer

ISO_MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
CLOCK = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=ISO_MINUTES[0])


MAX_PLANTS = 1_000_000


class NumbersField(forms.TypedMultipleChoiceField):
    """A list of numbers."""

    def valid_value(self, value: Any) -> bool:
        """Validated by `coerce` alone."""
        return True


class VisitForm(forms.Form):
    """An answer about the photos of a visit. `photos`: those that were shown; `chosen`: those that count."""

    visit = forms.ChoiceField(choices=VisitAnswer.choices)
    photos = UuidsField(coerce=UUID, required=False)
    chosen = UuidsField(coerce=UUID, required=False)


class OverlapForm(forms.Form):
    """How many plants a photo and an `other` one of its visit both show; empty takes the answer back. `seen` are the
    plants of both that the person saw."""

    other = forms.UUIDField()
    plants = forms.IntegerField(min_value=0, max_value=MAX_PLANTS, required=False, label=_("Plants in both"))
    seen = NumbersField(coerce=int, required=False)


class DownloadForm(forms.Form):
    """How to open a picture."""

    download = forms.CharField(required=False, max_length=20, help_text="If it is there, the picture is saved.")


class MarkersForm(forms.Form):
    """How to show the marks."""

    as_proposed = forms.BooleanField(required=False, help_text="With the proposals of whoever asks applied.")


class DateForm(forms.Form):
    """The date of a photo whose camera is not trusted; a typed moment is in the nursery's time zone."""

    source = forms.ChoiceField(choices=DateSource.choices, error_messages={"required": _("Choose one.")})
    moment = forms.DateTimeField(label=_("Date and time"), input_formats=ISO_MINUTES, required=False, widget=CLOCK)

    def clean_moment(self) -> datetime | None:
        """Check that a photo can have this moment."""
        moment: datetime | None = self.cleaned_data["moment"]
        if moment is not None and not is_storable(moment):
            raise forms.ValidationError(_("Type a date between 1970 and today."))
        return moment

    def clean(self) -> dict[str, Any]:
        """Never ignore a typed moment."""
        cleaned: dict[str, Any] = super().clean() or {}
        is_typed, moment = cleaned.get("source") == DateSource.TYPED, cleaned.get("moment")
        if is_typed and moment is None and "moment" not in self.errors:
            self.add_error("moment", _("Type when the photo was taken."))
        if moment is not None and cleaned.get("source") and not is_typed:
            self.add_error("source", _("You also typed a date. Choose it, or clear the field."))
        return cleaned
