"""Who changed what at a location, from the audit log."""

from demeter.accounts.audit_log import AuditEntry, describe_changes
from demeter.accounts.models import Change
from demeter.common.audit import event_model_of
from locations.models import LocationConfig, StorageLocation
from photos.models import S3Image
from processing.models import Correction, ProcessingSession

SHOWN = 100


def location_changes(location: StorageLocation) -> list[AuditEntry]:
    """The latest changes of a location and of its configuration, newest first."""
    return changes_about(location, StorageLocation, LocationConfig)


def changes_about(
    thing: StorageLocation | S3Image, *models: type[StorageLocation | LocationConfig | ProcessingSession | Correction]
) -> list[AuditEntry]:
    """The latest changes of the rows of these models that refer to the location, newest first."""
    tables = Change.objects.across(*map(event_model_of, models))  # type: ignore[no-untyped-call]
    return describe_changes(tables.references(thing).order_by("-pgh_created_at", "-pgh_id")[:SHOWN])
