"""`/api/v1/photos/problems`: what waits for a person, by cause; process all of one cause again, or dismiss them."""

from typing import TypedDict

from django import forms
from django.http import HttpRequest, JsonResponse

from demeter.accounts.authentication import api_view, signed_in_user
from gallery.common.api import checked, read_body
from gallery.todo.causes import count_by_cause
from processing.problems import CATALOGUE
from processing.worklist import acknowledge_cause, retry_cause

VIEW = "photos.view_s3image"


class CauseJson(TypedDict):
    """A cause, and how many photos wait for it."""

    cause: str
    photos: int


class CausesJson(TypedDict):
    """The causes for which photos wait, most photos first."""

    causes: list[CauseJson]


class HandledJson(TypedDict):
    """How many photos were processed again or dismissed: at most 500, those that have waited longest."""

    photos: int


class CauseForm(forms.Form):
    """A cause."""

    cause = forms.ChoiceField(choices=[(code, code) for code in sorted(CATALOGUE)])


@api_view("GET", permission=VIEW, answers={200: CausesJson})
def problems(_request: HttpRequest) -> JsonResponse:
    """Photos that need attention, by cause."""
    found = [CauseJson(cause=code, photos=photos) for code, photos in count_by_cause().items()]
    return JsonResponse({"causes": found})


@api_view("POST", permission=(VIEW, "processing.add_job"), body=CauseForm, answers={202: HandledJson})
def retry(request: HttpRequest) -> JsonResponse:
    """Process the photos of one cause again, without those that are being processed."""
    restarted = retry_cause(code=_read_cause(request), user=signed_in_user(request))
    return JsonResponse({"photos": len(restarted.started)}, status=202)


@api_view("POST", permission=(VIEW, "processing.change_processingsession"), body=CauseForm, answers={200: HandledJson})
def dismiss(request: HttpRequest) -> JsonResponse:
    """Dismiss the photos of one cause. They keep their problem, stay in the gallery and can still be fixed."""
    return JsonResponse({"photos": acknowledge_cause(code=_read_cause(request), user=signed_in_user(request))})


def _read_cause(request: HttpRequest) -> str:
    cause: str = checked(CauseForm(read_body(request, CauseForm))).cleaned_data["cause"]
    return cause
