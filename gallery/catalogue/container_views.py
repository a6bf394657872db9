"""Trays, crates and loose pots, which a photo shows plants in: list, search, new, edit, archive."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.catalogue.forms import ContainerForm, SearchForm
from gallery.catalogue.queries import find_containers, set_active
from gallery.common.forms import PER_PAGE
from gallery.common.http import UNPROCESSABLE
from locations.models import ContainerType


@require_safe
@permission_required("locations.view_containertype", raise_exception=True)
def containers(request: HttpRequest) -> HttpResponse:
    """Those in use, or the archived ones."""
    form = SearchForm(request.GET, label_suffix="")
    if not form.is_valid():
        return redirect("containers")
    query, is_archived = form.cleaned_data["q"], form.cleaned_data["archived"]
    found = find_containers(query, archived=is_archived)
    page = Paginator(found, PER_PAGE).get_page(form.cleaned_data["page"] or 1)
    context = {"page": page, "form": form, "archived": is_archived, "q": query}
    return render(request, "gallery/catalogue/containers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.add_containertype", raise_exception=True)
def new_container(request: HttpRequest) -> HttpResponse:
    """A kind of tray or crate that the nursery uses."""
    form = ContainerForm(request.POST or None)
    if not form.is_valid():
        context = {"form": form, "may_change": True}
        status = UNPROCESSABLE if form.is_bound else 200
        return render(request, "gallery/catalogue/container.html", context, status=status)
    made = form.save()
    messages.success(request, _("%(name)s is in the catalogue.") % {"name": made.name})
    return redirect("containers")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("locations.view_containertype", raise_exception=True)
def container(request: HttpRequest, container_id: int) -> HttpResponse:
    """One of them; those who may change it do so here."""
    may_change = request.user.has_perm("locations.change_containertype")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    found = get_object_or_404(ContainerType, pk=container_id)
    name = found.name
    form = ContainerForm(request.POST or None, instance=found)
    if may_change and form.is_valid():
        form.save()
        messages.success(request, _("%(name)s: saved.") % {"name": found.name})
        return redirect("containers")
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    context = {"container": found, "name": name, "form": form, "may_change": may_change}
    return render(request, "gallery/catalogue/container.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_POST
@permission_required("locations.change_containertype", raise_exception=True)
def archive(request: HttpRequest, container_id: int) -> HttpResponse:
    """Offer it no longer, or again. Its densities stay."""
    found = get_object_or_404(ContainerType, pk=container_id)
    set_active(found, request.POST.get("active") == "yes")
    words = _("%(name)s is in use again.") if found.active else _("%(name)s is archived: forms no longer offer it.")
    messages.success(request, words % {"name": found.name})
    return redirect("containers")
