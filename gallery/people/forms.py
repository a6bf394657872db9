"""The one form of a person, and the language of one's own account."""

from typing import Any, TypeVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from demeter.accounts.models import User
from demeter.accounts.people import ROLE_NAMES, PersonDetails, role_of, roles_within, suggest_username

PasswordForm = TypeVar("PasswordForm", bound="SetPasswordForm[User]")
PASSWORD_HELP = _("At least 10 characters; not a common word.")
LINK, PASSWORD = "link", "password"
WAYS = [(LINK, _("With a link that you give to this person")), (PASSWORD, _("With a password that you choose now"))]


class PersonForm(forms.Form):
    """Name, role and language of an account; `person` is None for a new one."""

    name = forms.CharField(label=_("Name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        required=False,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("To sign in with. If you leave it empty, it is made from the name."),
    )
    role = forms.ChoiceField(label=_("What may this person do?"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, actor: User, person: User | None = None, **options: Any) -> None:
        """Only the roles that the actor may give."""
        super().__init__(*args, **{"label_suffix": "", **options})
        self.person = person
        allowed = set(roles_within(actor).values_list("name", flat=True))
        role = self.fields["role"]
        if isinstance(role, forms.ChoiceField):
            role.choices = [(code, name) for code, name in ROLE_NAMES.items() if code in allowed]
        if person is not None:
            self.initial = {
                "name": person.get_full_name() or person.username,
                "username": person.username,
                "role": role_of(person),
                "language": person.language or settings.LANGUAGE_CODE,
            }

    def clean_username(self) -> str:
        """A free user name; upper and lower case are the same for people."""
        username: str = self.cleaned_data["username"].strip()
        if not username:
            return self.person.username if self.person else suggest_username(self.cleaned_data.get("name", ""))
        others = User.objects.exclude(pk=self.person.pk) if self.person else User.objects.all()
        if others.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("Another person has this user name. Choose a different one."))
        return username

    @property
    def details(self) -> PersonDetails:
        """Only after the form is valid."""
        data = self.cleaned_data
        return PersonDetails(name=data["name"], username=data["username"], role=data["role"], language=data["language"])


class NewPersonForm(PersonForm):
    """Also how the person signs in for the first time."""

    way = forms.ChoiceField(label=_("First sign-in"), choices=WAYS, initial=LINK, widget=forms.RadioSelect)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=True),
        help_text=_("Only if you choose one now. At least 10 characters; not a common word."),
    )

    def clean(self) -> dict[str, Any]:
        """A password that was typed is never ignored."""
        cleaned: dict[str, Any] = super().clean() or {}
        way, password = cleaned.get("way"), cleaned.get("password")
        if way == PASSWORD and not password:
            self.add_error("password", _("Type a password, or choose the link."))
        elif way == LINK and password:
            self.add_error("way", _("You also typed a password. Choose it, or clear the field."))
        elif password:
            try:
                validate_password(password)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class LanguageForm(forms.Form):
    """The language of one's own pages."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


def with_short_help(form: PasswordForm) -> PasswordForm:
    """Django's form of a new password with our sentence about passwords, and without its jump to the first field."""
    form.fields["new_password1"].help_text = PASSWORD_HELP
    form.fields["new_password2"].help_text = ""
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    return form
