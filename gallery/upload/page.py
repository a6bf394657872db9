"""What the upload form shows: on its own page, on the walk through the bays (`gallery.stocktakes`), offline."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from demeter.accounts.authentication import signed_in_user
from gallery.common.near_places import likely_places
from gallery.upload.forms import UploadForm
from locations.search import search_locations
from photos.statuses import UploadSource
from photos.upload.checks import MEGABYTE
from photos.upload.location_lookup import FoundPlace

# More would slow the page down; typing finds the others.
OFFERED_LOCATIONS = 50


def form_context(request: HttpRequest, form: UploadForm, found: FoundPlace | None = None) -> dict[str, Any]:
    """What `_upload_form.html` shows."""
    return {
        **place_context(request, form, found),
        **limits(),
        "source": source_of(request),
        "likely_places": likely_places(signed_in_user(request)),
    }


def limits() -> dict[str, int]:
    """What an upload may contain."""
    return {
        "max_files": settings.UPLOAD_MAX_FILES,
        "max_file_bytes": settings.UPLOAD_MAX_FILE_BYTES,
        "max_file_megabytes": settings.UPLOAD_MAX_FILE_BYTES // MEGABYTE,
        "max_total_bytes": settings.UPLOAD_MAX_TOTAL_BYTES,
    }


def place_context(request: HttpRequest, form: UploadForm, found: FoundPlace | None) -> dict[str, Any]:
    """What `_upload_place.html` shows."""
    return {
        "form": form,
        "found": found,
        "locations": search_locations("", limit=OFFERED_LOCATIONS),
        "on_android": "Android" in request.headers.get("User-Agent", ""),
    }


def source_of(request: HttpRequest) -> UploadSource:
    """Phone or desktop; browsers on phones have "Mobi" in common."""
    return UploadSource.MOBILE if "Mobi" in request.headers.get("User-Agent", "") else UploadSource.WEB
