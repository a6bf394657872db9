"""`/api/v1/trainings`: trainings of the models on data sets."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.openapi.operations import Moment
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_page
from gallery.common.http import time_text
from gallery.learning.forms import TrainingForm
from gallery.learning.listing import find_run
from gallery.learning.run_views import SEE_RUNS, TRAIN, start_training
from learning.models import TrainingRun
from learning.runs import cancel_run


class TrainingJson(TypedDict):
    """One training. `state` is `queued`, `running`, `trained`, `failed` or `cancelled`; `stage` is what it does now.
    `seconds` it was at work, `seconds_left` is a guess. `weights` are the SHA-256 of what it made."""

    training_id: int
    data_set_id: int
    state: str
    stage: str
    percent: int
    seconds: int
    seconds_left: int | None
    asked_at: Moment
    asked_by: str | None
    finished_at: Moment | None
    error: str | None
    weights: dict[str, str]


class TrainingsJson(TypedDict):
    """A page of the trainings, newest first."""

    trainings: list[TrainingJson]
    pagination: PaginationJson


@api_view("GET", permission=SEE_RUNS, query=PagedForm, answers={200: TrainingsJson})
def _list(request: HttpRequest) -> JsonResponse:
    """Every training, newest first."""
    form = checked(PagedForm(request.GET))
    rows, pagination = read_page(TrainingRun.objects.select_related("requested_by"), form)
    answer: TrainingsJson = {"trainings": [_training_json(row) for row in rows], "pagination": pagination}
    return JsonResponse(answer)


@api_view("POST", permission=TRAIN, body=TrainingForm, answers={201: TrainingJson}, errors=(404, 409))
def _start(request: HttpRequest) -> JsonResponse:
    """Train both models on a version of a data set. One training runs at a time, outside the working hours."""
    form = checked(TrainingForm(read_body(request, TrainingForm)))
    return JsonResponse(_training_json(start_training(form.cleaned_data["data_set_id"], request)), status=201)


@api_view("GET", permission=SEE_RUNS, answers={200: TrainingJson}, errors=(404,))
def _read(_request: HttpRequest, run_id: int) -> JsonResponse:
    """One training."""
    return JsonResponse(_training_json(find_run(run_id)))


@api_view("DELETE", permission=TRAIN, answers={200: TrainingJson}, errors=(404, 409))
def _cancel(request: HttpRequest, run_id: int) -> JsonResponse:
    """Cancel a training that waits or is at work."""
    return JsonResponse(_training_json(cancel_run(run_id, user=signed_in_user(request))))


trainings = by_method(GET=_list, POST=_start)
training = by_method(GET=_read, DELETE=_cancel)


def _training_json(row: TrainingRun) -> TrainingJson:
    left = row.seconds_left if row.is_unfinished else None
    return {
        "training_id": row.pk,
        "data_set_id": row.data_set_id,
        "state": row.state,
        "stage": row.stage,
        "percent": row.percent,
        "seconds": round(row.seconds),
        "seconds_left": None if left is None else round(left),
        "asked_at": time_text(row.created_at),
        "asked_by": row.requested_by.username if row.requested_by else None,
        "finished_at": time_text(row.finished_at) if row.finished_at else None,
        "error": row.error.in_english() if row.error else None,
        "weights": row.weights,
    }
