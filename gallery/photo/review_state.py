"""What a person can do with a photo's count: correct or propose, undo and redo; notes, and the proposals that wait."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from demeter.accounts.models import User
from photos.models import S3Image
from processing.models import Correction, ProcessingSession, Proposal
from processing.review.blind_counts import differing
from processing.review.proposals import proposed_totals

REVIEWS, PROPOSES = "processing.change_processingsession", "processing.add_proposal"


@dataclass(frozen=True)
class ReviewState:
    """The corrections (or proposals) that this user can undo and redo, and the notes about the photo."""

    undoable: Correction | None
    redoable: Correction | None
    notes: tuple[Correction, ...]


@dataclass(frozen=True)
class Proposed:
    """What one person proposes for a photo. `total` is what the count would be; None if no marks are proposed."""

    user: User
    proposals: tuple[Proposal, ...]
    total: int | None

    @property
    def newest(self) -> int:
        """The number of the newest, so that a later one is not decided unseen."""
        return self.proposals[-1].pk

    @property
    def flags(self) -> tuple[Proposal, ...]:
        return tuple(proposal for proposal in self.proposals if proposal.is_flag)

    @property
    def words(self) -> str:
        """The proposed marks: "2 added, 1 removed"; empty without any."""
        number = Counter(proposal.action for proposal in self.proposals)
        parts = (
            (number["add"], ngettext("%(number)d added", "%(number)d added", number["add"])),
            (number["remove"], ngettext("%(number)d removed", "%(number)d removed", number["remove"])),
            (number["retype"], ngettext("%(number)d changed", "%(number)d changed", number["retype"])),
        )
        return ", ".join(words % {"number": count} for count, words in parts if count)


def review_context(image: S3Image, session: ProcessingSession | None, user: User) -> dict[str, Any]:
    """For the templates of the photo: what this user may do with its count, and what waits.

    One query, three more for those who propose, four for reviewers, and three for the proposed marks of each person.
    """
    may_review = user.has_perm(REVIEWS)
    may_propose = user.has_perm(PROPOSES) and not may_review
    state = review_state(image, user) if may_review else proposing_state(image, user) if may_propose else None
    return {
        "may_review": may_review,
        "may_propose": may_propose,
        "may_correct": may_review or may_propose,
        "review": state,
        "proposed": find_proposed(image, session),
        "recounted": differing().filter(image=image).select_related("user").first() if may_review else None,
    }


def review_state(image: S3Image, user: User) -> ReviewState:
    """Three queries."""
    return ReviewState(
        undoable=image.corrections.undoable(user).first(),
        redoable=image.corrections.redoable(user).first(),
        notes=_notes(image),
    )


def proposing_state(image: S3Image, user: User) -> ReviewState:
    """Three queries."""
    undoable, redoable = image.proposals.undoable(user).first(), image.proposals.redoable(user).first()
    return ReviewState(
        undoable=undoable.as_correction if undoable else None,
        redoable=redoable.as_correction if redoable else None,
        notes=_notes(image),
    )


def find_proposed(image: S3Image, session: ProcessingSession | None) -> tuple[Proposed, ...]:
    """The proposals that wait, by the person who made them."""
    waiting = image.proposals.waiting().select_related("user").order_by("user_id", "pk")
    return tuple(
        _propose(session, user, tuple(proposals)) for user, proposals in groupby(waiting, key=lambda each: each.user)
    )


def outcome_words(proposal: Proposal) -> str:
    """What became of a proposal, and by whom: "Accepted by Ana", "Withdrawn"."""
    if proposal.withdrawn_at:
        return _("Withdrawn")
    if not proposal.outcome:
        return _("Waiting")
    return _("%(outcome)s by %(user)s") % {"outcome": proposal.get_outcome_display(), "user": proposal.decided_by}


def _propose(session: ProcessingSession | None, user: User, proposals: Sequence[Proposal]) -> Proposed:
    changes_marks = session is not None and any(not proposal.is_flag for proposal in proposals)
    total = proposed_totals(session, list(proposals)).estimated if session is not None and changes_marks else None
    return Proposed(user=user, proposals=tuple(proposals), total=total)


def _notes(image: S3Image) -> tuple[Correction, ...]:
    notes = image.corrections.in_force().filter(action=Correction.Action.NOTE).select_related("user")
    return tuple(notes)
