"""`/api/v1/accuracy`, `/api/v1/calibrations`, and the known count of a photo."""

from typing import TypedDict
from uuid import UUID

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import NotFoundError
from demeter.common.openapi.operations import Moment, Uuid
from gallery.accuracy.advice import Advice, advise
from gallery.accuracy.calibration_views import DECIDE, SEE
from gallery.accuracy.forms import AccuracyForm
from gallery.accuracy.kinds import Kind, list_kinds
from gallery.accuracy.measures import Measures
from gallery.accuracy.report import Line, NamedDrift, Section, read_report
from gallery.common.api import YesNoField, checked, read_body
from gallery.common.http import time_text
from photos.models import S3Image
from processing.models.blind_counts import HIGHEST_COUNT
from processing.review.known_counts import record_known_count, withdraw_known_count
from stock.calibration import switch_calibration
from stock.models import Calibration, Validation


class MeasuresJson(TypedDict):
    """What `photos` say, as shares of the true numbers. `bias` is negative if too few were counted; `bias_error` is
    half of its 90 % error bars. `covered` of `with_interval` true numbers lay in the interval that was given before."""

    photos: int
    bias: float
    bias_error: float | None
    mean_error: float
    covered: int
    with_interval: int


class LineJson(TypedDict):
    """One row. `answered` of `asked` photos were given a count that is neither refused nor partial."""

    name: str
    key: str
    answered: int
    asked: int
    measures: MeasuresJson | None


class SectionJson(TypedDict):
    """What one source of truth says."""

    total: MeasuresJson | None
    rows: list[LineJson]


class DriftJson(TypedDict):
    """Photos of one kind whose errors (`before`, `now`: mean shares) changed with the one taken at `since`."""

    kind: str
    since: Moment
    before: float
    now: float


class MissedJson(TypedDict):
    """So many of the last intervals held, which is too few for chance."""

    covered: int
    photos: int


class AlarmsJson(TypedDict):
    """What should be looked at; both are of all validated photos."""

    missed: MissedJson | None
    drifts: list[DriftJson]


class AdviceJson(TypedDict):
    """`interval`: validate so many photos more of a kind; `factor`: enter so many known counts; `recounts`: have photos
    counted blind. `narrower_percent`: how much narrower the interval of the kind would be, if that can be guessed."""

    code: str
    kind: str | None
    photos: int
    narrower_percent: int | None


class AccuracyJson(TypedDict):
    """Validated photos and blind recounts apart."""

    answered: int
    asked: int
    validations: SectionJson
    recounts: SectionJson
    alarms: AlarmsJson
    advice: list[AdviceJson]


class FactorJson(TypedDict):
    """One version of a factor. `verdict`: `used`, or why not: `both_ways`, `no_better`, `too_far`. Errors are mean
    shares of the true number, `error_after` of each photo by what the others say."""

    calibration_id: int
    factor: float
    low: float
    high: float
    photos: int
    error_before: float
    error_after: float
    verdict: str
    off: bool
    used: bool
    made_at: Moment


class KindJson(TypedDict):
    """A product in its packaging and kind of container, and its factor."""

    product: str
    packaging: str | None
    container: str
    models: str
    validated: int
    known: int
    missing: int
    calibration: FactorJson | None


class KindsJson(TypedDict):
    """All kinds, most often counted first."""

    kinds: list[KindJson]


class KnownCountJson(TypedDict):
    """What was counted, and what is true."""

    image_id: Uuid
    counted: int
    plants: int


class WithdrawnJson(TypedDict):
    """Whether there was a known count."""

    withdrawn: bool


class SwitchForm(forms.Form):
    """Whether new counts are multiplied."""

    on = YesNoField(help_text="Whether new counts are multiplied by the factor.")


class PlantsForm(forms.Form):
    """How many plants the photo really shows."""

    plants = forms.IntegerField(min_value=0, max_value=HIGHEST_COUNT, help_text="Hidden plants count too.")


@api_view("GET", permission=SEE, query=AccuracyForm, answers={200: AccuracyJson})
def accuracy(request: HttpRequest) -> JsonResponse:
    """How far the counts are off: bias, mean error, intervals that held, share of photos answered."""
    form = checked(AccuracyForm(request.GET))
    report = read_report(by=form.wanted, months=form.month_number)
    missed = report.missed
    answer: AccuracyJson = {
        "answered": report.answers.answered,
        "asked": report.answers.asked,
        "validations": _section_json(report.validations),
        "recounts": _section_json(report.recounts),
        "alarms": {
            "missed": {"covered": missed.covered, "photos": missed.n} if missed else None,
            "drifts": [_drift_json(named) for named in report.drifts],
        },
        "advice": [_advice_json(advice) for advice in advise(report.kinds, report.judged)],
    }
    return JsonResponse(answer)


