"""`/api/v1/trainings`: trainings of the models on data sets."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.openapi.operations import Moment
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_page
from gallery.common.http import time_text
from gallery.learning.forms import ShadowForm, TrainingForm
from gallery.learning.listing import find_run
from gallery.learning.run_views import SEE_RUNS, TRAIN, start_training
from learning.figures import Comparison, Side
from learning.models import TrainingRun
from learning.runs import cancel_run
from learning.shadow import read_shadow, switch_shadow


class SideJson(TypedDict):
    """Shares of the true number: `bias` is negative if too few are counted. `refused` of the photos, `seconds` each."""

    bias: float
    mean_error: float
    refused: int
    seconds: float


class ComparisonJson(TypedDict):
    """The shipped models (`before`) and the trained ones on the same photos."""

    photos: int
    before: SideJson
    after: SideJson


class JudgedJson(TypedDict):
    """Null for what was not judged."""

    held_out: ComparisonJson | None
    benchmark: ComparisonJson | None


class ShadowJson(TypedDict):
    """Counts beside the live ones. `difference` is their mean, as a share of the live count; errors are those of the
    `judged` photos, whose true number is known."""

    on: bool
    photos: int
    live: int
    counted: int
    difference: float
    seconds: float
    judged: int
    live_error: float
    error: float


class TrainingJson(TypedDict):
    """One training. `state` is `queued`, `running`, `trained`, `failed` or `cancelled`; `stage` is what it does now.
    `seconds` it was at work, `seconds_left` is a guess. `weights` are the SHA-256 of what it made, `judged` what both
    pairs of models counted on the held-out photos of the data set, and on the benchmark that comes with Demeter."""

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
    judged: JudgedJson
    shadow: ShadowJson | None


class TrainingsJson(TypedDict):
    """A page of the trainings, newest first."""

    trainings: list[TrainingJson]
    pagination: PaginationJson


@api_view("GET", permission=SEE_RUNS, query=PagedForm, answers={200: TrainingsJson})
def list_trainings(request: HttpRequest) -> JsonResponse:
    """Every training, newest first."""
    form = checked(PagedForm(request.GET))
    rows, pagination = read_page(TrainingRun.objects.select_related("requested_by", "trained"), form)
    answer: TrainingsJson = {"trainings": [_training_json(row) for row in rows], "pagination": pagination}
    return JsonResponse(answer)


@api_view("POST", permission=TRAIN, body=TrainingForm, answers={201: TrainingJson}, errors=(404, 409))
def start_one_training(request: HttpRequest) -> JsonResponse:
    """Train both models on a version of a data set. One training runs at a time, outside the working hours."""
    form = checked(TrainingForm(read_body(request, TrainingForm)))
    return JsonResponse(_training_json(start_training(form.cleaned_data["data_set_id"], request)), status=201)


@api_view("GET", permission=SEE_RUNS, answers={200: TrainingJson}, errors=(404,))
def read_training(_request: HttpRequest, run_id: int) -> JsonResponse:
    """One training."""
    return JsonResponse(_training_json(find_run(run_id)))


@api_view("DELETE", permission=TRAIN, answers={200: TrainingJson}, errors=(404, 409))
def cancel_training(request: HttpRequest, run_id: int) -> JsonResponse:
    """Cancel a training that waits or is at work."""
    return JsonResponse(_training_json(cancel_run(run_id, user=signed_in_user(request))))


@api_view("POST", permission=TRAIN, body=ShadowForm, answers={200: TrainingJson}, errors=(404, 409))
def count_in_shadow(request: HttpRequest, run_id: int) -> JsonResponse:
    """Let the models of a training count new photos beside the live ones, or no longer. No stock has their counts."""
    form = checked(ShadowForm(read_body(request, ShadowForm)))
    return JsonResponse(_training_json(switch_shadow(run_id, on=form.cleaned_data["on"])))


trainings = by_method(GET=list_trainings, POST=start_one_training)
training = by_method(GET=read_training, DELETE=cancel_training)


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
        "weights": _weights_json(row),
        "judged": {
            "held_out": _comparison_json(row.compare("held_out")),
            "benchmark": _comparison_json(row.compare("benchmark")),
        },
        "shadow": _shadow_json(row),
    }


def _weights_json(row: TrainingRun) -> dict[str, str]:
    made = row.trained
    return {"detector": made.detector_sha256, "segmenter": made.segmenter_sha256} if made else {}


def _comparison_json(found: Comparison | None) -> ComparisonJson | None:
    if found is None:
        return None
    return {"photos": found.photos, "before": _side_json(found.before), "after": _side_json(found.after)}


def _side_json(side: Side) -> SideJson:
    return {"bias": side.bias, "mean_error": side.error, "refused": side.refused, "seconds": side.seconds}


def _shadow_json(row: TrainingRun) -> ShadowJson | None:
    shadow = read_shadow(row) if row.shadow_since else None
    if shadow is None:
        return None
    return {
        "on": row.in_shadow,
        "photos": shadow.photos,
        "live": shadow.live,
        "counted": shadow.total,
        "difference": shadow.difference,
        "seconds": shadow.seconds,
        "judged": shadow.judged,
        "live_error": shadow.live_error,
        "error": shadow.error,
    }
