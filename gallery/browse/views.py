"""The gallery's pages and fragments: the grid, one photo, and the modal that settles a photo's problem."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh, retarget
from django_htmx.middleware import HtmxDetails
from django_stubs_ext import StrOrPromise

from demeter.common.exceptions import NotFound, Refusal
from demeter.common.http import signed_in_user
from gallery.browse.forms import DateForm, PhotosForm, ScrollForm, UnfinishedForm
from gallery.browse.queries import (
    COUNTED_UP_TO,
    cards_of,
    count_photos,
    count_problems,
    find_of_any_status,
    newest_sessions,
    of_status,
    scroll_cards,
)
from gallery.common.badges import badge_of, problem_message
from gallery.photo import fixes
from gallery.photo.detail import PhotoDetail, candidates_of, find_photo, photo_detail
from gallery.photo.export import photo_corrections
from gallery.places.changes import photo_changes
from gallery.review.queue import review_state
from locations.forms import AssignLocationForm, CalibrateForm, ConfigureLocationForm
from locations.search import search_locations
from photos.models import S3Image
from processing.job_list.queries import one_job
from processing.models import Session
from processing.problems import CATALOGUE, Fix, Problem
from processing.review.outcome import config_of

FIX_FORMS: Mapping[Fix, type[forms.Form]] = {
    "choose_location": AssignLocationForm,
    "date": DateForm,
    "configure": ConfigureLocationForm,
    "calibrate": CalibrateForm,
    "reprocess": forms.Form,
    "none": forms.Form,
}
UNPROCESSABLE = 422
TABS: Mapping[str, StrOrPromise] = {
    "counts": _("Counts"),
    "history": _("History"),
    "trace": _("Trace"),
    "file": _("Photo"),
}


class HtmxRequest(HttpRequest):
    """A request that went through django-htmx's middleware."""

    htmx: HtmxDetails


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def gallery(request: HtmxRequest) -> HttpResponse:
    """The grid; whoever scrolls to its end gets the next page of cards alone."""
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
        "facets": _facets(count_problems(of_any_status)) if form.wanted.counts_cheaply else [],
    }
    return render(request, "gallery/browse/gallery.html", context)


def _facets(problems: Mapping[str, int]) -> list[tuple[str, StrOrPromise, int]]:
    """What photos need attention for: status for the address, words, number of photos."""
    named = [(code, CATALOGUE[code].title, count) for code, count in problems.items() if code in CATALOGUE]
    return [("errors", _("Needs attention"), sum(problems.values())), *named] if problems else []


def gallery_address(request: HttpRequest) -> str:
    """Back to the gallery that a form was sent from, with its filters."""
    filters = QueryDict(request.POST.get("filters", "")).urlencode()
    return f"{reverse('gallery')}?{filters}" if filters else reverse("gallery")


def read_image_ids(request: HttpRequest) -> list[UUID]:
    """The photos that a form names. Raises BadRequest when it names none, too many, or something else."""
    form = PhotosForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    image_ids: list[UUID] = form.cleaned_data["image_ids"]
    return image_ids


