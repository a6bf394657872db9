"""Translations for scripts, at a URL that changes with them, so that browsers can cache it.

Pages are translated by Django: by the cookie of its own view `set_language`, else by the browser's preference.
docs/architecture.md says where the catalogues are and how numbers and dates follow the language.
"""

import hashlib

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

KEPT_SECONDS = 365 * 24 * 3600
# Ours only: without a package Django would search those of all apps, including the admin's.
words_of_scripts = JavaScriptCatalog.as_view(packages=["gallery"])


def read_version() -> str:
    """A hash of the scripts' catalogues."""
    catalogues = sorted(path for folder in settings.LOCALE_PATHS for path in folder.glob("*/LC_MESSAGES/djangojs.mo"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in catalogues)).hexdigest()[:12]


VERSION = read_version()


def words_context(_request: HttpRequest) -> dict[str, str]:
    """For every template: the version of the scripts' translations."""
    return {"words_version": VERSION}


@login_not_required
@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS, immutable=True)
def script_words(request: HttpRequest, version: str, language: str) -> HttpResponseBase:  # noqa: ARG001 - see below
    """The translations for `gettext` and `ngettext` in scripts, the same for everyone; any version gets the current
    ones."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return words_of_scripts(request)
