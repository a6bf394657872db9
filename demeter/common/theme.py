"""Light or dark: what a person chose, kept in a cookie so that pages come in its colours at once; and all components.

Without a choice the browser's preference decides, by the media query on the link to `dark.css`.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

NAMES = {"automatic": _("automatic"), "light": _("light"), "dark": _("dark")}
THEMES = tuple(NAMES)
COOKIE = "theme"
KEPT_SECONDS = 365 * 24 * 3600


def theme_context(request: HttpRequest) -> dict[str, str | Promise]:
    """For every template: the colours of this browser, and those that its switch goes on to, with their names."""
    kept = request.COOKIES.get(COOKIE, "")
    theme = kept if kept in THEMES else THEMES[0]
    following = THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
    names = {"theme_name": NAMES[theme], "next_theme_name": NAMES[following]}
    return {"theme": theme, "next_theme": following, **names}


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to the page."""
    wanted, back = request.POST.get("theme", ""), request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    response = redirect(back if is_ours else "/")
    if wanted in THEMES:
        response.set_cookie(COOKIE, wanted, max_age=KEPT_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Every component in its states, for those who build pages."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "design.html")
