"""Light or dark: a person's choice, in a cookie so that pages have the right colours at once; and all components.

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
    """For every template: the theme of this browser and the next one of the switch, with their names."""
    kept = request.COOKIES.get(COOKIE, "")
    theme = kept if kept in THEMES else THEMES[0]
    following = THEMES[(THEMES.index(theme) + 1) % len(THEMES)]
    names = {"theme_name": NAMES[theme], "next_theme_name": NAMES[following]}
    return {"theme": theme, "next_theme": following, **names}


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Save the choice and return to the page."""
    wanted, back = request.POST.get("theme", ""), request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None, require_https=request.is_secure())
    response = redirect(back if is_ours else "/")
    if wanted in THEMES:
        response.set_cookie(COOKIE, wanted, max_age=KEPT_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Every component in its states, for developers of pages."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "design.html")
