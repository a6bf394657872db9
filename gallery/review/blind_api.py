"""`/api/v1/photos/{image_id}/blind-counts`: counts by people who had not seen the count, to measure counts by."""

from typing import TypedDict
from uuid import UUID

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.openapi.operations import Moment
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_page
from gallery.common.http import time_text
from gallery.photo.detail import find_photo
from gallery.review.actions import MAY_REVIEW
from gallery.review.forms import BlindForm
from processing.models import BlindCount
from processing.review.blind_counts import record_blind_count


class BlindCountJson(TypedDict):
    """One answer to "How many plants do you see?", and the count at that moment: `detected` and `estimated` with
    corrections, `model_detected` and `model_estimated` as the models had it. `differs`: by more than 10 % of `seen`."""

    blind_count_id: int
    session_id: str
    seen: int
    detected: int
    estimated: int
    model_detected: int
    model_estimated: int
    differs: bool
    counted_by: str
    counted_at: Moment


class BlindCountsJson(TypedDict):
    """A page of answers, in the order in which they were given."""

    blind_counts: list[BlindCountJson]
    pagination: PaginationJson


class BlindCountedJson(TypedDict):
    """The answer that is stored: the person's first one for this count."""

    blind_count: BlindCountJson


@api_view("GET", permission=MAY_REVIEW, query=PagedForm, answers={200: BlindCountsJson}, errors=(404,))
def list_blind_counts(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """All blind counts of a photo."""
    form = checked(PagedForm(request.GET))
    rows, pagination = read_page(find_photo(image_id).blind_counts.select_related("user").order_by("pk"), form)
    return JsonResponse({"blind_counts": [blind_count_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission=MAY_REVIEW, body=BlindForm, answers={200: BlindCountedJson}, errors=(404, 409))
def count_blind(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Store how many plants a person sees who has not seen the count. It changes no count; the first answer stays."""
    image, user = find_photo(image_id), signed_in_user(request)
    form = checked(BlindForm(read_body(request, BlindForm)))
    answer = record_blind_count(image=image, user=user, seen=form.cleaned_data["seen"])
    return JsonResponse({"blind_count": blind_count_json(answer)})


blind_counts = by_method(GET=list_blind_counts, POST=count_blind)


def blind_count_json(answer: BlindCount) -> BlindCountJson:
    return {
        "blind_count_id": answer.pk,
        "session_id": str(answer.session_id),
        "seen": answer.seen,
        "detected": answer.detected,
        "estimated": answer.estimated,
        "model_detected": answer.model_detected,
        "model_estimated": answer.model_estimated,
        "differs": answer.differs,
        "counted_by": answer.user.get_username(),
        "counted_at": time_text(answer.created_at),
    }
