"""People who work in the nursery: their accounts and roles, and the links with which they sign in without mail.

`gallery.people` and the first run call this. Nobody gives a role, or changes an account, with more permissions than
their own.
"""

import re
import unicodedata
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.encoding import force_bytes
from django.utils.functional import Promise
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN, SUPERVISOR, VIEWER, WORKER
from demeter.common.exceptions import ConflictError

ROLE_NAMES: Mapping[str, Promise] = {
    WORKER: gettext_lazy("Worker"),
    SUPERVISOR: gettext_lazy("Supervisor"),
    ADMIN: gettext_lazy("Administrator"),
    VIEWER: gettext_lazy("Viewer"),
}
ROLE_WORDS: Mapping[str, Promise] = {
    WORKER: gettext_lazy("Uploads photos, says where they were taken, and configures what grows where."),
    SUPERVISOR: gettext_lazy("Also corrects and signs off counts, deletes photos, and keeps the catalogue."),
    ADMIN: gettext_lazy("May do everything: places, people, settings of the nursery."),
    VIEWER: gettext_lazy("Sees photos, counts and stock, and changes nothing."),
}
USERNAME_LENGTH = 30


@dataclass(frozen=True, kw_only=True)
class PersonDetails:
    """What the form of a person says."""

    name: str
    username: str
    role: str
    language: str


def is_within(actor: User, user: User) -> bool:
    """Whether a user has no permission that the actor lacks. An inactive user is treated as active."""
    if actor.is_superuser:
        return True
    active = copy(user)
    active.is_active = True
    return not user.is_superuser and active.get_all_permissions() <= actor.get_all_permissions()


def roles_within(actor: User) -> QuerySet[Group]:
    """The roles that the actor may give."""
    if actor.is_superuser:
        return Group.objects.all()
    own = Permission.objects.filter(Q(group__user=actor) | Q(user=actor))
    return Group.objects.exclude(permissions__in=Permission.objects.exclude(pk__in=own.values("pk")))


def role_of(user: User) -> str:
    """The name of the role group; empty without one."""
    return next((group.name for group in user.groups.all() if group.name in ROLE_NAMES), "")


def suggest_username(name: str) -> str:
    """A free user name made from a person's name: "José Núñez" becomes jose.nunez."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = ".".join(re.findall("[a-z0-9]+", plain))[:USERNAME_LENGTH].strip(".") or "user"
    taken = set(User.objects.filter(username__istartswith=base).values_list("username", flat=True))
    free = (f"{base}{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(username for username in free if username not in {name.lower() for name in taken})


@transaction.atomic
def create_person(details: PersonDetails, *, password: str | None) -> User:
    """A new account. Without a password nobody can sign in to it before a sign-in link was used."""
    user = User(username=details.username)
    user.set_password(password)
    _write(user, details)
    return user


@transaction.atomic
def change_person(user: User, details: PersonDetails, *, actor: User) -> None:
    """Change name, role and language. Nobody changes their own role: the last administrator could lock everyone out.

    Raises ConflictError.
    """
    if user == actor and details.role != role_of(user):
        raise ConflictError(_("You cannot change your own role. Ask another administrator."))
    _write(user, details)


def set_active(user: User, *, is_active: bool, actor: User) -> None:
    """Let somebody in again, or not any more; what they did stays on record. Raises ConflictError."""
    if user == actor:
        raise ConflictError(_("You cannot deactivate your own account."))
    user.is_active = is_active
    user.save(update_fields=["is_active"])


def make_sign_in_path(user: User) -> tuple[str, str]:
    """The two parts of a link with which this person chooses a password: it works once, for three days."""
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def find_by_sign_in_link(uid: str, token: str) -> User | None:
    """The person of a link, if it is still good."""
    try:
        user = User.objects.filter(pk=urlsafe_base64_decode(uid).decode(), is_active=True).first()
    except ValueError:
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


def _write(user: User, details: PersonDetails) -> None:
    user.username, user.language = details.username, details.language
    user.first_name, user.last_name = details.name, ""
    if not user.is_superuser:
        user.is_staff = details.role == ADMIN
    user.save()
    user.groups.set(Group.objects.filter(name=details.role))
