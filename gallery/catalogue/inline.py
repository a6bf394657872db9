"""New products and packagings from inside the form that needs them: in the modal, or on a page that leads back."""

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from gallery.common.http import UNPROCESSABLE, HtmxRequest


def show_new(request: HtmxRequest, form: forms.BaseForm, *, template: str, title: str) -> HttpResponse:
    """The form, in the modal or as a page; redrawn with its errors when it was sent."""
    context = {"form": form, "title": title, "next": next_address(request)}
    name = f"gallery/catalogue/_{template}.html" if request.htmx else f"gallery/catalogue/{template}.html"
    return render(request, name, context, status=UNPROCESSABLE if form.is_bound else 200)


def lead_back(request: HtmxRequest, row: models.Model, *, field: str, fallback: str) -> HttpResponse:
    """Choose the new row where it was needed: swap the select and close the modal, or go back with it in the query."""
    if request.htmx:
        options = row._meta.model._default_manager.filter(active=True)
        response = render(
            request, "gallery/catalogue/_chosen.html", {"field": field, "options": options, "chosen": row}
        )
        return trigger_client_event(response, "close-modal", {}, after="settle")
    back = next_address(request)
    if not back:
        return redirect(fallback)
    path, _hash, fragment = back.partition("#")
    path, _mark, query = path.partition("?")
    parameters = QueryDict(query, mutable=True)
    parameters[field] = str(row.pk)
    return redirect(f"{path}?{parameters.urlencode()}{'#' + fragment if fragment else ''}")


def next_address(request: HttpRequest) -> str:
    """Where the form was opened, if that is a page of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if is_ours else ""