@api_view("GET", permission=SEE, answers={200: KindsJson})
def calibrations(_request: HttpRequest) -> JsonResponse:
    """The kinds of photos that are counted, and the factors of their counts."""
    return JsonResponse({"kinds": [_kind_json(kind) for kind in list_kinds()]})


@api_view("POST", permission=DECIDE, body=SwitchForm, answers={200: FactorJson}, errors=(409,))
def use_calibration(request: HttpRequest, calibration_id: int) -> JsonResponse:
    """Let new counts be multiplied by a factor, or no longer. 409 if it has a newer version."""
    form = checked(SwitchForm(read_body(request, SwitchForm)))
    row = switch_calibration(calibration_id=calibration_id, on=form.cleaned_data["on"], user=signed_in_user(request))
    return JsonResponse(factor_json(row))


@api_view("POST", permission=DECIDE, body=PlantsForm, answers={200: KnownCountJson}, errors=(404, 409))
def known_count(request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Say how many plants a photo really shows. Factors and intervals are learned from it; its count stays.

    409 for a count that is refused, partial, or of an earlier version.
    """
    form = checked(PlantsForm(read_body(request, PlantsForm)))
    image, user = _find_image(image_id), signed_in_user(request)
    row = record_known_count(image=image, user=user, plants=form.cleaned_data["plants"])
    return JsonResponse(_known_json(row))


@api_view("POST", permission=DECIDE, answers={200: WithdrawnJson}, errors=(404, 409))
def withdraw_known(_request: HttpRequest, image_id: UUID) -> JsonResponse:
    """Take the known count of a photo back. The body is ignored."""
    return JsonResponse({"withdrawn": withdraw_known_count(image=_find_image(image_id))})


def _find_image(image_id: UUID) -> S3Image:
    image = S3Image.objects.photos().visible().filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(_("There is no such photo; it may have been deleted."))
    return image


def factor_json(row: Calibration) -> FactorJson:
    """One version of a factor."""
    return {
        "calibration_id": row.pk,
        "factor": row.factor,
        "low": row.low,
        "high": row.high,
        "photos": row.photos,
        "error_before": row.error_before,
        "error_after": row.error_after,
        "verdict": row.verdict,
        "off": row.is_off,
        "used": row.is_used,
        "made_at": time_text(row.created_at),
    }


def _kind_json(kind: Kind) -> KindJson:
    return {
        "product": kind.product.sku,
        "packaging": kind.packaging.sku if kind.packaging else None,
        "container": kind.stratum.container,
        "models": kind.stratum.model,
        "validated": kind.validated,
        "known": kind.known,
        "missing": kind.missing,
        "calibration": factor_json(kind.calibration) if kind.calibration else None,
    }


def _known_json(row: Validation) -> KnownCountJson:
    return {"image_id": str(row.image_id), "counted": row.counted, "plants": row.truth}


def _section_json(section: Section) -> SectionJson:
    return {"total": _measures_json(section.total), "rows": [_line_json(line) for line in section.lines]}


def _line_json(line: Line) -> LineJson:
    return {
        "name": line.name,
        "key": line.key,
        "answered": line.answered,
        "asked": line.asked,
        "measures": _measures_json(line.measures),
    }


def _measures_json(found: Measures | None) -> MeasuresJson | None:
    if found is None:
        return None
    return {
        "photos": found.n,
        "bias": round(found.bias, 4),
        "bias_error": None if found.bias_half is None else round(found.bias_half, 4),
        "mean_error": round(found.error, 4),
        "covered": found.covered,
        "with_interval": found.with_interval,
    }


def _drift_json(named: NamedDrift) -> DriftJson:
    drift = named.drift
    return {
        "kind": named.name,
        "since": time_text(drift.since),
        "before": round(drift.before_percent / 100, 4),
        "now": round(drift.since_percent / 100, 4),
    }


def _advice_json(advice: Advice) -> AdviceJson:
    return {
        "code": advice.code,
        "kind": advice.kind.name if advice.kind else None,
        "photos": advice.photos,
        "narrower_percent": advice.narrower,
    }
