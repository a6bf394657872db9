"""The audit log (`demeter.common.audit`) in words: who did what to what, with names instead of ids.

The admin lists all of it; the pages of a location and of a photo show their own part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise
from pghistory.core import event_models

from demeter.accounts.models import SIGN_INS, Change, User
from demeter.common.audit import FOUND, events_of

WORDS: Mapping[str, StrOrPromise] = {
    FOUND: gettext_lazy("Already existed"),
    "insert": pgettext_lazy("what was done", "Created"),
    "update": pgettext_lazy("what was done", "Changed"),
    "delete": pgettext_lazy("what was done", "Deleted"),
    "password_changed": gettext_lazy("Password changed"),
    "signed_in": gettext_lazy("Signed in"),
    "signed_out": gettext_lazy("Signed out"),
    "sign_in_failed": gettext_lazy("Sign-in failed"),
    "signed_off": gettext_lazy("Count signed off"),
    "sign_off_lost": gettext_lazy("Sign-off withdrawn"),
    "undone": gettext_lazy("Correction undone"),
    "redone": gettext_lazy("Correction redone"),
}
# The columns that identify a row: the first one that it has. The others are details.
SUBJECTS = (
    "code",
    "sku",
    "username",
    "location_id",
    "original_image_id",
    "image_id",
    "user_id",
    "config_id",
    "product_id",
)
# These labels need no subject.
WITHOUT_DETAILS = (*SIGN_INS, "password_changed", "undone", "redone")
# Too long to show, or part of the label already; the event itself has them.
LEFT_OUT = ("id", "polygon", "validated")


@dataclass(frozen=True)
class AuditEntry:
    """One change in words. `who` is empty if neither a person nor a command is known."""

    when: datetime
    who: str
    what: str
    kind: str = ""
    subject: str = ""
    details: tuple[str, ...] = ()


def read_changes(slugs: Sequence[str]) -> list[Change]:
    """The changes of these keys ("table:number"), in their order; unknown ones are left out.

    By id, which each table has an index for, so that differences are computed only for these rows.
    """
    named = [slug.split(":") for slug in slugs]
    known = {event._meta.label: event for event in event_models()}
    tables = {table: known[table] for table, _number in named if table in known}
    if not tables:
        return []
    changes = Change.objects.across(*tables.values())  # type: ignore[no-untyped-call]
    found = changes.filter(pgh_slug__in=slugs, pgh_id__in=[number for _table, number in named])
    by_slug = {change.pgh_slug: change for change in found}
    return [by_slug[slug] for slug in slugs if slug in by_slug]


def describe_changes(changes: Sequence[Change]) -> list[AuditEntry]:
    """The same changes in the same order; one query for each table that they name."""
    names = Names()
    for change in changes:
        names.want(User, change.user_id)
        for field, value in _values(change):
            if isinstance(field, models.ForeignKey):
                names.want(field.related_model, value)
        if not _subject_column(change):
            names.want(_model_of(change), change.pgh_obj_id)
    names.read()
    return [_describe(change, names) for change in changes]


class Names:
    """The names of rows, read together; deleted rows have the name that their events recorded."""

    def __init__(self) -> None:
        self._wanted: dict[type[models.Model], set[str]] = {}
        self._known: dict[type[models.Model], dict[str, str]] = {}

    def want(self, model: Any, key: Any) -> None:
        """Remember to read a row's name."""
        if key is not None:
            self._wanted.setdefault(model, set()).add(str(key))

    def read(self) -> None:
        """Read them; `select_related` without arguments follows the relations that the names need."""
        for model, keys in self._wanted.items():
            rows = model._base_manager.select_related().filter(pk__in=keys)
            self._known[model] = {str(row.pk): str(row) for row in rows}
            if model is User and (gone := keys - self._known[model].keys()):
                events = events_of(User).filter(pgh_obj_id__in=gone).order_by("pgh_id")
                self._known[model] |= {str(event.pgh_obj_id): event.username for event in events}

    def of(self, model: Any, key: Any) -> str:
        """A row's name, or its number."""
        return self._known.get(model, {}).get(str(key), f"#{key}")


def _describe(change: Change, names: Names) -> AuditEntry:
    if change.user_id is not None:
        who = names.of(User, change.user_id)
    else:
        who = str((change.pgh_context or {}).get("command", ""))
    column = _subject_column(change)
    fields = _fields_of(change)
    if column:
        subject = _say(fields[column], change.pgh_data[column], names)
    else:
        subject = names.of(_model_of(change), change.pgh_obj_id) if change.pgh_obj_id else ""
    return AuditEntry(
        when=change.pgh_created_at,
        who=who,
        what=str(WORDS.get(change.pgh_label, change.pgh_label)),
        kind=capfirst(str(_model_of(change)._meta.verbose_name)),
        subject=subject,
        details=tuple(_details(change, names)),
    )


def _details(change: Change, names: Names) -> Iterable[str]:
    """ "column: before → after" for changes; the values of a row that was created or deleted."""
    fields = _fields_of(change)
    if change.pgh_label in WITHOUT_DETAILS:
        return
    if change.pgh_label == "update" and change.pgh_diff:
        for column, (before, after) in change.pgh_diff.items():
            field = fields[column]
            label = capfirst(str(field.verbose_name))
            if column in LEFT_OUT:
                yield _("%(what)s: changed") % {"what": label}
            else:
                yield f"{label}: {_say(field, before, names)} → {_say(field, after, names)}"
        return
    subject = _subject_column(change)
    for field, value in _values(change):
        if value not in (None, "", {}) and field.column not in (subject, *LEFT_OUT):
            yield f"{capfirst(str(field.verbose_name))}: {_say(field, value, names)}"


def _say(field: models.Field[Any, Any], value: Any, names: Names) -> str:
    """A value from PostgreSQL's JSON, in the language and the formats of the page."""
    match field:
        case _ if value in (None, ""):
            return _("nothing")
        case models.ForeignKey():
            return names.of(field.related_model, value)
        case models.BooleanField():
            return _("yes") if value else _("no")
        case models.DateTimeField() if moment := parse_datetime(value):
            return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
        case models.DateField() if day := parse_date(value):
            return date_format(day, "DATE_FORMAT")
    return str(dict(field.flatchoices).get(value) or localize(value))


def _values(change: Change) -> Iterable[tuple[models.Field[Any, Any], Any]]:
    """Each audited column with its value and the value before."""
    fields = _fields_of(change)
    for column, value in change.pgh_data.items():
        if column in fields:
            yield fields[column], value


def _subject_column(change: Change) -> str:
    return next((column for column in SUBJECTS if column in change.pgh_data), "")


def _model_of(change: Change) -> type[models.Model]:
    return apps.get_model(change.pgh_obj_model)


def _fields_of(change: Change) -> dict[str, models.Field[Any, Any]]:
    return {field.column or field.attname: field for field in _model_of(change)._meta.fields}
