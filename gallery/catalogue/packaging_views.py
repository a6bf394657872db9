"""Packagings: list, search, new, edit, archive."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.catalogue.forms import PackagingForm, SearchForm
from gallery.catalogue.inline import lead_back, show_new
from gallery.catalogue.queries import find_packagings, set_active
from gallery.common.forms import PER_PAGE
from gallery.common.http import UNPROCESSABLE, HtmxRequest
from locations.models import Packaging


@require_safe
@permission_required("locations.view_packaging", raise_exception=True)
def packagings(request: HttpRequest) -> HttpResponse:
    """The packagings in use, or the archived ones."""
    form = SearchForm(request.GET, label_suffix="")
    if not form.is_valid():
        return redirect("packagings")
    query, is_archived = form.cleaned_data["q"], form.cleaned_data["archived"]
    found = find_packagings(query, archived=is_archived)
    page = Paginator(found, PER_PAGE).get_page(form.cleaned_data["page"] or 1)
    context = {"page": page, "form": form, "archived": is_archived, "q": query}
    return render(request, "gallery/catalogue/packagings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.add_packaging", raise_exception=True)
def new_packaging(request: HtmxRequest) -> HttpResponse:
    """A packaging, also from inside the form that needs it."""
    form = PackagingForm(request.POST or None)
    if not form.is_valid():
        return show_new(request, form, template="packaging_new", title=_("New packaging"))
    made = form.save()
    if not request.htmx:
        messages.success(request, _("%(name)s is in the catalogue.") % {"name": made.name})
    return lead_back(request, made, field="packaging", fallback="packagings")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.view_packaging", raise_exception=True)
def packaging(request: HttpRequest, packaging_id: int) -> HttpResponse:
    """One packaging; those who may change it do so here."""
    may_change = request.user.has_perm("locations.change_packaging")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    found = get_object_or_404(Packaging, pk=packaging_id)
    name = found.name
    form = PackagingForm(request.POST or None, instance=found)
    if may_change and form.is_valid():
        form.save()
        messages.success(request, _("%(name)s: saved.") % {"name": found.name})
        return redirect("packagings")
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    context = {"packaging": found, "name": name, "form": form, "may_change": may_change}
    return render(request, "gallery/catalogue/packaging.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@permission_required("locations.change_packaging", raise_exception=True)
def archive(request: HttpRequest, packaging_id: int) -> HttpResponse:
    """Offer a packaging no longer, or again."""
    found = get_object_or_404(Packaging, pk=packaging_id)
    set_active(found, request.POST.get("active") == "yes")
    words = _("%(name)s is in use again.") if found.active else _("%(name)s is archived: forms no longer offer it.")
    messages.success(request, words % {"name": found.name})
    return redirect("packagings")