def name_photos(images: Sequence[S3Image]) -> str:
    """Their file names, for a message."""
    return ", ".join(str(image) for image in images)


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def changes(request: HttpRequest) -> HttpResponse:
    """What has become of the unfinished photos of one page of cards: the finished cards, and the next poll."""
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


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def photo(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """One photo. Its poll gets the progress alone, and the whole photo once the run has ended."""
    try:
        context = tab_context(image_id, request.GET.get("tab", ""))
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal
    detail: PhotoDetail = context["detail"]
    unfinished_run = detail.newest if detail.badge.unfinished else None
    context["job"] = one_job(unfinished_run.job_id) if unfinished_run else None
    if request.user.has_perm("processing.change_session"):
        context |= {"may_review": True, "review": review_state(detail.image, signed_in_user(request))}
    if not request.htmx:
        return render(request, "gallery/photo/photo.html", context)
    if detail.badge.unfinished:
        return render(request, "gallery/photo/_photo_progress.html", context)
    return retarget(render(request, "gallery/photo/_photo.html", context), "#photo")


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def photo_tab(request: HtmxRequest, image_id: UUID, tab: str) -> HttpResponse:
    """One tab of a photo's page, alone; as an address of its own it leads to the page."""
    if not request.htmx:
        return redirect(f"{reverse('photo', kwargs={'image_id': image_id})}?{urlencode({'tab': tab})}")
    try:
        context = tab_context(image_id, tab)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal
    return render(request, "gallery/photo/_details.html", context)


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def problem(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """What is wrong with a photo and the form that settles it: in the modal, or as a page of its own."""
    image, session = _photo_with_session(image_id)
    return _show_problem(request, image, session, form=None)


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def fix(request: HtmxRequest, image_id: UUID) -> HttpResponse:
    """Settle the problem and run the photo again; what is wrong with the input is shown in the same form."""
    image, session = _photo_with_session(image_id)
    user = signed_in_user(request)
    found = badge_of(image, newest_run=session.status if session else None).problem
    if found is None or found.fix == "none":
        settled = gettext("There is nothing to fix on %(filename)s any more.")
        messages.info(request, settled % {"filename": image.original_filename})
        return _back_to_photo(request, image)
    if not fixes.may_fix(user, found):
        raise PermissionDenied
    form = FIX_FORMS[found.fix](request.POST, label_suffix="")
    doubt = None
    if form.is_valid():
        answer = request.POST.get("meant", "")
        doubt = fixes.doubt_about(problem=found, session=session, values=form.cleaned_data, answer=answer)
    if doubt:
        form.add_error(None, doubt.question)
    elif form.is_valid():
        try:
            others = "others" in request.POST
            started = fixes.settle(
                problem=found, image=image, session=session, values=form.cleaned_data, user=user, others=others
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _say_started(image, started))
            return _back_to_photo(request, image)
    return _show_problem(request, image, session, form=form, doubt=doubt)


def _say_started(image: S3Image, started: int) -> str:
    """What runs again, the photo itself and the others that were settled with it."""
    if started == 1:
        return gettext("%(filename)s: processing again.") % {"filename": image.original_filename}
    words = gettext("%(filename)s and %(number)d more: processing again.")
    return words % {"filename": image.original_filename, "number": started - 1}


def tab_context(image_id: UUID, tab: str) -> dict[str, Any]:
    """A photo, and what the tabs of its page need; an unknown tab is the first. Raises NotFound."""
    shown = tab if tab in TABS else next(iter(TABS))
    detail = photo_detail(image_id, with_history=shown == "history")
    corrections = photo_corrections(detail.image) if shown == "trace" else ()
    changes = photo_changes(detail.image) if shown == "trace" else ()
    return {"detail": detail, "tabs": TABS, "tab": shown, "corrections": corrections, "changes": changes}


def _photo_with_session(image_id: UUID) -> tuple[S3Image, Session | None]:
    try:
        image = find_photo(image_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from refusal
    return image, newest_sessions([image.pk]).get(image.pk)


def _back_to_photo(request: HtmxRequest, image: S3Image) -> HttpResponse:
    """With htmx the page under the modal, drawn anew; otherwise the photo's page."""
    return HttpResponseClientRefresh() if request.htmx else redirect("photo", image_id=image.pk)


def _show_problem(
    request: HtmxRequest,
    image: S3Image,
    session: Session | None,
    *,
    form: forms.Form | None,
    doubt: fixes.Doubt | None = None,
) -> HttpResponse:
    """The problem with its form, redrawn with its errors (422) when it was sent."""
    found = badge_of(image, newest_run=session.status if session else None)
    context: dict[str, Any] = {"image": image, "session": session, "badge": found, "doubt": doubt}
    context["problem"] = found.problem
    if found.problem is not None:
        context |= _fix_context(request, found.problem, image, session)
        context["form"] = form or FIX_FORMS[found.problem.fix](
            initial=_initial_values(found.problem, session), label_suffix=""
        )
    template = "gallery/photo/_problem.html" if request.htmx else "gallery/photo/problem.html"
    return render(request, template, context, status=UNPROCESSABLE if form else 200)


def _fix_context(request: HttpRequest, found: Problem, image: S3Image, session: Session | None) -> dict[str, Any]:
    """What the form of a problem offers beside its fields."""
    location = session.storage_location if session else None
    context: dict[str, Any] = {
        "message": problem_message(image),
        "may_fix": fixes.may_fix(signed_in_user(request), found),
        "location": location,
        "waiting": fixes.photos_waiting(image, problem=found, session=session).count(),
    }
    if found.fix == "choose_location":
        text = request.GET.get("q", "").replace("\x00", "")
        offers = {offer.location_id: offer for offer in (*candidates_of(session), *fixes.batch_neighbours(image))}
        context |= {
            "q": text,
            "offers": list(offers.values()),
            "chosen": request.POST.get("storage_location") or request.GET.get("chosen", ""),
            "found": [place for place in search_locations(text) if place.pk not in offers],
        }
    elif session is not None and location is not None:
        context["config"] = config_of(session)
        context["suggested"] = fixes.suggested_config(location) if found.fix == "configure" else None
    return context


def _initial_values(found: Problem, session: Session | None) -> dict[str, Any]:
    """What the form starts with: the likeliest answer, for a person to confirm or change."""
    if session is None or session.storage_location is None:
        return {}
    if found.fix == "calibrate":
        return {"container_type": fixes.suggested_container_type(session)}
    suggestion = fixes.suggested_config(session.storage_location) if found.fix == "configure" else None
    return fixes.config_values(suggestion)
