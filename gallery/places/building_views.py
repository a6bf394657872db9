"""The builder: greenhouses, benches in a greenhouse or bays on a bench, by counts and patterns, with a preview, made in
one step that can be undone."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from gallery.common.permissions import SET_UP_PLACES
from gallery.places.building import first_values, preview_plan, read_base, sites
from gallery.places.building_forms import BuildForm, WithinForm
from gallery.places.drawing import key_of
from locations.models import PlaceChange
from locations.models.places import Place
from locations.place_changes import make_places, undo_change


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(SET_UP_PLACES, raise_exception=True)
def build(request: HtmxRequest) -> HttpResponse:
    """The form; each change of it brings a new preview, and "make" all places at once."""
    within = WithinForm(request.POST if request.method == "POST" else request.GET)
    if not within.is_valid():
        messages.error(request, " ".join(map(str, within.errors["within"])))
        return HttpResponseClientRedirect(reverse("places-build")) if request.htmx else redirect("places-build")
    place = within.cleaned_data["within"]
    base = read_base(place)
    if request.method != "POST":
        return _show(request, BuildForm(initial={"token": uuid4(), **first_values(place)}, base=base), place)
    form = BuildForm(request.POST, base=base)
    if "make" not in request.POST or not form.is_valid():
        return _show(request, form, place)
    try:
        change, is_new = make_places(
            form.plan,
            warehouse_type=form.cleaned_data.get("warehouse_type", ""),
            token=form.cleaned_data["token"],
            user=signed_in_user(request),
        )
    except ConflictError as error:
        form.add_error(None, error.message)
        return _show(request, form, place)
    if not is_new:
        messages.info(request, _("This form was sent before and made these places. Open it again to make others."))
    return redirect("places-made", token=change.token)


def _show(request: HtmxRequest, form: BuildForm, place: Place | None) -> HttpResponse:
    """The preview alone for htmx, which shows the errors too; else the page."""
    context: dict[str, object] = {"form": form, "preview": None}
    if form.is_bound and (hasattr(form, "plan") or form.is_valid()):
        context["preview"] = preview_plan(form.plan)
    refused = bool(form.errors) and "make" in request.POST
    if request.htmx:
        return render(request, "gallery/places/_build_preview.html", context, status=UNPROCESSABLE if refused else 200)
    context |= {"place": place, "within": key_of(place) if place else "", "sites": sites()}
    return render(request, "gallery/places/build.html", context, status=UNPROCESSABLE if refused else 200)


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
