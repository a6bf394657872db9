"""Forms for corrections, proposals, sign-off, the contact sheet, blind recounts and the next photo."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gallery.browse.forms import GalleryFilterForm
from gallery.common.forms import MAX_PER_PAGE, UuidsField
from processing.counting.boxes import CLASS_NAMES
from processing.models.blind_counts import HIGHEST_COUNT

LARGEST_NUMBER = 2**63 - 1


class CorrectionForm(forms.Form):
    """One correction: action, position (shares of the photo's width and height) and class."""

    action = forms.ChoiceField(choices=[(action, action) for action in ("add", "remove", "retype")])
    class_id = forms.TypedChoiceField(choices=list(enumerate(CLASS_NAMES)), coerce=int)
    x = forms.FloatField(min_value=0, max_value=1)
    y = forms.FloatField(min_value=0, max_value=1)
    sent_as = forms.UUIDField(required=False)


class StepForm(forms.Form):
    """Undo or redo the correction that was sent as `made_as`."""

    action = forms.ChoiceField(choices=[("undo", "undo"), ("redo", "redo")])
    made_as = forms.UUIDField()


class DecisionForm(forms.Form):
    """The answer to what one person proposes for a photo."""

    decision = forms.ChoiceField(choices=[("accept", "accept"), ("decline", "decline")])
    made_by = forms.IntegerField(min_value=1, max_value=LARGEST_NUMBER, help_text="Whose proposals (`made_by_id`).")
    up_to = forms.IntegerField(
        min_value=1,
        max_value=LARGEST_NUMBER,
        help_text="The newest proposal that was seen (`proposal_id`); later ones keep waiting.",
    )


class BlindForm(forms.Form):
    """How many plants a person sees."""

    seen = forms.IntegerField(
        label=_("Plants that you see"),
        min_value=0,
        max_value=HIGHEST_COUNT,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class SheetFilterForm(GalleryFilterForm):
    """Which photos the contact sheet shows. It has only those that are ready and not signed off."""

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        for name in ("status", "review"):
            self.fields[name].widget = forms.HiddenInput()


SEEN = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9a-f]{16})")


def read_seen(value: str) -> tuple[UUID, str]:
    """A photo and the version of its count that was shown. ValueError if it is none."""
    found = SEEN.fullmatch(value)
    if found is None:
        raise ValueError(value)
    return UUID(found[1]), found[2]


class SeenPhotosForm(forms.Form):
    """The photos that are ticked on the contact sheet, each with the version of its count that was shown."""

    photo = UuidsField(coerce=read_seen, required=False)

    def clean_photo(self) -> dict[UUID, str]:
        """By photo, at most as many as a sheet has."""
        seen = dict(self.cleaned_data["photo"])
        if len(seen) > MAX_PER_PAGE:
            raise forms.ValidationError(_("At most %(most)d photos at a time."), params={"most": MAX_PER_PAGE})
        return seen


class SignOffForm(forms.Form):
    """The total that the person saw when signing off; not needed to withdraw a sign-off."""

    seen = forms.IntegerField(required=False)
    reopen = forms.BooleanField(required=False)


class NextForm(forms.Form):
    """The photo that was reviewed last."""

    after = forms.UUIDField(required=False)
