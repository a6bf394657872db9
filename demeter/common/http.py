"""The JSON face: bearer-token or session sign-in, JSON answers, and one mapping of refusals to status codes."""

import functools
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from demeter.accounts.models import User
from demeter.accounts.tokens import find_token_user
from demeter.common.exceptions import Conflict, Invalid, NoRoom, NotFound, Refusal, TooLarge, TooMany, Unavailable
from demeter.common.throttling import API, UNKNOWN_TOKEN, Rate, address_of, check, count, note

Params = ParamSpec("Params")
ApiView = Callable[Concatenate[HttpRequest, Params], HttpResponse]
RETRY_AFTER_SECONDS = 10


class Unauthenticated(Refusal):
    """Nobody is signed in, or the token is not good."""

    code = "unauthenticated"


STATUS_OF_REFUSAL: Mapping[type[Refusal], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    TooMany: 429,
    Unavailable: 503,
    NoRoom: 507,
}


def api_view(*methods: str, permission: str, rate: Rate = API) -> Callable[[ApiView[Params]], ApiView[Params]]:
    """Makes a function an API endpoint: methods, sign-in, rate, permission (`app.codename`), refusals as JSON."""

    def decorate(view: ApiView[Params]) -> ApiView[Params]:
        @csrf_exempt  # a token needs no CSRF check; a session gets it in _authenticate
        @login_not_required
        @functools.wraps(view)
        def endpoint(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            if request.method not in methods:
                response = error_json(
                    code="method_not_allowed",
                    message=_("Use %(methods)s.") % {"methods": ", ".join(methods)},
                    status=405,
                )
                response["Allow"] = ", ".join(methods)
                return response
            try:
                _authenticate(request, rate)
                if not signed_in_user(request).has_perm(permission):
                    raise PermissionDenied(_("Your role does not allow this."))
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                return _refusal_json(refusal)
            except (PermissionDenied, Http404, SuspiciousOperation, MultiPartParserError) as error:
                return _django_error_json(error)

        return endpoint

    return decorate


def error_json(*, code: str, message: str, status: int, **extra: Any) -> JsonResponse:
    """The one shape of every API error: `{"error": {"code", "message", ...}}`."""
    return JsonResponse({"error": {"code": code, "message": message, **extra}}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of a request that Django gave up on (`handler400`); a full disk has one that says what to do."""
    if isinstance(exception, NoRoom):
        return render(request, "507.html", {"message": exception.message}, status=status_of(exception))
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """What is answered to an error of ours (`handler500`). The database away is an outage that ends by itself: 503."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return defaults.server_error(request)
    if request.path.startswith("/api/"):
        message = _("The database cannot be reached now. Try again in a minute.")
        response: HttpResponse = error_json(code="unavailable", message=message, status=503)
    else:
        response = HttpResponse(get_template("500.html").render(), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its kind."""
    return next((status for kind, status in STATUS_OF_REFUSAL.items() if isinstance(refusal, kind)), 400)


def form_errors(form: BaseForm) -> Invalid:
    """The errors of a form as one refusal, field by field."""
    texts = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
    return Invalid(" ".join(text if name == "__all__" else f"{name}: {text}" for name, text in texts.items()))


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, or the form fields when the body is a form.

    Raises:
        Invalid: the body is not a JSON object.
    """
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = json.loads(request.body or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # half an emoji is valid JSON, but no text that can be kept
    except RecursionError as error:
        raise Invalid(_("The body is nested too deeply.")) from error
    except ValueError as error:
        raise Invalid(_("The body is not valid JSON: %(error)s") % {"error": error}) from error
    if not isinstance(body, dict):
        raise Invalid(_("The body must be a JSON object."))
    return body


def signed_in_user(request: HttpRequest) -> User:
    """The user of a view that requires sign-in; narrows the type."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def _authenticate(request: HttpRequest, rate: Rate) -> None:
    """Sets `request.user` from a bearer token or leaves the session's, whose request must pass the CSRF check.

    The request counts before its body is read.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    has_token = scheme.lower() == "bearer"
    if has_token:
        request.user = _token_user(request, token.strip())
    if not request.user.is_authenticated:
        raise Unauthenticated(_("Sign in, or send the header: Authorization: Bearer <token>"))
    count(request, rate, str(request.user.pk))
    if not has_token:
        _check_csrf(request)


def _token_user(request: HttpRequest, token: str) -> User:
    check(request, UNKNOWN_TOKEN, address_of(request))
    user = find_token_user(token)
    if user is None:
        note(request, UNKNOWN_TOKEN, address_of(request))
        raise Unauthenticated(_("The token is unknown or revoked."))
    return user


def _check_csrf(request: HttpRequest) -> None:
    middleware = _CsrfCheck(_no_view)
    middleware.process_request(request)
    reason = middleware.process_view(request, _no_view, (), {})
    if reason:
        raise PermissionDenied(_("Cross-site request refused: %(reason)s") % {"reason": reason})


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, answering with the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _no_view(_request: HttpRequest) -> HttpResponse:
    """Stands where the CSRF check wants a view; never called."""
    return HttpResponse()


def _refusal_json(refusal: Refusal) -> JsonResponse:
    response = error_json(code=refusal.code, message=refusal.message, status=status_of(refusal))
    if isinstance(refusal, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _django_error_json(error: Exception) -> JsonResponse:
    """Django's own refusals; its texts for developers are not shown."""
    match error:
        case PermissionDenied():
            return error_json(code="forbidden", message=str(error) or _("Your role does not allow this."), status=403)
        case Http404():
            return error_json(code="not_found", message=_("There is no such thing here."), status=404)
        case RequestDataTooBig() | TooManyFilesSent() | TooManyFieldsSent():
            return error_json(
                code="too_large", message=_("The request has too many files, fields or bytes."), status=413
            )
        case _:
            return error_json(code="invalid", message=_("The request cannot be read."), status=400)
