"""Shared by the views and the API of all packages."""

from datetime import UTC, datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

UNPROCESSABLE = 422


class HtmxRequest(HttpRequest):
    """A request that went through django-htmx's middleware."""

    htmx: HtmxDetails


def absolute_url(url: str | None, request: HttpRequest) -> str | None:
    """A URL with its host, also for pictures served by Demeter because they may have expired."""
    return request.build_absolute_uri(url) if url else None


def time_text(moment: datetime) -> str:
    """UTC to the second, as in the spec: 2025-10-08T10:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
