"""Evidence packs on the pages: downloads from a photo and from a signed stocktake, and the record of those made."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from demeter.common.exceptions import DomainError, NotFoundError
from demeter.common.http import found_or_404
from gallery.evidence.downloads import order_of, send
from gallery.evidence.forms import FingerprintForm, PackForm
from gallery.evidence.making import pack_of_count, pack_of_stocktake
from gallery.evidence.queries import find_pack, find_stocktake
from gallery.photo.detail import find_photo

COUNT = ("photos.view_s3image", "stock.view_stockbatch")
STOCKTAKE = (*COUNT, "stock.view_stocktake", "locations.view_storagelocation")


@require_POST
@permission_required(COUNT, raise_exception=True)
def count_pack(request: HttpRequest, image_id: UUID) -> StreamingHttpResponse | HttpResponse:
    """The evidence pack of a photo's count."""
    with found_or_404():
        image = find_photo(image_id)
    form = PackForm(request.POST)
    try:
        if form.is_valid():
            return send(pack_of_count(image, order_of(request, form)), name=str(image.pk))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("photo", image_id=image_id)


@require_POST
@permission_required(STOCKTAKE, raise_exception=True)
def stocktake_pack(request: HttpRequest, number: int) -> StreamingHttpResponse | HttpResponse:
    """The evidence pack of a signed stocktake."""
    with found_or_404():
        stocktake = find_stocktake(number)
    form = PackForm(request.POST)
    try:
        if form.is_valid():
            return send(pack_of_stocktake(stocktake, order_of(request, form)), name=stocktake.number)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("stocktake", number=number)


@require_safe
@permission_required("processing.view_evidencepack", raise_exception=True)
def evidence(request: HttpRequest) -> HttpResponse:
    """Whether a pack with a fingerprint was made here, by whom and when."""
    form = FingerprintForm(request.GET if "fingerprint" in request.GET else None, label_suffix="")
    context: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        try:
            context["found"] = find_pack(form.cleaned_data["fingerprint"])
        except NotFoundError as error:
            context["refusal"] = error.message
    status = 200 if not form.is_bound or "found" in context else 404 if form.is_valid() else 422
    return render(request, "gallery/evidence/evidence.html", context, status=status)
