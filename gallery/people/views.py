"""People and their roles, for administrators: list, new, change, deactivate, and a sign-in link for the phone."""

import re

import zxingcpp
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts import people as accounts
from demeter.accounts.authentication import signed_in_user
from demeter.accounts.models import User
from demeter.accounts.roles import WORKER
from demeter.common.exceptions import ConflictError
from gallery.common.http import UNPROCESSABLE
from gallery.people.forms import LINK, NewPersonForm, PersonForm
from locations.nursery import read_nursery


@require_safe
@permission_required("accounts.view_user", raise_exception=True)
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, active ones first."""
    found = User.objects.prefetch_related("groups").order_by("-is_active", "first_name", "username")
    rows = [(person, accounts.ROLE_NAMES.get(accounts.role_of(person), "")) for person in found]
    return render(request, "gallery/people/people.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("accounts.add_user", raise_exception=True)
def new_person(request: HttpRequest) -> HttpResponse:
    """An account for somebody; sent twice, the second one is refused for its user name."""
    actor = signed_in_user(request)
    initial = {"language": read_nursery()["language"] or get_language(), "role": WORKER}
    form = NewPersonForm(request.POST or None, actor=actor, initial=initial)
    if not form.is_valid():
        context = {"form": form, "role_words": accounts.ROLE_WORDS, "person": None}
        return render(request, "gallery/people/person.html", context, status=UNPROCESSABLE if form.is_bound else 200)
    password = form.cleaned_data["password"] or None
    person = accounts.create_person(form.details, password=password)
    messages.success(request, _("%(name)s has an account now.") % {"name": person.first_name})
    return redirect("person-link", person.pk) if form.cleaned_data["way"] == LINK else redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("accounts.change_user", raise_exception=True)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change name, user name, role and language."""
    found, actor = _find(request, person_id), signed_in_user(request)
    form = PersonForm(request.POST or None, actor=actor, person=found)
    if form.is_valid():
        try:
            accounts.change_person(found, form.details, actor=actor)
        except ConflictError as error:
            form.add_error("role", error.message)
        else:
            messages.success(request, _("%(name)s: saved.") % {"name": found.first_name})
            return redirect("people")
    context = {"form": form, "role_words": accounts.ROLE_WORDS, "person": found, "is_self": found == actor}
    return render(request, "gallery/people/person.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@permission_required("accounts.change_user", raise_exception=True)
def activate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Deactivate an account, or let the person in again."""
    found, is_active = _find(request, person_id), request.POST.get("active") == "yes"
    try:
        accounts.set_active(found, is_active=is_active, actor=signed_in_user(request))
    except ConflictError as error:
        messages.error(request, error.message)
        return redirect("person", person_id)
    words = _("%(name)s can sign in again.") if is_active else _("%(name)s cannot sign in any more.")
    messages.success(request, words % {"name": found.get_full_name() or found.username})
    return redirect("people")


@require_safe
@never_cache
@permission_required("accounts.change_user", raise_exception=True)
def sign_in_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """A link, also as a QR code for a phone, with which the person chooses a password."""
    found = _find(request, person_id)
    if not found.is_active:
        messages.error(request, _("This account is deactivated. Let the person in again first."))
        return redirect("person", person_id)
    uid, token = accounts.make_sign_in_path(found)
    link = request.build_absolute_uri(reverse("enter", kwargs={"uid": uid, "token": token}))
    return render(request, "gallery/people/link.html", {"person": found, "link": link, "picture": draw_qr(link)})


def draw_qr(text: str) -> SafeString:
    """A QR code as inline SVG: black on white in both themes, so that phones read it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    svg: str = code.to_svg()
    scaled = re.sub(r'width="(\d+)" height="(\d+)"', r'viewBox="0 0 \1 \2"', svg[svg.index("<svg") :], count=1)
    return mark_safe(scaled)  # noqa: S308  modules of a code, without the text itself


def _find(request: HttpRequest, person_id: int) -> User:
    found: User = get_object_or_404(User, pk=person_id)
    if not accounts.is_within(signed_in_user(request), found):
        raise PermissionDenied
    return found
