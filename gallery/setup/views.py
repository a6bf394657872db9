"""The nursery's own pages: what can be set up, its settings, and the removal of the demo."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from demeter.accounts.first_run import is_first_run
from demeter.common.exceptions import ConflictError, UnavailableError
from gallery.common.http import UNPROCESSABLE
from gallery.common.links import PLACES_PAGE
from gallery.setup import demo
from gallery.setup.first_run_views import MAY_SET_UP
from gallery.setup.forms import NurserySettingsForm
from locations.nursery import write_nursery


@require_safe
@permission_required("locations.add_product", raise_exception=True)
def nursery(request: HttpRequest) -> HttpResponse:
    """Links to everything that is set up: places, labels, catalogue, people, settings."""
    context = {
        "places_page": PLACES_PAGE,
        "has_demo": request.user.has_perm("locations.delete_nursery") and demo.has_demo(),
    }
    return render(request, "gallery/setup/nursery.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.change_nursery", raise_exception=True)
def nursery_settings(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone, currency and units."""
    form = NurserySettingsForm(request.POST or None)
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        return render(request, "gallery/setup/settings.html", {"form": form}, status=status)
    write_nursery(**form.cleaned_data)
    messages.success(request, _("The settings of the nursery were saved."))
    return redirect("nursery")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.delete_nursery", raise_exception=True)
def remove_demo(request: HttpRequest) -> HttpResponse:
    """Ask, remove the demo, and lead on to a nursery of one's own."""
    if not demo.has_demo():
        messages.info(request, _("There is no demo nursery here."))
        return redirect("nursery")
    if request.method != "POST":
        return _ask(request)
    if request.POST.get("sure") != "yes":
        return _ask(request, problem=_("Tick the box first: removing the demo cannot be undone."))
    try:
        removal = demo.remove_demo()
    except (ConflictError, UnavailableError) as error:
        return _ask(request, problem=error.message)
    if removal.photos_left:
        words = ngettext(
            "%(number)d photo of the demo is left. Continue.",
            "%(number)d photos of the demo are left. Continue.",
            removal.photos_left,
        )
        return _ask(request, problem=words % {"number": removal.photos_left})
    return _leave_demo(request, removal)


def _ask(request: HttpRequest, problem: str = "") -> HttpResponse:
    keys = demo.demo_keys()
    context = {
        "problem": problem,
        "photos": demo.demo_photos().count(),
        "places": len(keys.get("locations.StorageLocation", ())),
        "products": len(keys.get("locations.Product", ())),
        "people": len(keys.get("accounts.User", ())),
    }
    return render(request, "gallery/setup/demo.html", context, status=UNPROCESSABLE if problem else 200)


def _leave_demo(request: HttpRequest, removal: demo.Removal) -> HttpResponse:
    """To the first run when no account is left; it knows that this person may set up the nursery."""
    is_empty = is_first_run()
    if is_empty:
        request.session.flush()
        request.session[MAY_SET_UP] = True
    if removal.kept:
        words = ngettext(
            "%(number)d row of the demo was kept, because something of your own needs it.",
            "%(number)d rows of the demo were kept, because something of your own needs them.",
            removal.kept,
        )
        messages.warning(request, words % {"number": removal.kept})
    messages.success(request, _("The demo nursery is removed."))
    return redirect("setup" if is_empty else "nursery")
