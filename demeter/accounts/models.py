"""The user of the spec's `users` table, and hashed bearer tokens for the API."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from demeter.timestamps import Timestamped


class User(AbstractUser):
    """A person who works with Demeter; what a person may do comes from the role groups."""

    class Meta(AbstractUser.Meta):
        db_table = "users"


class ApiToken(Timestamped):
    """A bearer token; only its SHA-256 is kept, the token itself is shown once."""

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
