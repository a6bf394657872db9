"""API endpoints: sign-in by bearer token or session, rate limit, permission. Errors are `demeter.common.http`'s."""

import functools
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    PermissionDenied,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from demeter.accounts.models import User
from demeter.accounts.tokens import find_token_user
from demeter.common.exceptions import DomainError
from demeter.common.http import UnauthenticatedError, django_error_json, domain_error_json, error_json
from demeter.common.openapi.operations import Answer, Operation, operations_of, text_of
from demeter.common.throttling import API, UNKNOWN_TOKEN, RateLimit, address_of, check, count, count_failure

Params = ParamSpec("Params")
ApiView = Callable[Concatenate[HttpRequest, Params], HttpResponseBase]


def api_view(
    method: str,
    *,
    permission: str | tuple[str, ...],
    answers: Mapping[int, Answer],
    rate: RateLimit = API,
    **described: Any,
) -> Callable[[ApiView[Params]], ApiView[Params]]:
    """Makes a function an API endpoint: method, sign-in, rate, permissions (`app.codename`), refusals as JSON.

    `answers` and `described` are the `Operation` of the OpenAPI document, whose text is the function's docstring.
    """
    permissions = (permission,) if isinstance(permission, str) else permission

    def decorate(view: ApiView[Params]) -> ApiView[Params]:
        @csrf_exempt  # a token needs no CSRF check; sessions are checked in _authenticate
        @login_not_required
        @functools.wraps(view)
        def endpoint(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
            if request.method != method:
                return _method_not_allowed(method)
            try:
                _authenticate(request, rate)
                if not signed_in_user(request).has_perms(permissions):
                    raise PermissionDenied(_("Your role does not allow this."))
                return view(request, *args, **kwargs)
            except DomainError as error:
                return domain_error_json(error)
            except (PermissionDenied, Http404, SuspiciousOperation, MultiPartParserError) as error:
                return django_error_json(error)

        operation = Operation(method, view.__name__, text_of(view), permissions, answers, **described)
        endpoint.operations = (operation,)  # type: ignore[attr-defined]
        return endpoint

    return decorate


def by_method(**views: ApiView[Params]) -> ApiView[Params]:
    """One address with several methods: an `api_view` for each."""

    @csrf_exempt
    @login_not_required
    def endpoint(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
        view = views.get(request.method or "")
        return _method_not_allowed(*views) if view is None else view(request, *args, **kwargs)

    endpoint.operations = tuple(chain.from_iterable(map(operations_of, views.values())))  # type: ignore[attr-defined]
    return endpoint


def _method_not_allowed(*methods: str) -> HttpResponse:
    allowed = ", ".join(methods)
    response = error_json(code="method_not_allowed", message=_("Use %(methods)s.") % {"methods": allowed}, status=405)
    response["Allow"] = allowed
    return response


def signed_in_user(request: HttpRequest) -> User:
    """The user of a view that requires sign-in; narrows the type."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return user


def _authenticate(request: HttpRequest, rate: RateLimit) -> None:
    """Set `request.user` from a bearer token, or keep the session's user and check CSRF.

    The request counts against the rate limit before its body is read.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    has_token = scheme.lower() == "bearer"
    if has_token:
        request.user = _token_user(request, token.strip())
    if not request.user.is_authenticated:
        raise UnauthenticatedError(_("Sign in, or send the header: Authorization: Bearer <token>"))
    count(request, rate, str(request.user.pk))
    if not has_token:
        _check_csrf(request)


def _token_user(request: HttpRequest, token: str) -> User:
    check(request, UNKNOWN_TOKEN, address_of(request))
    user = find_token_user(token)
    if user is None:
        count_failure(request, UNKNOWN_TOKEN, address_of(request))
        raise UnauthenticatedError(_("The token is unknown or revoked."))
    return user


def _check_csrf(request: HttpRequest) -> None:
    middleware = _CsrfCheck(_no_view)
    middleware.process_request(request)
    reason = middleware.process_view(request, _no_view, (), {})
    if reason:
        raise PermissionDenied(_("Cross-site request refused: %(reason)s") % {"reason": reason})


class _CsrfCheck(CsrfViewMiddleware):
    """Django's CSRF check, returning the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _no_view(_request: HttpRequest) -> HttpResponse:
    """A dummy view for the CSRF check; never called."""
    return HttpResponse()
