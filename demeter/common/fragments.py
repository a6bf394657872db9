"""Fragments and pages share URLs: this keeps browsers from showing one for the other.

Used in `MIDDLEWARE`. Without it the Back button, or a reopened tab, finds the last fragment in the browser's cache and
shows it without its page.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def keep_fragments_apart(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Set `Vary` for htmx requests, and forbid browsers to cache fragments."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if "HX-Request" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
