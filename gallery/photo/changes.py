"""Who changed what on a photo, from the audit log."""

from demeter.accounts.audit_log import AuditEntry
from gallery.places.changes import SHOWN, changes_about
from photos.models import S3Image
from processing.models import Correction, ProcessingSession


def photo_changes(image: S3Image) -> list[AuditEntry]:
    """Sign-offs, undone corrections, deletions and restores of the photo, newest first."""
    moved = [
        AuditEntry(when=event.created_at, who=str(event.user or ""), what=event.get_action_display())
        for event in image.events.select_related("user")[:SHOWN]
    ]
    changes = changes_about(image, ProcessingSession, Correction)
    return sorted([*moved, *changes], key=lambda change: change.when, reverse=True)
