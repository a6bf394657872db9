"""Forms of the upload, shared by the page and the API. Their cleaned data go to `accept_upload`."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from gallery.common.forms import UuidsField
from locations.models import StorageLocation
from photos.statuses import UploadSource, VisitAnswer

ACCEPTED_FILES = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"


class PhotosInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    template_name = "django/forms/widgets/file.html"
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """At least one file. `photos.upload.checks` checks each: an invalid one must not stop the others."""

    widget = PhotosInput(attrs={"accept": ACCEPTED_FILES})
    api_schema = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        files = [file for file in data or [] if isinstance(file, UploadedFile)]
        if not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class ChecksumsField(forms.Field):
    """A JSON list of SHA-256 checksums in hexadecimal, at most as many as an upload may have files."""

    api_schema = {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
        "minItems": 1,
        "maxItems": settings.UPLOAD_MAX_FILES,
    }

    def clean(self, value: Any) -> list[str]:
        texts = value if isinstance(value, list) else []
        if not 0 < len(texts) <= settings.UPLOAD_MAX_FILES or not all(map(_is_sha256, texts)):
            raise forms.ValidationError(
                _("Send a list of 1 to %(most)d SHA-256 checksums of 64 hexadecimal digits."),
                params={"most": settings.UPLOAD_MAX_FILES},
            )
        return [text.lower() for text in texts]


def _is_sha256(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch("[0-9a-fA-F]{64}", text) is not None


class KnownForm(forms.Form):
    """The checksums that a browser sends to find duplicates before uploading, and photos that it sent earlier."""

    sha256 = ChecksumsField()
    image_ids = UuidsField(coerce=UUID, required=False)

    def clean_image_ids(self) -> list[UUID]:
        """No more than checksums."""
        image_ids: list[UUID] = self.cleaned_data["image_ids"]
        if len(image_ids) > settings.UPLOAD_MAX_FILES:
            raise forms.ValidationError(
                _("At most %(most)d photos at a time."), params={"most": settings.UPLOAD_MAX_FILES}
            )
        return image_ids


class LabelForm(forms.Form):
    """A picture of a location's QR label; `photos.upload.location_lookup` checks it."""

    label = forms.FileField()


class PositionForm(forms.Form):
    """The position of a browser in degrees, with its accuracy."""

    lat = forms.FloatField(min_value=-90, max_value=90)
    lon = forms.FloatField(min_value=-180, max_value=180)
    accuracy = forms.FloatField(min_value=0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["accuracy_m"] = cleaned.pop("accuracy", None)
        return cleaned


class LocationField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An active location by its code, or by its name if that is unique."""

    default_error_messages = {
        "invalid_choice": _("There is no location with this code or name. Check how it is written."),
        "ambiguous": _("Several locations have this name. Write the code instead."),
    }

    def to_python(self, value: Any) -> StorageLocation | None:
        """The location; nothing for an empty field."""
        try:
            location: StorageLocation | None = super().to_python(value)
        except forms.ValidationError:
            named = self._find_named(str(value))
            if not named:
                raise
            if len(named) > 1:
                raise forms.ValidationError(self.error_messages["ambiguous"], code="ambiguous") from None
            [location] = named
        return location

    def _find_named(self, text: str) -> list[StorageLocation]:
        """The first two locations with this name."""
        return [] if "\x00" in text else list(StorageLocation.objects.active().filter(name__iexact=text.strip())[:2])


class UploadForm(forms.Form):
    """Files, and the values for all of them. `upload_session_id` adds to an earlier upload of the same user.

    Each request gives the location of its files; without the field, that of the upload is used.
    """

    files = PhotosField(  # type: ignore[assignment]  # the spec's name; Django's own `files` belongs to the bound form
        label=_("Photos"), error_messages={"required": _("Choose at least one photo.")}
    )
    storage_location = LocationField(
        queryset=StorageLocation.objects.active(),
        to_field_name="code",
        required=False,
        label=_("Location of these photos"),
        help_text=_("Leave empty if the photos contain their position (GPS)."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "placeholder": _("Code or name"),
                "hx-get": reverse_lazy("location-options"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#location-options",
                "hx-sync": "this:replace",
            }
        ),
    )
    visit = forms.ChoiceField(
        choices=[("", _("Ask me later")), *VisitAnswer.choices],
        required=False,
        label=_("Several photos of one location are"),
    )
    source = forms.ChoiceField(choices=UploadSource.choices, required=False)
    upload_session_id = forms.UUIDField(required=False)
    sent_by = forms.IntegerField(
        required=False,
        help_text="The id of the user who chose the files; refused (409) if it is another one who sends.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {**cleaned, "inherits_location": self.add_prefix("storage_location") not in self.data}
