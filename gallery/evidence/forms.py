"""Which evidence pack is wanted, and which one to look up."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

DIGITS = 64


class PackForm(forms.Form):
    """What goes into a pack."""

    originals = forms.BooleanField(
        label=_("with the original photos"), required=False, help_text="With the photos as they were uploaded."
    )
    language = forms.ChoiceField(
        required=False,
        choices=settings.LANGUAGES,
        help_text="Of the pages for people. Left out: that of the request (`Accept-Language`).",
    )


class FingerprintForm(forms.Form):
    """A fingerprint as `verify.py` prints it."""

    fingerprint = forms.RegexField(
        rf"\A\s*[0-9a-fA-F]{{{DIGITS}}}\s*\Z",
        label=_("Fingerprint"),
        help_text=_("The 64 digits that verify.py prints: the SHA-256 of manifest.json."),
        error_messages={"invalid": _("A fingerprint has 64 digits: 0 to 9 and a to f.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_fingerprint(self) -> str:
        return str(self.cleaned_data["fingerprint"]).strip().lower()
