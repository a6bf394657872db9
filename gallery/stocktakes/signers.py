"""Who signed off the counts of photos."""

from collections.abc import Collection, Mapping
from uuid import UUID

from processing.models import ProcessingSession


def find_signers(session_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The name of who signed off each of these runs; those that nobody signed off are left out. One query."""
    signed = ProcessingSession.objects.filter(session_id__in=session_ids, validated=True)
    return {
        session.session_id: session.validated_by_user.get_full_name() or session.validated_by_user.get_username()
        for session in signed.select_related("validated_by_user").only("session_id", "validated_by_user")
        if session.validated_by_user
    }
