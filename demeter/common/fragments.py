"""Fragments and pages share their addresses: this keeps browsers from showing one for the other.

`MIDDLEWARE` names it. Without it the Back button, or a tab that is opened again, finds the last fragment in the
browser's cache and shows it without the page around it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers


def keep_fragments_apart(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Says that answers depend on who asks, page or htmx, and that no fragment is stored."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if "HX-Request" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
