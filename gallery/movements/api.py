"""`POST /api/v1/stock/movements`: record one document with its lines. The header `Idempotency-Key` makes it safe to
repeat."""

import json
from datetime import datetime
from typing import Any, TypedDict

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.accounts.authentication import api_view, signed_in_user
from demeter.common.exceptions import InvalidInputError
from demeter.common.http import form_errors, read_json
from gallery.common.http import time_text
from gallery.movements.forms import check_moment
from gallery.movements.kinds import KINDS, RECORD, Kind, kind_of, require_kind
from gallery.movements.rows import FIELDS, read_line
from stock.documents import find_recorded, record_document
from stock.lines import Header, Line
from stock.models import DocumentSource, StockDocument

MOST_API_LINES = 100


class MovementJson(TypedDict):
    """One movement: `quantity` is negative when plants left the batch."""

    movement_id: str
    line: int | None
    batch: str
    location: str
    quantity: int
    reason: str | None
    unit_price: str | None


class DocumentJson(TypedDict):
    """A document as the API shows it."""

    number: str
    kind: str
    happened_at: str
    recorded_at: str
    recorded_by: str
    note: str
    reverses: str | None
    counted: int | None
    movements: list[MovementJson]


class MomentField(forms.Field):
    """A moment with its offset from UTC; null for now."""

    default_error_messages = {"invalid": gettext_lazy("Write a moment with its zone, such as 2026-11-28T10:30:00Z.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or timezone.is_naive(moment):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return check_moment(moment)


class MovementsForm(forms.Form):
    """The body, without its lines."""

    kind = forms.ChoiceField(choices=[(code, code) for code in KINDS])
    happened_at = MomentField(required=False)
    note = forms.CharField(required=False, max_length=2000)


@api_view("POST", permission=RECORD)
def movements(request: HttpRequest) -> JsonResponse:
    """Record a document: 201, or 200 if this key has recorded it before."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= 100 or "\x00" in key:
        raise InvalidInputError(_("Send a header Idempotency-Key of 1 to 100 characters, a new one for each document."))
    body = read_json(request)
    user, content = signed_in_user(request), json.dumps(body, sort_keys=True)
    known = find_recorded(user=user, key=key, content=content)
    if known is not None:
        return JsonResponse(document_json(known))
    form = MovementsForm(body)
    if not form.is_valid():
        raise form_errors(form)
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
    recorded = record_document(header, _read_lines(kind, body.get("lines")))
    return JsonResponse(document_json(recorded.document), status=201 if recorded.is_new else 200)


def _read_lines(kind: Kind, lines: object) -> list[Line]:
    if not isinstance(lines, list) or not 0 < len(lines) <= MOST_API_LINES:
        raise InvalidInputError(_("Send a list “lines” of 1 to %(most)d lines.") % {"most": MOST_API_LINES})
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


def document_json(document: StockDocument) -> DocumentJson:
    """A document with its movements."""
    rows = document.movements.select_related("batch__location", "loss_reason").order_by("line", "quantity")
    count = getattr(document, "hand_count", None)
    return {
        "number": document.number,
        "kind": kind_of(document).code,
        "happened_at": time_text(document.happened_at),
        "recorded_at": time_text(document.created_at),
        "recorded_by": document.user.username,
        "note": document.note,
        "reverses": document.reverses.number if document.reverses else None,
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
            for row in rows
        ],
    }
