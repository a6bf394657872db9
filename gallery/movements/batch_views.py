"""A batch: what people say about it, its movements, its label; and what is ready for sale when."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from demeter.common.http import found_or_404
from gallery.common.http import UNPROCESSABLE
from gallery.movements.batches import find_batch, label_words, newest_movements, ready_for_sale, save_description
from gallery.movements.forms import DescribeForm
from locations.labels.pdf import Label, draw_labels
from stock.models import StockBatch, StockCount


@require_safe
@permission_required("stock.view_stockbatch", raise_exception=True)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch."""
    found = _find(batch_id)
    return _show(request, found, DescribeForm(instance=found, label_suffix=""))


@require_POST
@permission_required(("stock.view_stockbatch", "stock.change_stockbatch"), raise_exception=True)
def describe(request: HttpRequest, batch_id: int) -> HttpResponse:
    """State, size, quality, dates and notes."""
    found = _find(batch_id)
    form = DescribeForm(request.POST, instance=found, label_suffix="")
    if not form.is_valid():
        return _show(request, _find(batch_id), form)
    save_description(found, form.cleaned_data)
    messages.success(request, _("The description was saved."))
    return redirect("batch", batch_id=batch_id)


@require_safe
@permission_required("stock.view_stockbatch", raise_exception=True)
def label(request: HttpRequest, batch_id: int) -> HttpResponse:
    """A label to print. Its QR code is that of the location, so that scanning it, or photographing it with the plants,
    finds the bay."""
    found = _find(batch_id)
    if not found.location.qr_code:
        messages.error(request, _("The location of this batch has no QR code."))
        return redirect("batch", batch_id=batch_id)
    name, place = label_words(found)
    pdf = draw_labels([Label(qr_code=found.location.qr_code, name=name, place=place)], title=found.batch_code)
    disposition = content_disposition_header(as_attachment=False, filename="batch-label.pdf")
    return HttpResponse(pdf, content_type="application/pdf", headers={"Content-Disposition": disposition or ""})


@require_safe
@permission_required("stock.view_stockbatch", raise_exception=True)
def ready(request: HttpRequest) -> HttpResponse:
    """What can be sold now, and what later."""
    return render(request, "gallery/movements/ready.html", {"groups": ready_for_sale(timezone.localdate())})


def _find(batch_id: int) -> StockBatch:
    with found_or_404():
        return find_batch(batch_id)


def _show(request: HttpRequest, found: StockBatch, form: DescribeForm) -> HttpResponse:
    newest = (
        StockCount.objects.in_force()
        .filter(batch=found)
        .select_related("user")
        .order_by("-happened_at", F("document").desc(nulls_last=True))
        .first()
    )
    context = {
        "batch": found,
        "form": form,
        "movements": newest_movements(found),
        "hand_count": newest if newest and newest.document_id else None,
    }
    return render(request, "gallery/movements/batch.html", context, status=UNPROCESSABLE if form.errors else 200)
