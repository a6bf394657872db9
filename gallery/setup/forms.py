"""The form of the first run, and the settings of the nursery that it shares."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from demeter.accounts.first_run import is_setup_code
from demeter.accounts.models import User
from locations.models import Units
from locations.models.nursery import CURRENCY_CHOICES
from locations.nursery import read_nursery

NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True)


def time_zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All places of the IANA database by continent, those of the Americas and Europe first."""
    continents: dict[str, list[tuple[str, str]]] = {"America": [], "Europe": []}
    for name in sorted(available_timezones()):
        continent, _slash, place = name.partition("/")
        if place and continent not in ("Etc", "SystemV", "US", "posix", "right"):
            continents.setdefault(continent, []).append((name, place.replace("_", " ").replace("/", ", ")))
    offered = {name for places in continents.values() for name, _place in places}
    others = sorted({"UTC", settings.TIME_ZONE, read_nursery()["time_zone"]} - offered - {""})
    return [*continents.items(), ("UTC", [(name, name) for name in others])]


class NurserySettingsForm(forms.Form):
    """What every page uses."""

    name = forms.CharField(label=_("Name of the nursery"), max_length=120)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of new people and of the catalogue to start with. Everyone can choose their own."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_("Of the times on all pages, and of cameras that record none."),
    )
    currency = forms.ChoiceField(
        label=_("Currency of prices"), choices=[("", _("No prices")), *CURRENCY_CHOICES], required=False
    )
    units = forms.ChoiceField(
        label=_("Units of length"),
        choices=Units.choices,
        help_text=_(
            "Of pots, trays and the scale of the map. Areas and volumes are in square metres and litres, and distances "
            "to a GPS position in metres."
        ),
    )
    blind_recount_percent = forms.IntegerField(
        label=_("Blind recounts, in % of the photos under review"),
        min_value=0,
        max_value=100,
        help_text=_("Reviewers count these photos themselves before they see the count; 0 for none."),
    )
    working_from = forms.IntegerField(
        label=_("Working hours from"), min_value=0, max_value=24, help_text=_("Hour of the day, 0 to 24.")
    )
    working_until = forms.IntegerField(
        label=_("Working hours until"),
        min_value=0,
        max_value=24,
        help_text=_(
            "Hours of the day, 0 to 24, in which no model is trained. Enter the same hour twice to allow training at "
            "any time."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Filled in with what applies now: the nursery's own settings, else those of the machine."""
        known = read_nursery()
        initial = {
            "name": known["name"],
            "language": known["language"] or get_language(),
            "time_zone": known["time_zone"] or settings.TIME_ZONE,
            "currency": known["currency"],
            "units": known["units"],
            "blind_recount_percent": known["blind_recount_percent"],
            "working_from": known["working_from"],
            "working_until": known["working_until"],
        }
        options["initial"] = {**initial, **options.get("initial", {})}
        super().__init__(*args, **{"label_suffix": "", **options})


class SetupForm(NurserySettingsForm):
    """The owner's account and the nursery, in one form. `needs_code` is False after the demo was removed."""

    # Later, in the settings.
    blind_recount_percent = working_from = working_until = None  # type: ignore[assignment]
    field_order = ("code", *NurserySettingsForm.base_fields, "owner", "username", "password", "again")
    code = forms.CharField(
        label=_("Setup code"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("bin/up shows it when it starts; in containers: docker compose logs prepare."),
    )
    owner = forms.CharField(
        label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("You sign in with it."),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=NEW_PASSWORD,
        help_text=_("At least 10 characters; not a common word."),
    )
    again = forms.CharField(label=_("Password again"), strip=False, widget=NEW_PASSWORD)

    def __init__(self, *args: Any, needs_code: bool, **options: Any) -> None:
        """Without the field of the code where it is known already."""
        super().__init__(*args, **options)
        if not needs_code:
            del self.fields["code"]

    def clean_code(self) -> str:
        """The right one."""
        code: str = self.cleaned_data["code"]
        if not is_setup_code(code):
            raise forms.ValidationError(_("This is not the setup code. Copy it from where Demeter was started."))
        return code

    def clean_password(self) -> str:
        """As for every account."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_again(self) -> str:
        """A typing error would lock the owner out."""
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two passwords are not the same."))
        return again
