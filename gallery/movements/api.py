"""`/api/v1/stock/movements`: record documents, read them, undo them."""

import json
from typing import Any, TypedDict
from uuid import uuid4

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.exceptions import InvalidInputError
from demeter.common.openapi.operations import Amount, Moment, Url
from gallery.common.api import (
    MOST_ENTRIES,
    MomentField,
    PagedForm,
    PaginationJson,
    checked,
    idempotency_key,
    read_body,
    read_page,
)
from gallery.common.http import time_text
from gallery.movements.kinds import KINDS, RECORD, Kind, find_to_undo, require_kind
from gallery.movements.listing import DocumentDetail, detail_of, document_detail, find_documents
from gallery.movements.rows import FIELDS, RowForm, read_line
from gallery.upload.forms import LocationField
from locations.models import StorageLocation
from stock.documents import Recorded, find_recorded, record_document, undo_document
from stock.lines import Header, Line
from stock.models import DocumentSource

VIEW = "stock.view_stockmovement"


class MovementJson(TypedDict):
    """One movement: `quantity` is negative when plants left the batch. `unit_price` is the price of one plant."""

    movement_id: str
    line: int | None
    batch: str
    location: str
    quantity: int
    reason: str | None
    unit_price: Amount | None


class DocumentJson(TypedDict):
    """What was recorded together. `reverses` is the number of the document that it undoes, `undone_by` of the one that
    undoes it; `counted` is the number of a count by hand."""

    id: int
    number: str
    kind: str
    happened_at: Moment
    recorded_at: Moment
    recorded_by: str
    note: str
    picture_url: Url | None
    reverses: str | None
    undone_by: str | None
    counted: int | None
    movements: list[MovementJson]


class DocumentsJson(TypedDict):
    """A page of documents, newest first."""

    documents: list[DocumentJson]
    pagination: PaginationJson


class MovementsForm(forms.Form):
    """The body, without its lines."""

    kind = forms.ChoiceField(choices=[(code, code) for code in KINDS])
    happened_at = MomentField(required=False, help_text="Left out: now.")
    note = forms.CharField(required=False, max_length=2000)


class DocumentsForm(PagedForm):
    """Which documents."""

    location = LocationField(
        queryset=StorageLocation.objects.with_names(),
        to_field_name="code",
        required=False,
        help_text="The code of a location: only documents that concern it.",
    )


@api_view("GET", permission=VIEW, query=DocumentsForm, answers={200: DocumentsJson})
def list_movements(request: HttpRequest) -> JsonResponse:
    """Documents, newest first: sales, losses, plantings, transplants and counts by hand, with their movements."""
    form = checked(DocumentsForm(request.GET))
    rows, pagination = read_page(find_documents(form.cleaned_data["location"]), form)
    return JsonResponse({"documents": [document_json(detail_of(row)) for row in rows], "pagination": pagination})


@api_view(
    "POST",
    permission=RECORD,
    body=MovementsForm,
    lists={"lines": RowForm},
    answers={201: DocumentJson, 200: DocumentJson},
    errors=(409,),
    keyed=True,
)
def record_movements(request: HttpRequest) -> JsonResponse:
    """Record a document with its lines: 201, or 200 if this key has recorded it before.

    A document has 1 to 100 `lines`. Places, products, packagings, states and reasons are named by their codes. What a
    line leaves out is that of the only batch at the location, or of its configuration. Sales, adjustments and opening
    balances need a supervisor.
    """
    key, body = idempotency_key(request), read_body(request, MovementsForm, "lines")
    user, content = signed_in_user(request), json.dumps(body, sort_keys=True)
    known = find_recorded(user=user, key=key, content=content)
    if known is not None:
        return _answer(Recorded(known, is_new=False))
    form = checked(MovementsForm(body))
    kind = KINDS[form.cleaned_data["kind"]]
    require_kind(user, kind)
    header = Header(
        kind=kind.kind,
        happened_at=form.cleaned_data["happened_at"],
        user=user,
        key=key,
        source=DocumentSource.API,
        note=form.cleaned_data["note"],
        content=content,
    )
    return _answer(record_document(header, _read_lines(kind, body.get("lines"))))


@api_view("GET", permission=VIEW, answers={200: DocumentJson})
def read_document(_request: HttpRequest, number: int) -> JsonResponse:
    """One document, by its `id`."""
    return JsonResponse(document_json(document_detail(number)))


@api_view("POST", permission=(VIEW, RECORD), answers={201: DocumentJson, 200: DocumentJson}, errors=(409,))
def undo_movements(request: HttpRequest, number: int) -> JsonResponse:
    """Undo a document: 201 with the document that takes it back, or 200 with it if it was undone before.

    Workers undo their own documents, supervisors all of them. The body is ignored.
    """
    user = signed_in_user(request)
    find_to_undo(user, number)
    return _answer(undo_document(number=number, user=user, key=uuid4().hex, source=DocumentSource.API))


movements = by_method(GET=list_movements, POST=record_movements)


def _answer(recorded: Recorded) -> JsonResponse:
    detail = document_detail(recorded.document.pk)
    return JsonResponse(document_json(detail), status=201 if recorded.is_new else 200)


def _read_lines(kind: Kind, lines: Any) -> list[Line]:
    if not isinstance(lines, list) or not 0 < len(lines) <= MOST_ENTRIES:
        raise InvalidInputError(_("Send a list “lines” of 1 to %(most)d lines.") % {"most": MOST_ENTRIES})
    read = []
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, dict) or set(line) - set(FIELDS):
            words = _("Line %(number)d: send an object with these fields only: %(names)s.")
            raise InvalidInputError(words % {"number": number, "names": ", ".join(FIELDS)})
        try:
            read.append(read_line(kind, line))
        except InvalidInputError as error:
            words = _("Line %(number)d: %(problem)s")
            raise InvalidInputError(words % {"number": number, "problem": error.message}) from error
    return read


def document_json(detail: DocumentDetail) -> DocumentJson:
    """A document with its movements."""
    document = detail.document
    count = getattr(document, "hand_count", None)
    return {
        "id": document.pk,
        "number": document.number,
        "kind": detail.kind.code,
        "happened_at": time_text(document.happened_at),
        "recorded_at": time_text(document.created_at),
        "recorded_by": document.user.username,
        "note": document.note,
        "picture_url": detail.picture_url,
        "reverses": document.reverses.number if document.reverses else None,
        "undone_by": detail.undone_by.number if detail.undone_by else None,
        "counted": count.quantity if count else None,
        "movements": [
            {
                "movement_id": str(row.pk),
                "line": row.line,
                "batch": row.batch.batch_code,
                "location": row.batch.location.code,
                "quantity": row.quantity,
                "reason": row.loss_reason.code if row.loss_reason else None,
                "unit_price": None if row.unit_price is None else str(row.unit_price),
            }
            for row in document.movements.all()
        ],
    }
