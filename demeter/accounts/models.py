"""The user of the spec's `users` table, hashed bearer tokens for the API, and the audit log."""

from typing import Any, ClassVar

import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from pghistory.models import Events, EventsQuerySet

from demeter.common.audit import audited
from demeter.common.timestamps import Timestamped

SIGNED_IN, SIGNED_OUT, SIGN_IN_FAILED = SIGN_INS = ("signed_in", "signed_out", "sign_in_failed")


# For a password only the fact of a change is recorded, with when and by whom.
@audited(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    pghistory.UpdateEvent("password_changed", condition=pghistory.AnyChange("password")),
    *(pghistory.ManualEvent(label) for label in SIGN_INS),  # type: ignore[no-untyped-call]
    only=("username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser"),
)
class User(AbstractUser):
    """A person who works with Demeter; permissions come from the role groups."""

    language = models.CharField(_("language"), max_length=8, blank=True, choices=settings.LANGUAGES)
    # Django's own, in words that people who are no programmers understand.
    is_staff = models.BooleanField(
        _("uses the admin"),
        default=False,
        help_text=_("May open these pages; what can be changed there is in the role."),
    )
    is_superuser = models.BooleanField(
        _("may do everything"), default=False, help_text=_("Needs no role, and may give every role to others.")
    )

    class Meta(AbstractUser.Meta):
        db_table = "users"


@audited(pghistory.InsertEvent(), pghistory.DeleteEvent(), linked=False)
class UserRole(User.groups.through):  # type: ignore[name-defined,misc]
    """The role of a person: a proxy of Django's own table, so that it can be audited."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")


@audited(pghistory.InsertEvent(), pghistory.DeleteEvent(), linked=False)
class UserPermission(User.user_permissions.through):  # type: ignore[name-defined,misc]
    """A permission of a person in addition to the role."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("permission of a person")
        verbose_name_plural = _("permissions of people")


@audited(without=("token_sha256", "last_used_at"))
class ApiToken(Timestamped):
    """A bearer token; only its SHA-256 is stored, the token itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("user"))
    name = models.CharField(
        _("name"), max_length=100, help_text=_("Where the token is used, for example: phone of the packing hall")
    )
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"


class Change(Events):
    """One event of any audited table (`demeter.common.audit`), with the user and URL that caused it; has no table of
    its own."""

    user = pghistory.ProxyField(
        "pgh_context__user",
        models.ForeignKey(User, on_delete=models.DO_NOTHING, null=True, related_name="+", verbose_name=_("user")),
    )
    url = pghistory.ProxyField("pgh_context__url", models.TextField(_("address"), null=True))

    objects: ClassVar[Any] = EventsQuerySet.as_manager()

    class Meta:
        proxy = True
        default_manager_name = "objects"
        default_permissions = ("view",)
        verbose_name = _("change")
        verbose_name_plural = _("changes: who, what, when")

    def __str__(self) -> str:
        return str(self.pgh_slug)
