"""Accounts in the Django admin. A token is shown once, in the message after it was created."""

import json
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from demeter.accounts.audit_log import AuditEntry, describe_changes, read_changes
from demeter.accounts.audit_log_filters import KindFilter, PeriodFilter, PersonFilter, WhatFilter
from demeter.accounts.authentication import signed_in_user
from demeter.accounts.models import ApiToken, Change, User
from demeter.accounts.people import is_within, roles_within
from demeter.accounts.tokens import find_just_made, make_token
from demeter.common.admin.dates import NAMED_DATES
from demeter.common.admin.editing import OneByOneAdmin
from demeter.common.admin.readonly import ReadOnlyAdmin


@admin.register(User)
class DemeterUserAdmin(OneByOneAdmin[User], UserAdmin[User]):
    """People and their roles. Only a superuser makes superusers and grants single permissions.

    Other administrators cannot give a role, or change an account, with more permissions than their own.
    """

    formfield_overrides = NAMED_DATES
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The fields with which an administrator could gain permissions."""
        return () if request.user.is_superuser else ("is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody may change an account with more permissions than their own."""
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: HttpRequest, obj: User | None) -> bool:
        return obj is None or is_within(signed_in_user(request), obj)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """The roles that may be given."""
        if db_field.name == "groups" and not request.user.is_superuser:
            options["queryset"] = roles_within(signed_in_user(request))
        return super().formfield_for_manytomany(db_field, request, **options)


@admin.register(ApiToken)
class ApiTokenAdmin(OneByOneAdmin[ApiToken]):
    """Issue and revoke tokens; their values are never shown again."""

    list_display = ("name", "user", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Not tokens of a user with more permissions than one's own."""
        return super().has_change_permission(request, obj) and (
            obj is None or is_within(signed_in_user(request), obj.user)
        )

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or is_within(signed_in_user(request), obj.user)
        )

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> type[ModelForm[ApiToken]]:
        """The users offered as owner depend on who creates the token."""
        return super().get_form(request, *args, **{**options, "form": _make_token_form(request)})

    def save_model(self, request: HttpRequest, obj: ApiToken, form: ModelForm[ApiToken], change: bool) -> None:
        """A new row gets its token here, shown once; a change only renames it.

        If a form is submitted twice, only the second answer is seen, so its token is the one that works.
        """
        if not change:
            before = find_just_made(user=obj.user, name=obj.name)
            if before is not None:
                obj.pk, obj.created_at, obj._state.adding = before.pk, before.created_at, False
            token, obj.token_sha256 = make_token()
            messages.warning(request, _("Copy this token now, it is not shown again: %(token)s") % {"token": token})
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """The owner of an issued token does not change."""
        return (*self.readonly_fields, "user") if obj else self.readonly_fields

    @admin.action(description=_("Revoke selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoked tokens stop working at once and stay in the list."""
        working = queryset.filter(revoked_at=None).select_related("user")
        own = [token.pk for token in working if is_within(signed_in_user(request), token.user)]
        count = ApiToken.objects.filter(pk__in=own).update(revoked_at=timezone.now())
        messages.success(request, _("Revoked: %(number)d") % {"number": count})


class _TokenForm(ModelForm[ApiToken]):
    """A new token, for a user with no more permissions than its creator."""

    request: HttpRequest

    def clean_user(self) -> User:
        """The token gives all permissions of its user."""
        user: User = self.cleaned_data["user"]
        if not is_within(signed_in_user(self.request), user):
            raise ValidationError(
                _(
                    "%(user)s has more permissions than you. Choose another user, "
                    "or ask a superuser to create this token."
                ),
                params={"user": user},
            )
        return user


def _make_token_form(request: HttpRequest) -> type[_TokenForm]:
    return type("TokenForm", (_TokenForm,), {"request": request})


class AuditEntryList(ChangeList):
    """A page of changes: their keys, then their differences, then all names at once."""

    def get_results(self, request: HttpRequest) -> None:
        """Attach its audit entry to each row."""
        super().get_results(request)
        self.result_list = read_changes(list(self.result_list.values_list("pgh_slug", flat=True)))
        for change, entry in zip(self.result_list, describe_changes(self.result_list), strict=True):
            change.entry = entry


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """Who changed what and when, in all audited tables; read-only."""

    list_display = ("when", "who", "what", "kind", "subject", "details")
    list_display_links = ("when",)
    list_filter = (PeriodFilter, PersonFilter, KindFilter, WhatFilter)
    search_fields = ("pgh_data", "pgh_obj_id")
    search_help_text = _("A code, a name or a number, in the period on the right")
    ordering = ("-pgh_created_at", "-pgh_id")
    sortable_by = ("when",)
    fields = ("when", "who", "what", "kind", "subject", "details", "url", "values")

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        """Read the names of a page together."""
        return AuditEntryList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Change | None:
        """One change, read from its own table."""
        return next(iter(read_changes([unquote(object_id)])), None)

    @admin.display(description=_("when"), ordering="pgh_created_at")
    def when(self, change: Change) -> datetime:
        """When the change was recorded."""
        return change.pgh_created_at

    @admin.display(description=_("who"))
    def who(self, change: Change) -> str:
        """A person, a command, or else the software itself."""
        return _entry(change).who or "Demeter"

    @admin.display(description=_("what"))
    def what(self, change: Change) -> str:
        """Created, changed, deleted, signed in..."""
        return _entry(change).what

    @admin.display(description=_("table"))
    def kind(self, change: Change) -> str:
        """Which kind of thing."""
        return _entry(change).kind

    @admin.display(description=_("of what"))
    def subject(self, change: Change) -> str:
        """Which of them."""
        return _entry(change).subject

    @admin.display(description=_("details"))
    def details(self, change: Change) -> SafeString:
        """Before and after."""
        return format_html_join("", "<div>{}</div>", ((detail,) for detail in _entry(change).details))

    @admin.display(description=_("all values"))
    def values(self, change: Change) -> str:
        """The raw values: after the change, or before a deletion."""
        return json.dumps(change.pgh_data, ensure_ascii=False)


def _entry(change: Change) -> AuditEntry:
    entry: AuditEntry = getattr(change, "entry", None) or describe_changes([change])[0]
    return entry
