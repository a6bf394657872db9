"""JSON bodies, JSON errors, and the mapping of errors to status codes."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views import defaults

from demeter.common.exceptions import (
    ConflictError,
    DiskFullError,
    DomainError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
    TooManyRequestsError,
    UnavailableError,
)

RETRY_AFTER_SECONDS = 10


class UnauthenticatedError(DomainError):
    """Nobody is signed in, or the token is invalid."""

    code = "unauthenticated"


STATUS_OF_ERROR: Mapping[type[DomainError], int] = {
    InvalidInputError: 400,
    UnauthenticatedError: 401,
    NotFoundError: 404,
    ConflictError: 409,
    TooLargeError: 413,
    TooManyRequestsError: 429,
    UnavailableError: 503,
    DiskFullError: 507,
}


def error_json(*, code: str, message: str, status: int, **extra: Any) -> JsonResponse:
    """The one shape of every API error: `{"error": {"code", "message", ...}}`."""
    return JsonResponse({"error": {"code": code, "message": message, **extra}}, status=status)


@contextmanager
def found_or_404() -> Iterator[None]:
    """For views of pages: turn NotFoundError into Django's 404 page with the message."""
    try:
        yield
    except NotFoundError as error:
        raise Http404(error.message) from error


def is_api(request: HttpRequest) -> bool:
    """Whether the answer is for a program, also at an address that does not exist."""
    return request.path.startswith("/api/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere (`handler404`)."""
    if is_api(request):
        return django_error_json(Http404())
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a bad request (`handler400`); a full disk has its own page, which says what to do."""
    if is_api(request):
        return domain_error_json(exception) if isinstance(exception, DomainError) else django_error_json(exception)
    if isinstance(exception, DiskFullError):
        return render(request, "507.html", {"message": exception.message}, status=status_of(exception))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an internal error (`handler500`). An unavailable database is an outage that ends by itself: 503."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return _internal_error_json() if is_api(request) else defaults.server_error(request)
    if is_api(request):
        message = _("The database cannot be reached at the moment. Try again in a minute.")
        response: HttpResponse = error_json(code="unavailable", message=message, status=503)
    else:
        response = HttpResponse(get_template("500.html").render(), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _internal_error_json() -> HttpResponse:
    message = _("Something went wrong on our side. It has been recorded in the log.")
    return error_json(code="internal_error", message=message, status=500)


def status_of(error: DomainError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind)), 400)


def form_errors(form: BaseForm) -> InvalidInputError:
    """The errors of a form as one error, field by field."""
    texts = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
    return InvalidInputError(" ".join(text if name == "__all__" else f"{name}: {text}" for name, text in texts.items()))


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, or the form fields when the body is a form, which a PATCH cannot have.

    Raises:
        InvalidInputError: the body is not a JSON object.
    """
    if request.content_type != "application/json":
        if request.method == "PATCH":
            raise InvalidInputError(_("Send the body as JSON, with the header Content-Type: application/json."))
        return request.POST.dict()
    try:
        body = json.loads(request.body or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # half an emoji is valid JSON, but cannot be stored as text
    except RecursionError as error:
        raise InvalidInputError(_("The body is nested too deeply.")) from error
    except ValueError as error:
        raise InvalidInputError(_("The body is not valid JSON: %(error)s") % {"error": error}) from error
    if not isinstance(body, dict):
        raise InvalidInputError(_("The body must be a JSON object."))
    return body


def domain_error_json(error: DomainError) -> JsonResponse:
    """An error in the shape of every API error."""
    response = error_json(code=error.code, message=error.message, status=status_of(error))
    if isinstance(error, UnauthenticatedError):
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyRequestsError):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


def django_error_json(error: Exception) -> JsonResponse:
    """Django's own errors; its messages for developers are not shown."""
    match error:
        case PermissionDenied():
            return error_json(code="forbidden", message=str(error) or _("Your role does not allow this."), status=403)
        case Http404():
            return error_json(code="not_found", message=_("Not found."), status=404)
        case RequestDataTooBig() | TooManyFilesSent() | TooManyFieldsSent():
            return error_json(
                code="too_large", message=_("The request has too many files, fields or bytes."), status=413
            )
        case _:
            return error_json(code="invalid", message=_("The request cannot be read."), status=400)
