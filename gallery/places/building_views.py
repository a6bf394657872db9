"""The builder: greenhouses, benches and bays by counts and patterns, with a preview, made in one step that can be
undone."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from gallery.common.permissions import SET_UP_PLACES
from gallery.places.building import next_house_number, preview_plan
from gallery.places.building_forms import BuildForm
from locations.models import PlaceChange
from locations.place_changes import make_places, undo_change


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SET_UP_PLACES, raise_exception=True)
def build(request: HtmxRequest) -> HttpResponse:
    """The form; each change of it brings a new preview, and "make" all places at once."""
    if request.method != "POST":
        form = BuildForm(initial={"token": uuid4(), "first_house": next_house_number()}, label_suffix="")
        return render(request, "gallery/places/build.html", {"form": form})
    form = BuildForm(request.POST, label_suffix="")
    if "make" not in request.POST or not form.is_valid():
        return _show(request, form)
    try:
        change, is_new = make_places(
            form.plan,
            warehouse_type=form.cleaned_data["warehouse_type"],
            token=form.cleaned_data["token"],
            user=signed_in_user(request),
        )
    except ConflictError as error:
        form.add_error(None, error.message)
        return _show(request, form)
    if not is_new:
        messages.info(request, _("This form was sent before and made these places. Open it again to make others."))
    return redirect("places-made", token=change.token)


def _show(request: HtmxRequest, form: BuildForm) -> HttpResponse:
    """The preview alone for htmx, which shows the errors too; else the page."""
    preview = preview_plan(form.plan) if hasattr(form, "plan") or form.is_valid() else None
    template = "gallery/places/_build_preview.html" if request.htmx else "gallery/places/build.html"
    refused = bool(form.errors) and "make" in request.POST
    return render(request, template, {"form": form, "preview": preview}, status=UNPROCESSABLE if refused else 200)


@require_safe
@permission_required(SET_UP_PLACES, raise_exception=True)
def made(request: HttpRequest, token: UUID) -> HttpResponse:
    """What a step made, where to go on, and the way back."""
    change = get_object_or_404(PlaceChange.objects.select_related("made_by"), token=token)
    return render(request, "gallery/places/made.html", {"change": change})


@require_POST
@permission_required(SET_UP_PLACES, raise_exception=True)
def undo(request: HttpRequest, token: UUID) -> HttpResponse:
    """Delete what a step made, unless something depends on it."""
    change = get_object_or_404(PlaceChange, token=token)
    try:
        undo_change(change.pk)
    except ConflictError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Undone: these places no longer exist."))
    return redirect("places-made", token=token)
