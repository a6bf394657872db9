"""Who changed what at a location, from the audit log."""

from typing import Any

from django.db.models import Model

from demeter.accounts.audit_log import AuditEntry, describe_changes
from demeter.accounts.models import Change
from demeter.common.audit import event_model_of
from locations.models import ConfigPart, LocationConfig, StorageLocation
from photos.models import S3Image
from processing.models import Correction, ProcessingSession

SHOWN = 100


def location_changes(location: StorageLocation) -> list[AuditEntry]:
    """The latest changes of a location and of what grows there, newest first."""
    own = _tables(StorageLocation, LocationConfig).references(location)
    listed = _tables(ConfigPart).references(location.configs.all())
    newest = [change for changes in (own, listed) for change in changes.order_by("-pgh_created_at", "-pgh_id")[:SHOWN]]
    newest.sort(key=lambda change: change.pgh_created_at, reverse=True)
    return describe_changes(newest[:SHOWN])


def changes_about(thing: S3Image, *models: type[ProcessingSession | Correction]) -> list[AuditEntry]:
    """The latest changes of the rows of these models that refer to the photo, newest first."""
    return describe_changes(_tables(*models).references(thing).order_by("-pgh_created_at", "-pgh_id")[:SHOWN])


def _tables(*models: type[Model]) -> Any:
    return Change.objects.across(*map(event_model_of, models))  # type: ignore[no-untyped-call]
