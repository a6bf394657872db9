"""Rate limits on sign-in, uploads and the API, counted in the shared cache by django-ratelimit.

The limits stop password guessing and runaway programs. A worker who sends 100 photos one by one, a page that polls
every two seconds and a gallery full of old thumbnails stay far below them. Signed-in people are counted individually,
since a whole nursery may share one IP address; others are counted by address.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_ratelimit.core import get_usage

from demeter.common.exceptions import TooManyRequestsError


@dataclass(frozen=True)
class RateLimit:
    """At most `limit` requests in `seconds`, in a separate window for each requester."""

    name: str
    limit: int
    seconds: int


API = RateLimit("api", 1200, 60)
UPLOAD = RateLimit("upload", 300, 60)
UNKNOWN_TOKEN = RateLimit("unknown-token", 60, 60)
# Failed sign-ins: for one name from one address, and from one address for any name.
LOGIN_NAME = RateLimit("login-name", 10, 300)
LOGIN_ADDRESS = RateLimit("login-address", 100, 300)

# Wrong codes of the first run, from one address.
SETUP_CODE = RateLimit("setup-code", 10, 300)


def count(request: HttpRequest, rate: RateLimit, who: str) -> None:
    """Count one request of `who`.

    Raises:
        TooManyRequestsError: the limit is exceeded.
    """
    usage = _usage(request, rate, who, increment=True)
    if usage["count"] > rate.limit:
        raise _too_many(usage["time_left"])


def count_failure(request: HttpRequest, rate: RateLimit, who: str) -> None:
    """Count a failure of `who`; after too many, `check` refuses the next attempt."""
    _usage(request, rate, who, increment=True)


def check(request: HttpRequest, rate: RateLimit, who: str) -> None:
    """Check the limit without counting.

    Raises:
        TooManyRequestsError: `who` has used up the limit.
    """
    usage = _usage(request, rate, who, increment=False)
    if usage["count"] >= rate.limit:
        raise _too_many(usage["time_left"])


def address_of(request: HttpRequest) -> str:
    """The IP address of a request. With `HTTPS` there is a proxy in front, and the last address it adds is the
    client's."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return forwarded.rpartition(",")[2].strip() or request.META["REMOTE_ADDR"]


def _usage(request: HttpRequest, rate: RateLimit, who: str, *, increment: bool) -> dict[str, int]:
    """`count` and `time_left` in seconds. Without the cache there are no limits: uploads matter more."""
    usage: dict[str, int] = get_usage(
        request,
        group=rate.name,
        key=lambda _group, _request: who,
        rate=(rate.limit, rate.seconds),
        increment=increment,
    )
    return usage


def _too_many(seconds: int) -> TooManyRequestsError:
    seconds = max(1, seconds)
    if seconds < 90:
        message = ngettext(
            "Too many requests. Try again in %(number)d second.",
            "Too many requests. Try again in %(number)d seconds.",
            seconds,
        ) % {"number": seconds}
    else:
        message = _("Too many requests. Try again in %(number)d minutes.") % {"number": round(seconds / 60)}
    return TooManyRequestsError(message, retry_after_seconds=seconds)
