"""The gallery's grid and its fragments."""

from collections.abc import Mapping

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from gallery.browse.forms import ScrollForm, UnfinishedForm
from gallery.browse.queries import (
    COUNTED_UP_TO,
    cards_of,
    count_photos,
    count_problems,
    find_of_any_status,
    of_status,
    scroll_cards,
)
from gallery.common.forms import MOST_AT_ONCE
from gallery.common.http import HtmxRequest
from locations.models import StorageLocation
from processing.problems import CATALOGUE


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def gallery(request: HtmxRequest) -> HttpResponse:
    """The grid; scrolling to its end loads the next page of cards alone."""
    form = ScrollForm(request.GET, label_suffix="")
    if not form.is_valid():
        return render(request, "gallery/browse/gallery.html", {"form": form, "filtered": True}, status=400)
    of_any_status = find_of_any_status(form.wanted)
    photos = of_status(of_any_status, form.wanted.status)
    after, before = form.cleaned_data["after"], form.cleaned_data["before"]
    cards = scroll_cards(photos, after=after, before=before, per_page=form.page_size)
    if request.htmx:
        return render(request, "gallery/browse/_cards.html", {"cards": cards})
    context = {
        "form": form,
        "cards": cards,
        "filtered": form.narrows,
        "filters": request.GET.urlencode(),
        "total": count_photos(photos),
        "counted_up_to": COUNTED_UP_TO,
        "most": MOST_AT_ONCE,
        "seen_at": timezone.now(),
        "has_places": StorageLocation.objects.exists,  # asked only where there are no photos
        "facets": _facets(count_problems(of_any_status)) if form.wanted.counts_cheaply else [],
    }
    return render(request, "gallery/browse/gallery.html", context)


def _facets(problems: Mapping[str, int]) -> list[tuple[str, StrOrPromise, int]]:
    """The problems of photos: status for the URL, label, number of photos."""
    named = [(code, CATALOGUE[code].title, count) for code, count in problems.items() if code in CATALOGUE]
    return [("errors", _("Needs attention"), sum(problems.values())), *named] if problems else []


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def changes(request: HttpRequest) -> HttpResponse:
    """The poll for the unfinished photos of a page: the cards that have finished, and the next poll."""
    form = UnfinishedForm(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain")
    cards = cards_of(form.cleaned_data["image_id"])
    context = {
        "first": form.cleaned_data["first"],
        "unfinished_ids": [card.image_id for card in cards if card.badge.unfinished],
        "finished": [card for card in cards if not card.badge.unfinished],
    }
    return render(request, "gallery/browse/_card_poll.html", context)
