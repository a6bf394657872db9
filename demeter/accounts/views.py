"""Sign-in: Django's own view with limits on failed attempts. The admin uses it too. And the page of a refusal."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import Group
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from demeter.accounts.models import User
from demeter.accounts.roles import ADMIN
from demeter.common.exceptions import TooManyRequestsError
from demeter.common.throttling import LOGIN_ADDRESS, LOGIN_NAME, RateLimit, address_of, check, count_failure

ASKED_AT_MOST = 5


class LimitedLoginView(LoginView):
    """After too many failures a person must wait some minutes, even with the right password; others are not
    affected."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Where nobody has an account yet, the first run comes first."""
        return super().get(request, *args, **kwargs) if User.objects.exists() else redirect("setup")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in, unless too many attempts failed."""
        try:
            for rate, who in self._limits():
                check(request, rate, who)
        except TooManyRequestsError as error:
            context = self.get_context_data(form=AuthenticationForm(request), too_many=error.message)
            response = self.render_to_response(context, status=429)
            response["Retry-After"] = str(error.retry_after_seconds)
            return response
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Continue in the person's own language."""
        response = super().form_valid(form)
        remember_language(response, form.get_user())
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the failure."""
        for rate, who in self._limits():
            count_failure(self.request, rate, who)
        return super().form_invalid(form)

    def _limits(self) -> tuple[tuple[RateLimit, str], ...]:
        address, name = address_of(self.request), self.request.POST.get("username", "")
        return (LOGIN_NAME, f"{address} {name.casefold()}"), (LOGIN_ADDRESS, address)


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """Redirect the admin's sign-in to the common page; users without access to the admin get a 403."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next", "/admin/"))


def remember_language(response: HttpResponse, user: Any) -> None:
    """Set the cookie of the language switch to the language of an account, if it has one."""
    if isinstance(user, User) and user.language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django names it
    """The page of a refusal (`handler403`); somebody without a role learns whom to ask for one."""
    user = request.user
    context: dict[str, Any] = {}
    if isinstance(user, User) and not user.is_superuser and not user.groups.exists():
        administrators = User.objects.filter(is_active=True, groups__in=Group.objects.filter(name=ADMIN))
        names = [person.get_full_name() or person.username for person in administrators[:ASKED_AT_MOST]]
        context = {"has_no_role": True, "to_ask": ", ".join(names)}
    return render(request, "403.html", context, status=403)
