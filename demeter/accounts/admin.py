"""Accounts in the Django admin. A token is shown once, in the message after it was made."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from demeter.accounts.models import ApiToken, User
from demeter.accounts.tokens import issue_token

admin.site.site_header = "Demeter"
admin.site.site_title = "Demeter"
admin.site.index_title = "Set up and look into"
admin.site.register(User, UserAdmin)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin[ApiToken]):
    """Issue and revoke tokens; their values are never shown again."""

    list_display = ("name", "user", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    list_filter = ("revoked_at",)
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)
    fields = ("user", "name", "created_at", "last_used_at", "revoked_at")
    readonly_fields = ("created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: ModelForm, change: bool) -> None:
        """A new row is issued by `issue_token`; a change only renames it."""
        if change:
            super().save_model(request, obj, form, change)
            return
        issued, token = issue_token(user=obj.user, name=obj.name)
        obj.pk, obj.token_sha256 = issued.pk, issued.token_sha256
        obj.created_at = issued.created_at
        messages.warning(request, f"Copy this token now, it is not shown again: {token}")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        """The owner of an issued token does not change."""
        return (*self.readonly_fields, "user") if obj else self.readonly_fields

    @admin.action(description="Revoke selected tokens", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """Revoked tokens stop working at once and stay in the list."""
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        messages.success(request, f"Revoked: {count}")
