"""What people decide about a difference between a count and what was expected: sold, lost, came in, accepted, to be
counted again, somebody's task.

A document takes the place of what is unexplained, as the ledger does with all that is recorded late. Nothing else
changes a number of the stock. Each decision names what was unexplained when it was made and is refused if that has
changed since the person saw it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from stock.batching import lock_locations
from stock.documents import record_document
from stock.lines import Header, Line
from stock.models import Decision, DecisionKind, Difference, DocumentSource, LossReason, MovementKind, StockDocument
from stock.reconciliation import reconcile

CHANGED = gettext_lazy("This difference has changed since you opened the page. Look at it again.")
MOVEMENT_KINDS = {
    DecisionKind.SOLD: MovementKind.SALE,
    DecisionKind.LOST: MovementKind.DEATH,
    DecisionKind.CAME_IN: MovementKind.PLANTING,
}


@dataclass(frozen=True)
class About:
    """Which difference, what was unexplained of it on the page, and who decides. With a `key` it is decided once."""

    difference: int
    unexplained: int
    user: User
    key: str = ""


@dataclass(frozen=True)
class Explanation:
    """What happened: so many plants were sold, lost or came in, when the place was counted or before (`happened_at`).

    `key` makes it safe to send it twice.
    """

    kind: DecisionKind
    quantity: int
    key: str
    happened_at: datetime | None = None
    note: str = ""
    loss_reason: LossReason | None = None
    unit_price: Decimal | None = None


@transaction.atomic
def explain(about: About, explanation: Explanation) -> StockDocument:
    """Record what happened, at the moment of the count or before it. Sent twice, it is recorded once.

    Raises:
        NotFoundError, ConflictError: as `accept`; ConflictError also from `record_document`.
        InvalidInputError: the plants were not there, or it happened after the count.
    """
    recorded = StockDocument.objects.filter(user=about.user, key=explanation.key, explains__isnull=False).first()
    if recorded is not None:
        return recorded
    difference = _lock(about)
    if (explanation.kind == DecisionKind.CAME_IN) != (difference.unexplained > 0):
        raise InvalidInputError(_("Plants that are missing were sold or lost; those that are too many came in."))
    if explanation.happened_at is not None and explanation.happened_at > difference.moment:
        raise InvalidInputError(_("What explains a count happened before it. Give an earlier time."))
    if explanation.kind != DecisionKind.CAME_IN and explanation.quantity > difference.expected:
        words = _("There were only %(number)d plants.")
        raise InvalidInputError(words % {"number": difference.expected})
    header = Header(
        MOVEMENT_KINDS[explanation.kind],
        explanation.happened_at or difference.moment,
        about.user,
        explanation.key,
        DocumentSource.PAGE,
        explanation.note,
    )
    line = Line(
        difference.batch,
        explanation.quantity,
        loss_reason=explanation.loss_reason,
        unit_price=explanation.unit_price,
    )
    document = record_document(header, [line]).document
    _decide(difference, explanation.kind, about, document=document, reason=explanation.note)
    return document


@transaction.atomic
def accept(about: About, *, reason: str) -> Difference:
    """Accept what is unexplained: nobody knows what happened, but somebody has looked.

    Raises:
        NotFoundError: there is no such difference.
        ConflictError: it has changed since the person saw it, or nothing of it is unexplained.
        InvalidInputError: no reason was given.
    """
    if not reason.strip():
        raise InvalidInputError(_("Give a reason."))
    difference = _lock(about)
    return _decide(difference, DecisionKind.ACCEPTED, about, quantity=difference.unexplained, reason=reason.strip())


@transaction.atomic
def ask_recount(about: About, *, reason: str = "", assigned_to: User | None = None) -> Difference:
    """Set a difference aside until its place has been counted again. Raises as `accept`."""
    difference = _lock(about)
    return _decide(difference, DecisionKind.RECOUNT, about, reason=reason.strip(), assigned_to=assigned_to)


@transaction.atomic
def assign(about: About, *, assigned_to: User | None) -> Difference:
    """Make a difference somebody's task, or nobody's. Raises as `accept`."""
    difference = _lock(about)
    return _decide(difference, DecisionKind.ASSIGNED, about, assigned_to=assigned_to)


@transaction.atomic
def reopen(about: About) -> Difference:
    """Take back what was accepted, or that the place is to be counted again.

    Raises:
        NotFoundError: there is no such difference.
        ConflictError: it has changed since the person saw it, or nothing can be taken back; a document is undone on
            its own page.
    """
    difference = _find_locked(about)
    if not difference.explained and difference.recount_since is None:
        raise ConflictError(_("There is nothing to take back. A document is undone on its own page."))
    return _decide(difference, DecisionKind.REOPENED, about, quantity=-difference.explained)


def was_decided(about: About, kind: str) -> bool:
    """Whether this decision was made with this key before, so that a repeated request is answered alike.

    Raises:
        ConflictError: the key was used for another decision.
    """
    made = Decision.objects.filter(user=about.user, key=about.key).exclude(key="").first()
    if made is not None and (made.difference_id, made.kind, made.about) != (about.difference, kind, about.unexplained):
        raise ConflictError(_("This key was used for something else. Send a new key."))
    return made is not None


def _lock(about: About) -> Difference:
    difference = _find_locked(about)
    if not difference.unexplained:
        raise ConflictError(str(CHANGED))
    return difference


def _find_locked(about: About) -> Difference:
    """The difference, with its location locked."""
    rows = Difference.objects.select_related("batch").filter(pk=about.difference)
    for place in rows.values_list("batch__location", flat=True):
        lock_locations({place})
    difference = rows.first()  # as it is under the lock; a correction may have taken it away meanwhile
    if difference is None:
        raise NotFoundError(_("There is no such difference."))
    if about.key and Decision.objects.filter(user=about.user, key=about.key).exists():
        raise ConflictError(_("This was decided already."))
    if difference.unexplained != about.unexplained:
        raise ConflictError(str(CHANGED))
    return difference


def _decide(
    difference: Difference,
    kind: DecisionKind,
    about: About,
    *,
    quantity: int = 0,
    reason: str = "",
    document: StockDocument | None = None,
    assigned_to: User | None = None,
) -> Difference:
    """Write the decision, and what follows from it."""
    Decision.objects.create(
        difference=difference,
        kind=kind,
        about=difference.unexplained,
        quantity=quantity,
        reason=reason,
        document=document,
        assigned_to=assigned_to,
        user=about.user,
        key=about.key,
    )
    reconcile(difference.batch.location_id, user=about.user)
    return Difference.objects.get(pk=difference.pk)
