"""Sign off many counts after a look at a contact sheet: each only as it was looked at."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, DomainError
from photos.models import S3Image
from processing.models import Correction, ProcessingSession
from processing.review.corrections import lock_counted, sign_off


@dataclass(frozen=True)
class LeftOut:
    """A photo whose count was not signed off, and why."""

    image: S3Image
    reason: str


@dataclass(frozen=True)
class SignedOff:
    """The counts that are signed off now, and those that were left out."""

    signed: int
    left_out: tuple[LeftOut, ...]


def count_versions(sessions: Sequence[ProcessingSession]) -> dict[UUID, str]:
    """A word for each photo that changes with its run, its totals and the corrections in force; one query."""
    corrections: dict[UUID, list[int]] = defaultdict(list)
    in_force = Correction.objects.in_force().exclude(action=Correction.Action.NOTE)
    photos = [session.original_image_id for session in sessions]
    for image_id, number in in_force.filter(image__in=photos).values_list("image_id", "pk"):
        corrections[image_id].append(number)
    return {session.original_image_id: _digest(session, corrections[session.original_image_id]) for session in sessions}


def sign_off_seen(*, seen: Mapping[UUID, str], user: User) -> SignedOff:
    """Sign off the counts that are still in the version that was seen, each in a transaction of its own.

    Counts that are signed off already in that version are fine, so that a form may be sent twice.
    """
    signed, left_out = 0, []
    for image in S3Image.objects.photos().filter(pk__in=seen).order_by("pk"):
        try:
            _sign_off_version(image, user, seen[image.pk])
        except DomainError as error:
            left_out.append(LeftOut(image, error.message))
        else:
            signed += 1
    return SignedOff(signed=signed, left_out=tuple(left_out))


@transaction.atomic
def _sign_off_version(image: S3Image, user: User, version: str) -> None:
    image, session = lock_counted(image)
    if count_versions([session])[image.pk] != version:
        raise ConflictError(_("The count has changed in the meantime."))
    if session.validated:
        return
    if image.proposals.waiting().exists():
        raise ConflictError(_("Somebody has proposed a change."))
    sign_off(image=image, user=user, seen=session.total_estimated or 0)


def _digest(session: ProcessingSession, corrections: list[int]) -> str:
    totals = (session.total_detected, session.total_estimated, session.total_empty_containers, session.category_counts)
    return hashlib.sha256(repr((str(session.session_id), totals, corrections)).encode()).hexdigest()[:16]
