"""Who changed what, and when: events written by PostgreSQL triggers, using django-pghistory.

A model under `@audited()` gets a table of events. Each insert, update and delete adds one with the values after it
(before a delete) and the request it came from, whatever the cause: a page, the API, the admin, a command, a bulk
update, SQL by hand. Another trigger refuses changes and deletions of events, and no foreign key constraint ties them to
their row, so that they outlive it. `demeter.accounts.audit_log` reads them.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _
from pghistory.core import event_models
from pghistory.models import Event

AuditedModel = TypeVar("AuditedModel", bound=models.Model)

OWNER = pghistory.ObjForeignKey(related_name="+", related_query_name="+", db_index=False)
# The label of events of rows that existed before they were audited.
FOUND = "found"
# They change with every save and repeat the event's own moment.
TIMESTAMPS = ("created_at", "updated_at")


class AuditEvent(Event):
    """Abstract: one change of one row. Columns that begin with `pgh_` belong to the library."""

    pgh_created_at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    class Meta:
        abstract = True


def audited(
    *trackers: pghistory.Tracker, only: Sequence[str] = (), without: Sequence[str] = (), linked: bool = True
) -> Callable[[type[AuditedModel]], type[AuditedModel]]:
    """Record a model's changes as events: all of them, or those in `trackers`.

    `only` or `without` select the columns; an update of other columns makes no event. `linked=False` is for
    tables that only link others and whose rows have no history of their own.
    """

    def audit(model: type[AuditedModel]) -> type[AuditedModel]:
        name = f"{model.__name__}Event"
        meta: dict[str, Any] = {"default_permissions": ()}
        if linked:  # the previous event, for the difference
            meta["indexes"] = [models.Index(fields=["pgh_obj", "-pgh_id"], name=f"{name.lower()}_row")]
        pghistory.create_event_model(
            model,
            *(trackers or (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())),
            fields=list(only) or None,
            exclude=[*TIMESTAMPS, *without],
            obj_field=OWNER if linked else None,  # type: ignore[arg-type]
            context_field=pghistory.ContextJSONField(),
            append_only=True,
            model_name=name,
            base_model=AuditEvent,
            meta=meta,
            abstract=False,
        )
        return model

    return audit


def tracked_model(event_model: type[models.Model]) -> type[models.Model]:
    """The audited model that a table of events is about."""
    tracked: type[models.Model] = event_model.pgh_tracked_model  # type: ignore[attr-defined]
    return tracked


def events_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """The events of an audited model, newest first."""
    return event_model_of(model)._default_manager.order_by("-pgh_id")


def event_model_of(model: type[models.Model]) -> type[models.Model]:
    """The table of an audited model's events."""
    (event_model,) = event_models(tracks_model=model, include_missing_pgh_obj=True)
    return event_model


def note_present_rows(event_model: type[models.Model]) -> None:
    """Record existing rows as they are now, so that their next change has a previous value.

    For migrations, with historical models. Safe to repeat.
    """
    tracked: Any = event_model._meta.get_field("pgh_obj").related_model
    columns = [field.attname for field in event_model._meta.fields if not field.name.startswith("pgh_")]
    known = event_model._base_manager.values("pgh_obj_id")
    rows = tracked._base_manager.exclude(pk__in=known).order_by("pk")
    event_model._base_manager.bulk_create(
        [
            event_model(pgh_label=FOUND, pgh_obj_id=row.pk, **{column: getattr(row, column) for column in columns})
            for row in rows.iterator()
        ],
        batch_size=1000,
    )
