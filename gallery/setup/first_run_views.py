"""The first run: one page, as long as nobody has an account, for whoever has the setup code."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from demeter.accounts.first_run import is_first_run
from demeter.accounts.views import remember_language
from demeter.common.exceptions import ConflictError, TooManyRequestsError
from demeter.common.throttling import SETUP_CODE, address_of, check, count_failure
from gallery.common.http import UNPROCESSABLE
from gallery.common.links import PLACES_PAGE
from gallery.setup.first_run import set_up
from gallery.setup.forms import SetupForm

# In the session of the person who removed the demo: that person needs no code.
MAY_SET_UP = "may_set_up"


@sensitive_post_parameters()
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the owner's account and the nursery, sign in, and lead on to its places."""
    if not is_first_run():
        return _is_done(request)
    needs_code = not request.session.get(MAY_SET_UP)
    if request.method != "POST":
        return _show(request, SetupForm(needs_code=needs_code, initial={"code": request.GET.get("code", "")}))
    try:
        check(request, SETUP_CODE, address_of(request))
    except TooManyRequestsError as error:
        messages.error(request, error.message)
        response = _show(request, SetupForm(needs_code=needs_code), status=429)
        response["Retry-After"] = str(error.retry_after_seconds)
        return response
    form = SetupForm(request.POST, needs_code=needs_code)
    if not form.is_valid():
        if "code" in form.errors:
            count_failure(request, SETUP_CODE, address_of(request))
        return _show(request, form, status=UNPROCESSABLE)
    try:
        owner = set_up(form.cleaned_data)
    except ConflictError:
        return _is_done(request)
    login(request, owner)
    request.session.pop(MAY_SET_UP, None)
    with translation.override(owner.language):
        messages.success(request, _("Your nursery is set up. Next: its greenhouses, benches and bays."))
    response = redirect(PLACES_PAGE)
    remember_language(response, owner)
    return response


def _is_done(request: HttpRequest) -> HttpResponse:
    """A second answer to the same form leads on too; for everybody else there is no such page."""
    if request.user.is_authenticated:
        raise Http404
    messages.info(request, _("This nursery is set up already. Sign in."))
    return redirect("login")


def _show(request: HttpRequest, form: SetupForm, status: int = 200) -> HttpResponse:
    return render(request, "gallery/setup/setup.html", {"form": form}, status=status)
