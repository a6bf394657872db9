"""API endpoints: sign-in by bearer token or session, rate limit, permission. Errors are `demeter.common.http`'s."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    PermissionDenied,
    SuspiciousOperation,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from demeter.accounts.models import User
from demeter.accounts.tokens import find_token_user
from demeter.common.exceptions import DomainError
from demeter.common.http import UnauthenticatedError, django_error_json, domain_error_json, error_json
from demeter.common.throttling import API, UNKNOWN_TOKEN, RateLimit, address_of, check, count, count_failure

Params = ParamSpec("Params")
ApiView = Callable[Concatenate[HttpRequest, Params], HttpResponse]


def api_view(*methods: str, permission: str, rate: RateLimit = API) -> Callable[[ApiView[Params]], ApiView[Params]]:
    """Makes a function an API endpoint: methods, sign-in, rate, permission (`app.codename`), refusals as JSON."""

    def decorate(view: ApiView[Params]) -> ApiView[Params]:
        @csrf_exempt  # a token needs no CSRF check; sessions are checked in _authenticate
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
            except DomainError as error:
                return domain_error_json(error)
            except (PermissionDenied, Http404, SuspiciousOperation, MultiPartParserError) as error:
                return django_error_json(error)

        return endpoint

    return decorate


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
