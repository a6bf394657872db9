"""Demeter as an app on a phone: its manifest, its service worker, and the page that opens without a network.

That page is the upload form without anything of the nursery or of a person. `static/js/app-worker.js` keeps it, and
nothing else of Demeter's pages; `device.js` tells it which one (release, language, colours). `app-sending.js` sends
while Demeter is closed, where phones allow that.
"""

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from demeter.common.i18n.scripts import words_context
from demeter.common.theme import THEMES
from gallery.upload.forms import UploadForm
from gallery.upload.page import limits
from photos.statuses import UploadSource

SCRIPTS = settings.BASE_DIR / "static" / "js"
WORKER_SCRIPTS = ("kept-photos.js", "app-worker.js", "app-sending.js")
GREEN, PAPER = "#1b5e35", "#f5f6f1"  # as in static/css/tokens.css
DAY_SECONDS = 24 * 3600


def app_context(_request: HttpRequest) -> dict[str, Any]:
    """For every template: the release of the page for times without a network."""
    return {"offline_release": offline_release}


@login_not_required
@require_safe
@cache_control(public=True, max_age=DAY_SECONDS)
def manifest(_request: HttpRequest, language: str) -> JsonResponse:
    """What a phone needs to install Demeter."""
    with _in(language):
        described = {
            "id": "/",
            "name": "Demeter",
            "short_name": "Demeter",
            "description": _("Counts the plants of a nursery from photos."),
            "lang": language,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": GREEN,
            "background_color": PAPER,
            "icons": [
                {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
                {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
                {"src": static("img/logo.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        }
    return JsonResponse(described, content_type="application/manifest+json")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker, at the root, because it serves all pages below its address."""
    script = b"".join((SCRIPTS / name).read_bytes() for name in WORKER_SCRIPTS)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
@cache_control(no_store=True)
def offline(_request: HttpRequest, release: str, language: str, theme: str) -> HttpResponse:  # noqa: ARG001 - see below
    """The page for times without a network, the same for everyone; any release gets the current one."""
    if theme not in THEMES:
        raise Http404
    with _in(language):
        return HttpResponse(_render_offline(language, theme))


@cache
def offline_release() -> str:
    """A hash of that page in all languages: of its words, styles and scripts."""
    pages = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pages.append(_render_offline(language, THEMES[0]))
    return hashlib.sha256("".join(pages).encode()).hexdigest()[:12]


def _render_offline(language: str, theme: str) -> str:
    """Without a request, so that nothing of a person can be in it; the scripts read the CSRF cookie."""
    form = UploadForm()
    attributes = form.fields["storage_location"].widget.attrs
    for name in [name for name in attributes if name.startswith("hx-")]:
        del attributes[name]  # the list of locations needs the network
    context = {
        "LANGUAGE_CODE": language,
        "theme": theme,
        "form": form,
        "source": UploadSource.WEB,
        "offline_release": "",
        **limits(),
        **words_context(HttpRequest()),
    }
    return render_to_string("gallery/upload/offline.html", context)


def _in(language: str) -> translation.override:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return translation.override(language)
