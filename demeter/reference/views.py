"""The OpenAPI document, and the page that shows it."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from demeter.accounts.authentication import api_view
from demeter.reference.document import make_document
from demeter.reference.page import group_operations, list_schemas, read_paragraphs

VIEW = "photos.view_s3image"


@api_view("GET", permission=VIEW, answers={200: dict[str, Any]})
def openapi(_request: HttpRequest) -> JsonResponse:
    """This document, as OpenAPI 3.1."""
    return JsonResponse(make_document(), json_dumps_params={"ensure_ascii": False})


@require_safe
@permission_required(VIEW, raise_exception=True)
def reference(request: HttpRequest) -> HttpResponse:
    """The API for people who write programs."""
    document = make_document()
    context = {
        "about": read_paragraphs(document["info"]["description"]),
        "groups": group_operations(document),
        "schemas": list_schemas(document),
    }
    return render(request, "reference/reference.html", context)
