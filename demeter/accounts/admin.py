"""Accounts in the Django admin. A token is shown once, in the message after it was made."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.accounts.models import ApiToken, User
from demeter.accounts.tokens import make_token
from demeter.admin_dates import NAMED_DATES

admin.site.site_header = "Demeter"
admin.site.site_title = "Demeter"
admin.site.index_title = _("Set up and look into")


@admin.register(User)
class DemeterUserAdmin(UserAdmin[User]):
    """People and their roles. Only a superuser makes superusers, grants single permissions or changes a superuser."""

    formfield_overrides = NAMED_DATES
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active", "last_login")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What would let an administrator rise above the role."""
        return () if request.user.is_superuser else ("is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser's password is not for others to set."""
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nor is the account itself for others to delete."""
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def _may_touch(self, request: HttpRequest, obj: User | None) -> bool:
        return request.user.is_superuser or obj is None or not obj.is_superuser


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Issue and revoke tokens; their values are never shown again."""

    list_display = ("name", "user", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: ModelForm[ApiToken], change: bool) -> None:
        """A new row gets its token here, shown once; a change only renames it."""
        if not change:
            token, obj.token_sha256 = make_token()
            messages.warning(request, _("Copy this token now, it is not shown again: %(token)s") % {"token": token})
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """The owner of an issued token does not change."""
        return (*self.readonly_fields, "user") if obj else self.readonly_fields

    @admin.action(description=_("Revoke selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoked tokens stop working at once and stay in the list."""
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, _("Revoked: %(number)d") % {"number": count})
