"""Record what happened to the plants of a location, and look at and undo what was recorded.

Everything works without scripts: another line is a button of the form, and a key in the form makes sending it twice
record once.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import F
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demeter.accounts.authentication import signed_in_user
from demeter.common.exceptions import ConflictError, DomainError, NotFoundError
from demeter.common.http import found_or_404
from gallery.common.forms import PageForm
from gallery.common.http import UNPROCESSABLE
from gallery.movements.forms import MOST_LINES, BatchField, DocumentForm, LineForm, LineFormSet
from gallery.movements.kinds import KINDS, Kind, allowed_kinds, find_to_undo, require_kind
from gallery.movements.listing import document_detail, list_documents
from locations.configuration import active_config
from locations.models import StorageLocation
from photos.upload.note_pictures import store_note_picture
from stock.documents import Recorded, find_recorded, record_document, undo_document
from stock.lines import Header
from stock.models import DocumentSource, StockDocument

OFFERED_BAYS = 300


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(("stock.view_stockmovement", "stock.add_stockdocument"), raise_exception=True)
def record(request: HttpRequest, code: str) -> HttpResponse:
    """Choose what happened at a location, then fill in the form of it."""
    location, user = _find_location(code), signed_in_user(request)
    is_sent = request.method == "POST"
    kind = KINDS.get((request.POST if is_sent else request.GET).get("kind", ""))
    if kind is None:
        context = {"location": location, "kinds": allowed_kinds(user)}
        return render(request, "gallery/movements/record.html", context, status=UNPROCESSABLE if is_sent else 200)
    require_kind(user, kind)
    if not is_sent:
        given = {"kind": kind, "location": location}
        form = DocumentForm(initial={"kind": kind.code, "key": uuid4().hex}, label_suffix="")
        return _show_form(request, kind, location, form, LineFormSet(prefix="line", form_kwargs=given))
    return _add_line(request, kind, location) if "add" in request.POST else _send(request, kind, location)


def _send(request: HttpRequest, kind: Kind, location: StorageLocation) -> HttpResponse:
    """Record what the form says, or show it again with what is wrong."""
    form = DocumentForm(request.POST, request.FILES, label_suffix="")
    lines = LineFormSet(request.POST, prefix="line", form_kwargs={"kind": kind, "location": location})
    try:
        known = _find_known(request, form)
        if known is not None:
            return _show_recorded(request, known)
        if form.is_valid() & lines.is_valid():
            recorded = _record(request, kind, form, [line for line in lines if line.has_changed()])
            return _show_recorded(request, recorded.document)
    except DomainError as error:
        form.add_error(None, error.message)
    return _show_form(request, kind, location, form, lines)


def _find_known(request: HttpRequest, form: DocumentForm) -> StockDocument | None:
    """The document that the same form recorded before. Raises ConflictError if it was filled in differently then."""
    if not form.is_valid():
        return None
    key = form.cleaned_data["key"]
    return find_recorded(user=signed_in_user(request), key=key, content=_content(request))


def _content(request: HttpRequest) -> str:
    """What was sent, to compare it with what is sent again."""
    sent = sorted((name, request.POST.getlist(name)) for name in request.POST if name != "csrfmiddlewaretoken")
    return json.dumps([*sent, *sorted(str(file) for name in request.FILES for file in request.FILES.getlist(name))])


def _show_recorded(request: HttpRequest, document: StockDocument) -> HttpResponse:
    """Its page, and a warning where photos cannot tell the plants that came in from those that grow there."""
    messages.success(request, _("Recorded as %(number)s.") % {"number": document.number})
    arrived = document.movements.filter(quantity__gt=0).exclude(batch__product=F("batch__config__product"))
    words = _(
        "%(location)s is configured for %(product)s. Photos count all plants there as that, beyond those recorded as "
        "something else."
    )
    for movement in arrived.select_related("batch__location", "batch__config__product"):
        batch = movement.batch
        messages.warning(request, words % {"location": batch.location.name, "product": batch.config.product})
    return redirect("document", number=document.pk)


def _record(request: HttpRequest, kind: Kind, form: DocumentForm, lines: Sequence[LineForm]) -> Recorded:
    values = form.cleaned_data
    header = Header(
        kind=kind.kind,
        happened_at=values["happened_at"],
        user=signed_in_user(request),
        key=values["key"],
        source=DocumentSource.PAGE,
        note=values["note"],
        picture_key=store_note_picture(values["picture"]) if values["picture"] else "",
        content=_content(request),
    )
    return record_document(header, [line.as_line() for line in lines])


def _add_line(request: HttpRequest, kind: Kind, location: StorageLocation) -> HttpResponse:
    """The form as it was filled in, with one more line, not checked yet."""
    data = request.POST
    form = DocumentForm(initial={name: data.get(name) for name in DocumentForm.base_fields}, label_suffix="")
    count = data.get("line-TOTAL_FORMS", "")[:3]
    numbers = range(min(int(count) if count.isascii() and count.isdecimal() else 1, MOST_LINES - 1))
    filled = [{name: data.get(f"line-{number}-{name}") for name in LineForm.base_fields} for number in numbers]
    lines = LineFormSet(initial=filled, prefix="line", form_kwargs={"kind": kind, "location": location})
    lines.extra = 1
    return _show_form(request, kind, location, form, lines)


def _show_form(
    request: HttpRequest,
    kind: Kind,
    location: StorageLocation,
    form: DocumentForm,
    lines: BaseFormSet[LineForm],
) -> HttpResponse:
    offered = [line.fields["batch"] for line in lines.forms[:1] if "batch" in line.fields]
    nothing_here = any(isinstance(field, BatchField) and not field.queryset for field in offered)
    asks_product = any(line.asks_product for line in lines.forms[:1])
    bays = StorageLocation.objects.active().with_names().filter(storage_area__warehouse=location.storage_area.warehouse)
    context: dict[str, Any] = {
        "location": location,
        "kind": kind,
        "form": form,
        "lines": lines,
        "needs_configuration": asks_product and active_config(location) is None,
        "nothing_here": nothing_here,
        "bays": bays.order_by("sort_key", "code")[:OFFERED_BAYS] if kind.moves else (),
        "may_add": kind.code != "count" and lines.total_form_count() < MOST_LINES,
    }
    return render(request, "gallery/movements/record.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_safe
@permission_required("stock.view_stockmovement", raise_exception=True)
def documents(request: HttpRequest) -> HttpResponse:
    """All documents, or those of a location (`?location=`), newest first."""
    form = PageForm(request.GET)
    code = request.GET.get("location", "").replace("\x00", "")
    location = StorageLocation.objects.with_names().filter(code=code).first() if code else None
    if not form.is_valid() or (code and location is None):
        return redirect("documents")
    page, found = list_documents(page=form.cleaned_data["page"] or 1, location=location)
    return render(request, "gallery/movements/documents.html", {"page": page, "documents": found, "location": location})


@require_safe
@permission_required("stock.view_stockmovement", raise_exception=True)
def document(request: HttpRequest, number: int) -> HttpResponse:
    """One document with its lines, note and picture."""
    with found_or_404():
        detail = document_detail(number)
    context = {"detail": detail, "may_undo": detail.may_be_undone_by(signed_in_user(request))}
    return render(request, "gallery/movements/document.html", context)


@require_POST
@permission_required(("stock.view_stockmovement", "stock.add_stockdocument"), raise_exception=True)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Write the document that reverses this one."""
    user = signed_in_user(request)
    with found_or_404():
        find_to_undo(user, number)
    try:
        undone = undo_document(number=number, user=user, key=uuid4().hex, source=DocumentSource.PAGE)
    except (ConflictError, NotFoundError) as error:
        messages.error(request, error.message)
        return redirect("document", number=number)
    words = _("Undone: %(number)s takes it back.")
    messages.success(request, words % {"number": undone.document.number})
    return redirect("document", number=number)


def _find_location(code: str) -> StorageLocation:
    found = StorageLocation.objects.with_names().filter(code=code).first()
    if found is None:
        raise Http404(_("There is no location with this code."))
    return found
