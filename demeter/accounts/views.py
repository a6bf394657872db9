"""Sign-in: Django's own view with limits on failed attempts. The admin uses it too."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from demeter.common.exceptions import TooManyRequestsError
from demeter.common.throttling import LOGIN_ADDRESS, LOGIN_NAME, RateLimit, address_of, check, count_failure


class LimitedLoginView(LoginView):
    """After too many failures a person must wait some minutes, even with the right password; others are not
    affected."""

    redirect_authenticated_user = True

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
