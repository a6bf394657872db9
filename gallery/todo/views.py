"""The to-do list: failures and warnings by cause; process all of one cause again, or dismiss them."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import InvalidInputError
from gallery.accuracy.report import find_alarms
from gallery.places.visits import open_visits
from gallery.review.proposed import photos_that_differ, photos_with_proposals
from gallery.review.queue import COUNTED_UP_TO, count_doubtful
from gallery.stock.reconciling import waiting_recounts
from gallery.todo.causes import causes
from locations.models import StorageLocation
from processing.worklist import AT_ONCE, acknowledge_cause, retry_cause


@require_safe
@permission_required("photos.view_s3image", raise_exception=True)
def work(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a person, by cause."""
    count, newest = open_visits()
    recounts_count, recounts = waiting_recounts()
    proposals_count, proposals = photos_with_proposals()
    differing_count, differing = photos_that_differ()
    context = {
        "proposals": proposals,
        "proposals_count": proposals_count,
        "differing": differing,
        "differing_count": differing_count,
        "causes": causes(),
        "open_visits": newest,
        "open_visits_count": count,
        "recounts": recounts,
        "recounts_count": recounts_count,
        "doubtful": count_doubtful(),
        "has_alarms": find_alarms(),
        "counted_up_to": COUNTED_UP_TO,
        "at_once": AT_ONCE,
        "has_places": StorageLocation.objects.exists,  # asked only where nothing waits
    }
    return render(request, "gallery/todo/todo.html", context)


@require_POST
@permission_required(("photos.view_s3image", "processing.add_job"), raise_exception=True)
def retry(request: HttpRequest) -> HttpResponse:
    try:
        restarted = retry_cause(code=request.POST.get("cause", ""), user=signed_in_user(request))
    except InvalidInputError as error:
        raise BadRequest(error.message) from error
    count = len(restarted.started)
    again = ngettext("%(number)d photo: processing again.", "%(number)d photos: processing again.", count)
    messages.success(request, again % {"number": count})
    return redirect("work")


@require_POST
@permission_required(("photos.view_s3image", "processing.change_processingsession"), raise_exception=True)
def acknowledge(request: HttpRequest) -> HttpResponse:
    try:
        count = acknowledge_cause(code=request.POST.get("cause", ""), user=signed_in_user(request))
    except InvalidInputError as error:
        raise BadRequest(error.message) from error
    aside = ngettext(
        "%(number)d photo dismissed. It stays in the gallery.",
        "%(number)d photos dismissed. They stay in the gallery.",
        count,
    )
    messages.success(request, aside % {"number": count})
    return redirect("work")
