"""The JSON face: bearer-token or session sign-in, JSON answers, and one mapping of refusals to status codes."""

import functools
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from demeter.accounts.models import User
from demeter.accounts.tokens import find_token_user
from demeter.refusals import Conflict, Invalid, NotFound, Refusal, TooLarge, Unavailable

Params = ParamSpec("Params")
ApiView = Callable[Concatenate[HttpRequest, Params], HttpResponse]
logger = logging.getLogger(__name__)

STATUS_OF_REFUSAL: Mapping[type[Refusal], int] = {
    Invalid: 400,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Unavailable: 503,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its kind."""
    return next((status for kind, status in STATUS_OF_REFUSAL.items() if isinstance(refusal, kind)), 400)


def error_json(*, code: str, message: str, status: int, **extra: Any) -> JsonResponse:
    """The one shape of every API error: `{"error": {"code", "message", ...}}`."""
    return JsonResponse({"error": {"code": code, "message": message, **extra}}, status=status)


def form_errors(form: BaseForm) -> Invalid:
    """The errors of a form as one refusal, field by field."""
    parts = [f"{name}: {' '.join(errors)}" if name != "__all__" else " ".join(errors) for name, errors in
             ((name, [str(e) for e in errors]) for name, errors in form.errors.items())]
    return Invalid(" ".join(parts))


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object in the body, or the form fields when the body is a form.

    Raises:
        Invalid: the body is not a JSON object.
    """
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Invalid(f"The body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.")
    return body


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, answering with the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _authenticate(request: HttpRequest) -> JsonResponse | None:
    """Sets `request.user` from a bearer token or leaves the session's; the answer when neither will do."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        user = find_token_user(token.strip())
        if user is None:
            return error_json(code="unauthenticated", message="The token is unknown or revoked.", status=401)
        request.user = user
        return None
    if not request.user.is_authenticated:
        return error_json(
            code="unauthenticated", message="Sign in, or send the header: Authorization: Bearer <token>", status=401
        )
    check = _CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    reason = check.process_view(request, lambda: None, (), {})
    if reason:
        return error_json(code="csrf", message=f"Cross-site request refused: {reason}", status=403)
    return None


def api_view(
    *methods: str, permission: str
) -> Callable[[Callable[Params, HttpResponse]], Callable[Params, HttpResponse]]:
    """Makes a function an API endpoint: methods, sign-in, permission (`app.codename`), refusals as JSON."""

    def decorate(view: Callable[Params, HttpResponse]) -> Callable[Params, HttpResponse]:
        @csrf_exempt  # a token needs no CSRF check; a session gets it in _authenticate
        @login_not_required
        @functools.wraps(view)
        def endpoint(*args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            request = args[0]
            assert isinstance(request, HttpRequest)
            if request.method not in methods:
                response = error_json(code="method_not_allowed", message=f"Use {', '.join(methods)}.", status=405)
                response["Allow"] = ", ".join(methods)
                return response
            refused = _authenticate(request)
            if refused is not None:
                return refused
            if not signed_in_user(request).has_perm(permission):
                return error_json(code="forbidden", message="Your role does not allow this.", status=403)
            try:
                return view(*args, **kwargs)
            except Refusal as refusal:
                return error_json(code=refusal.code, message=refusal.message, status=status_of(refusal))
            except Http404:
                return error_json(code="not_found", message="There is no such thing here.", status=404)
            except PermissionDenied:
                return error_json(code="forbidden", message="Your role does not allow this.", status=403)

        return endpoint

    return decorate


def signed_in_user(request: HttpRequest) -> User:
    """The user of a view that requires sign-in; narrows the type."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user
