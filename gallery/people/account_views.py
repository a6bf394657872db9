"""One's own account: language and password; and the first sign-in with a link."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from demeter.accounts.authentication import signed_in_user
from demeter.accounts.people import ROLE_NAMES, find_by_sign_in_link, role_of
from demeter.accounts.views import remember_language
from demeter.common.exceptions import TooManyRequestsError
from demeter.common.throttling import LOGIN_NAME, check, count_failure
from gallery.common.http import UNPROCESSABLE
from gallery.people.forms import LanguageForm, with_short_help


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The language of one's pages, and the form of the password."""
    user = signed_in_user(request)
    form = LanguageForm(request.POST) if request.method == "POST" else _language_form()
    if not form.is_valid():
        return _show(request, form, with_short_help(PasswordChangeForm(user, label_suffix="")))
    user.language = form.cleaned_data["language"]
    user.save(update_fields=["language"])
    with translation.override(user.language):
        messages.success(request, _("Your pages are in this language from now on."))
    response = redirect("account")
    remember_language(response, user)
    return response


@sensitive_post_parameters()
@require_POST
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; other devices are signed out. The old one is guessed no more often than at the sign-in."""
    user = signed_in_user(request)
    form = with_short_help(PasswordChangeForm(user, request.POST, label_suffix=""))
    try:
        check(request, LOGIN_NAME, f"password {user.pk}")
    except TooManyRequestsError as error:
        form = with_short_help(PasswordChangeForm(user, label_suffix=""))
        messages.error(request, error.message)
        return _show(request, _language_form(), form, status=429)
    if not form.is_valid():
        count_failure(request, LOGIN_NAME, f"password {user.pk}")
        return _show(request, _language_form(), form)
    update_session_auth_hash(request, form.save())
    messages.success(request, _("Your password was changed. Other devices are signed out."))
    return redirect("account")


@sensitive_post_parameters()
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Choose a password with a link from an administrator; that signs in and uses the link up."""
    person = find_by_sign_in_link(uid, token)
    if person is None:
        return render(request, "gallery/people/link_over.html", status=410)
    form = with_short_help(SetPasswordForm(person, request.POST or None, label_suffix=""))
    if not form.is_valid():
        status = UNPROCESSABLE if form.is_bound else 200
        with translation.override(person.language or translation.get_language()):
            return render(request, "gallery/people/enter.html", {"form": form, "person": person}, status=status)
    login(request, form.save())
    response = redirect("upload")
    remember_language(response, person)
    return response


def _language_form() -> LanguageForm:
    return LanguageForm(initial={"language": translation.get_language()}, label_suffix="")


def _show(
    request: HttpRequest, language: LanguageForm, password: PasswordChangeForm, status: int | None = None
) -> HttpResponse:
    user = signed_in_user(request)
    context = {"language_form": language, "password_form": password, "role": ROLE_NAMES.get(role_of(user), "")}
    is_wrong = language.errors or password.errors
    return render(
        request, "gallery/people/account.html", context, status=status or (UNPROCESSABLE if is_wrong else 200)
    )
