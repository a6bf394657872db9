"""Shared by the endpoints of all packages: bodies, queries, pages, keys."""

import re
from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, TypedDict, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.common.exceptions import InvalidInputError
from demeter.common.http import form_errors, read_json
from demeter.common.openapi.operations import IDEMPOTENCY_KEY
from demeter.common.openapi.schemas import fields_of_form
from gallery.common.days import check_moment
from gallery.common.forms import MAX_PER_PAGE, PER_PAGE, PageForm

LONGEST_KEY = 100
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MOST_ENTRIES = 100
Row = TypeVar("Row", bound=Model)
AnyForm = TypeVar("AnyForm", bound=forms.BaseForm)
ModelForm = TypeVar("ModelForm", bound=forms.BaseModelForm[Any])


class PaginationJson(TypedDict):
    """Which page of how many; a page after the last has no rows."""

    page: int
    per_page: int
    total_pages: int
    total_items: int


class PagedForm(PageForm):
    """The number of a page, and how many rows it has."""

    per_page = forms.IntegerField(min_value=1, max_value=MAX_PER_PAGE, required=False)

    @property
    def page_number(self) -> int:
        return self.cleaned_data["page"] or 1

    @property
    def page_size(self) -> int:
        return self.cleaned_data["per_page"] or PER_PAGE


class YesNoField(forms.BooleanField):
    """True or false; a page's box would take nothing for false."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> bool:
        if value in self.empty_values:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        """Both are answers."""


class MomentField(forms.Field):
    """A moment with its offset from UTC."""

    default_error_messages = {"invalid": gettext_lazy("Write a moment with its zone, such as 2026-11-28T10:30:00Z.")}
    api_schema = {"type": "string", "format": "date-time", "description": "With its offset from UTC."}

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


def checked(form: AnyForm) -> AnyForm:
    """The form, valid. Raises InvalidInputError, which names each bad field."""
    if not form.is_valid():
        raise form_errors(form)
    return form


def read_body(request: HttpRequest, form: type[forms.BaseForm], *lists: str) -> dict[str, Any]:
    """The body. Raises InvalidInputError if a key is neither a field of the form nor one of the `lists`, or a value is
    of a kind that the form, which was made for texts, would misread."""
    body = read_json(request)
    refuse_unknown(body, (*fields_of_form(form), *lists))
    refuse_odd(form, body)
    return body


def refuse_odd(form: type[forms.BaseForm], body: Mapping[str, Any]) -> None:
    """Raise InvalidInputError for lists and objects where one value belongs, and for days as people write them."""
    for name, field in fields_of_form(form).items():
        value = body.get(name)
        takes_list = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        if isinstance(value, dict | list) and value and not takes_list:
            raise InvalidInputError(_("%(name)s: send one value.") % {"name": name})
        if isinstance(field, forms.CharField) and value is not None and not isinstance(value, str):
            raise InvalidInputError(_("%(name)s: send a text.") % {"name": name})
        is_day = isinstance(value, str) and (not value or ISO_DAY.fullmatch(value))
        if isinstance(field, forms.DateField) and value is not None and not is_day:
            raise InvalidInputError(_("%(name)s: write a day such as 2026-11-28.") % {"name": name})


def refuse_unknown(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Raise InvalidInputError for a misspelt key, which would otherwise change nothing, silently."""
    unknown = sorted(set(body) - set(known))
    if unknown:
        words = _("There is no field “%(name)s”. The fields are: %(known)s.")
        raise InvalidInputError(words % {"name": unknown[0][:LONGEST_KEY], "known": ", ".join(known)})


def change_form(form: type[ModelForm], body: Mapping[str, Any], row: Model, **options: Any) -> ModelForm:
    """The form of a row as a page would send it: what the body leaves out is as it is shown."""
    shown = form(instance=row, **options)
    known = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    return form({**known, **body}, instance=row, **options)


def read_entries(body: Mapping[str, Any], name: str, known: tuple[str, ...]) -> list[dict[str, Any]] | None:
    """A list of objects with these keys; None if it was left out. Raises InvalidInputError."""
    entries = body.get(name)
    if entries is None:
        return None
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES or not all(isinstance(e, dict) for e in entries):
        words = _("“%(name)s” is a list of at most %(most)d objects.")
        raise InvalidInputError(words % {"name": name, "most": MOST_ENTRIES})
    for entry in entries:
        refuse_unknown(entry, known)
    return entries


def read_page(rows: QuerySet[Row], form: PagedForm) -> tuple[list[Row], PaginationJson]:
    """One page of the rows, and where it is among all pages."""
    number, size, total = form.page_number, form.page_size, rows.count()
    start = (number - 1) * size
    found = list(rows[start : start + size]) if start < total else []
    return found, page_json(number, size, total)


def page_json(number: int, size: int, total: int) -> PaginationJson:
    """Where a page is among all pages."""
    return {"page": number, "per_page": size, "total_pages": ceil(total / size), "total_items": total}


def idempotency_key(request: HttpRequest) -> str:
    """The key that makes a request safe to repeat. Raises InvalidInputError without one."""
    key = request.headers.get(IDEMPOTENCY_KEY, "").strip()
    if not 0 < len(key) <= LONGEST_KEY or "\x00" in key:
        raise InvalidInputError(_("Send a header Idempotency-Key of 1 to 100 characters, a new one for each document."))
    return key
