"""The user of the spec's `users` table, and hashed bearer tokens for the API."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from demeter.timestamps import Timestamped


class User(AbstractUser):
    """A person who works with Demeter; what a person may do comes from the role groups."""

    class Meta(AbstractUser.Meta):
        db_table = "users"


class ApiToken(Timestamped):
    """A bearer token; only its SHA-256 is kept, the token itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100, help_text="Where the token is used, for example: phone of the packing hall")
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"
