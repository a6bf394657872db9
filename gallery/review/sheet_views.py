"""The contact sheet: look at many counts at once, untick what looks wrong, sign off the rest."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from demeter.accounts.authentication import signed_in_user
from gallery.review.actions import MAY_REVIEW
from gallery.review.forms import SeenPhotosForm, SheetFilterForm
from gallery.review.queue import COUNTED_UP_TO
from gallery.review.sheet import WIDTH, read_sheet
from processing.review.bulk import SignedOff, sign_off_seen


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MAY_REVIEW, raise_exception=True)
def sheet(request: HttpRequest) -> HttpResponse:
    """The photos of a filter whose counts are surely right; a post signs off the ticked ones."""
    if request.method == "POST":
        return _sign_off(request)
    form = SheetFilterForm(request.GET, label_suffix="")
    context = {"form": form, "filtered": True, "filters": request.GET.urlencode(), "drawing_width": WIDTH}
    if not form.is_valid():
        return render(request, "gallery/review/sheet.html", context, status=400)
    context |= {"filtered": form.narrows, "sheet": read_sheet(form.wanted), "counted_up_to": COUNTED_UP_TO}
    return render(request, "gallery/review/sheet.html", context)


def _sign_off(request: HttpRequest) -> HttpResponse:
    form = SeenPhotosForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain")
    seen = form.cleaned_data["photo"]
    if seen:
        _say(request, sign_off_seen(seen=seen, user=signed_in_user(request)))
    else:
        messages.warning(request, _("No photo was ticked, and nothing was signed off."))
    filters = QueryDict(request.POST.get("filters", "")).urlencode()
    return redirect(f"{reverse('review-sheet')}{'?' if filters else ''}{filters}")


def _say(request: HttpRequest, result: SignedOff) -> None:
    if result.signed:
        words = ngettext("%(number)s count is signed off.", "%(number)s counts are signed off.", result.signed)
        messages.success(request, words % {"number": intcomma(result.signed)})
    for left in result.left_out:
        names = {"filename": left.image.original_filename, "reason": left.reason}
        messages.warning(request, _("Not signed off: %(filename)s. %(reason)s") % names)
