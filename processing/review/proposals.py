"""Corrections that workers propose, and flags; a supervisor accepts or declines them.

As in `corrections` each function locks the photo's row. Proposals belong to the photo and change no count and no stock;
only accepting one does, as the supervisor's correction of the same place.
"""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from photos.models import S3Image
from processing.counting.corrections import SAME_PLACE_SHARE, Counts, MarkAction
from processing.models import Correction, ProcessingSession, Proposal
from processing.review import corrections
from processing.review.corrections import NOTE_LENGTH, TWICE_WITHIN, find_place, lock_counted
from processing.review.recount import ReviewedPhoto, corrected_totals, read_reviewed


@dataclass(frozen=True)
class Decided:
    """How many proposals were accepted or declined, and how many the count agreed with already."""

    accepted: int = 0
    declined: int = 0
    overtaken: int = 0


def with_proposals(photo: ReviewedPhoto, proposed: list[Proposal]) -> ReviewedPhoto:
    """A photo as it would be with these proposals."""
    return photo.plus(*(proposal.as_correction for proposal in proposed if not proposal.is_flag))


def proposed_totals(session: ProcessingSession, proposed: list[Proposal]) -> Counts:
    """What the count would be with these proposals; three queries."""
    return corrected_totals(session, with_proposals(read_reviewed(session.original_image, session), proposed))


@transaction.atomic
def propose(
    *, image: S3Image, user: User, action: MarkAction, x: float, y: float, class_id: int, sent_as: UUID | None = None
) -> Proposal:
    """Propose a correction at a position; arguments and errors as in `corrections.correct`."""
    image, session = lock_counted(image)
    sent_before = Proposal.objects.filter(user=user, sent_as=sent_as).first() if sent_as else None
    if sent_before is not None:
        if (sent_before.image_id, sent_before.action, sent_before.class_id) != (image.pk, action, class_id):
            raise ConflictError(_("Another correction was sent with this id. Choose a new one."))
        return sent_before
    own = list(image.proposals.waiting().filter(user=user))
    photo = with_proposals(read_reviewed(image, session), own)
    x, y = find_place(photo, x=x, y=y, action=action, class_id=class_id)
    return Proposal.objects.create(image=image, user=user, action=action, class_id=class_id, x=x, y=y, sent_as=sent_as)


@transaction.atomic
def flag(*, image: S3Image, user: User, text: str) -> Proposal:
    """Say what seems wrong with a count; the same words again within a minute were submitted twice.

    Raises InvalidInputError without words, ConflictError without a count.
    """
    text = text.strip()
    if not text or len(text) > NOTE_LENGTH:
        raise InvalidInputError(_("Say what seems wrong, in 1 to %(most)d characters.") % {"most": NOTE_LENGTH})
    image, _session = lock_counted(image)
    said = image.proposals.waiting().filter(user=user, action=Correction.Action.NOTE, text=text)
    twice = said.filter(created_at__gt=timezone.now() - TWICE_WITHIN).first()
    return twice or Proposal.objects.create(image=image, user=user, action=Correction.Action.NOTE, text=text)


@transaction.atomic
def undo(*, image: S3Image, user: User, named: UUID | int | None = None) -> Proposal:
    """Withdraw this user's newest proposal that waits, or the one that is named; that one once, however often the
    request is sent.

    Raises NotFoundError: no such proposal. ConflictError: there is none to withdraw, or it was decided.
    """
    image, _session = lock_counted(image)
    undoable = image.proposals.undoable(user)
    if named is not None:
        wanted = _find_named(image, user, named)
        if wanted.withdrawn_at is not None:
            return wanted
        undoable = undoable.filter(pk=wanted.pk)
    proposal = undoable.first()
    if proposal is None:
        raise ConflictError(_("None of your proposals for this photo is waiting."))
    proposal.withdrawn_at = timezone.now()
    proposal.save(update_fields=["withdrawn_at"])
    return proposal


@transaction.atomic
def redo(*, image: S3Image, user: User, named: UUID | int | None = None) -> Proposal:
    """Make the proposal again that this user withdrew last, or the one that is named as in `undo`.

    Raises NotFoundError as `undo`, ConflictError if there is none.
    """
    image, _session = lock_counted(image)
    redoable = image.proposals.redoable(user)
    if named is not None:
        wanted = _find_named(image, user, named)
        if wanted.withdrawn_at is None:
            return wanted
        redoable = redoable.filter(pk=wanted.pk)
    proposal = redoable.first()
    if proposal is None:
        raise ConflictError(_("You have nothing to redo on this photo."))
    proposal.withdrawn_at = None
    proposal.save(update_fields=["withdrawn_at"])
    return proposal


@transaction.atomic
def accept(*, image: S3Image, user: User, made_by: int, up_to: int) -> Decided:
    """Correct the photo as one person proposed, in the same order. Flags become notes.

    `up_to` is the newest proposal that was seen: later ones keep waiting. What the count agrees with meanwhile is
    closed as no longer needed. Sent again it does nothing.
    """
    image, _session = lock_counted(image)
    made: list[Correction | None] = []
    for proposal in _seen(image, made_by, up_to):
        correction = _carry_out(image, user, proposal)
        _close(proposal, user, Proposal.Outcome.ACCEPTED if correction else Proposal.Outcome.OVERTAKEN, correction)
        made.append(correction)
    accepted = sum(correction is not None for correction in made)
    return Decided(accepted=accepted, overtaken=len(made) - accepted)


@transaction.atomic
def decline(*, image: S3Image, user: User, made_by: int, up_to: int) -> Decided:
    """Close the proposals of one person without correcting anything; arguments as in `accept`."""
    image, _session = lock_counted(image)
    declined = _seen(image, made_by, up_to)
    for proposal in declined:
        _close(proposal, user, Proposal.Outcome.DECLINED)
    return Decided(declined=len(declined))


def _seen(image: S3Image, made_by: int, up_to: int) -> list[Proposal]:
    return list(image.proposals.waiting().filter(user=made_by, pk__lte=up_to))


def _carry_out(image: S3Image, user: User, proposal: Proposal) -> Correction | None:
    """None if the count or a note says so already, or if its mark is gone; a neighbour is never corrected instead."""
    if proposal.is_flag:
        note = corrections.note(image=image, user=user, text=proposal.text)
        return None if Proposal.objects.filter(correction=note).exists() else note
    if proposal.x is None or proposal.y is None or proposal.class_id is None:
        raise ValueError("a proposal without a place")
    try:
        return corrections.correct(
            image=image,
            user=user,
            action=cast(MarkAction, proposal.action),
            x=proposal.x,
            y=proposal.y,
            class_id=proposal.class_id,
            reach_sides=SAME_PLACE_SHARE,
        )
    except ConflictError:
        return None


def _close(proposal: Proposal, user: User, outcome: Proposal.Outcome, correction: Correction | None = None) -> None:
    proposal.decided_at, proposal.decided_by, proposal.outcome = timezone.now(), user, outcome
    proposal.correction = correction
    proposal.save(update_fields=["decided_at", "decided_by", "outcome", "correction"])


def _find_named(image: S3Image, user: User, named: UUID | int) -> Proposal:
    name = Q(sent_as=named) if isinstance(named, UUID) else Q(pk=named)
    found = image.proposals.filter(name, user=user).first()
    if found is None:
        raise NotFoundError(_("You have made no such proposal for this photo."))
    return found
