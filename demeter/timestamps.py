"""The two columns that every table has."""

from django.db import models


class Timestamped(models.Model):
    """Abstract: when a row was written first and last (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
