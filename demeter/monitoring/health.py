"""`/healthz`: does every part of Demeter work? For `bin/up` and for monitoring.

`/livez`: does this process answer? 200 means that a photo uploaded now will be counted; otherwise it is 503. It is
public, so it shows parts and versions, never addresses or error texts.
"""

from collections.abc import Callable
from typing import Literal, TypedDict

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from demeter.monitoring.heartbeat import BEAT, QUEUES, count_workers
from photos.models import S3Image
from photos.storage import object_store
from processing.runtime.weights import WEIGHT_NAMES, WeightName, WeightsError, read_weights

State = Literal["ok", "unreachable"]


class WeightsJson(TypedDict):
    """One trained model."""

    name: str
    sha256: str
    present: bool


class HealthJson(TypedDict):
    """The whole answer."""

    status: Literal["ok", "degraded"]
    version: str
    services: dict[str, State]
    storage_breaker: str
    workers: dict[str, int]
    weights: list[WeightsJson]
    faulty_originals: int | None


@login_not_required
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """The state of every part; 200 only if all work."""
    health = read_health()
    return JsonResponse(health, status=200 if health["status"] == "ok" else 503)


def livez(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The first middleware answers `/livez` without using anything else: no other part can make a web process look
    unhealthy.

    A view would be too late: for a request with a session cookie, other middleware loads the user.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return HttpResponse("ok\n", content_type="text/plain")
        return get_response(request)

    return answer


def read_health() -> HealthJson:
    """Check every part once: two queries, one round trip to the broker, one request to the storage."""
    workers = count_workers()
    services: dict[str, State] = {
        "database": _state(_database_answers()),
        "broker": _state(workers is not None),
        "storage": _state(object_store.answers()),
    }
    alive = workers or dict.fromkeys((*QUEUES, BEAT), 0)
    weights = [_weights_json(name) for name in WEIGHT_NAMES]
    is_green = (
        all(state == "ok" for state in services.values())
        and all(alive.values())
        and all(weight["present"] for weight in weights)
    )
    return HealthJson(
        status="ok" if is_green else "degraded",
        version=settings.VERSION,
        services=services,
        storage_breaker=object_store.breaker_mode(),
        workers=alive,
        weights=weights,
        faulty_originals=_count_faulty_originals(),
    )


def _state(is_well: bool) -> State:
    return "ok" if is_well else "unreachable"


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _count_faulty_originals() -> int | None:
    """The number of originals that the nightly check found lost or changed; None without a database. A photo uploaded
    now is counted anyway, so this does not affect the status."""
    try:
        return S3Image.objects.faulty().count()
    except DatabaseError:
        return None


def _weights_json(name: WeightName) -> WeightsJson:
    try:
        weight = read_weights(name)
        weight.verify()
    except WeightsError:
        return WeightsJson(name=name, sha256="", present=False)
    return WeightsJson(name=name, sha256=weight.sha256, present=True)
