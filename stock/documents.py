"""What people record: sales, losses, plantings, transplants... as numbered documents, undone by documents that reverse
them. With `stock.ledger` the only writer of stock; the pages, the API and spreadsheets all come here (docs/stock.md).

Each function locks the locations concerned, always in the same order, and writes the document, its movements and what
follows for the counts in one transaction. A document that would leave a batch with less than no plants at any moment is
refused as a whole.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from demeter.common.i18n.messages import TEXT
from locations.configuration import config_at
from locations.models import Packaging, Product, ProductState, StorageLocation
from stock.batching import batch_of, lock_locations
from stock.messages import UNDONE
from stock.models import (
    PAIRED_KINDS,
    DocumentSource,
    LossReason,
    MovementKind,
    SourceType,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
)
from stock.models.movements import ALWAYS_OUT
from stock.reconciliation import reconcile

AHEAD_BY = timedelta(minutes=5)
MOST_PLANTS = 10_000_000


@dataclass(frozen=True)
class Plants:
    """Plants of one kind at one location; where there is no batch of them yet, one is made."""

    location: StorageLocation
    product: Product
    packaging: Packaging | None
    state: ProductState


@dataclass(frozen=True)
class Line:
    """One line of a document: `quantity` plants, positive except in an adjustment.

    They come out of the batch (or go into it, by the kind); `to` is where a transplant or transfer puts them.
    """

    plants: StockBatch | Plants
    quantity: int
    to: Plants | None = None
    loss_reason: LossReason | None = None
    unit_price: Decimal | None = None

    @property
    def places(self) -> set[int]:
        """The locations concerned."""
        own = self.plants.location_id if isinstance(self.plants, StockBatch) else self.plants.location.pk
        return {own} | ({self.to.location.pk} if self.to else set())


@dataclass(frozen=True)
class Header:
    """What all lines of a document share.

    `key` is the sender's: the same key again writes nothing. `happened_at` is None for now.
    """

    kind: MovementKind
    happened_at: datetime | None
    user: User
    key: str
    source: DocumentSource
    note: str = ""
    picture_key: str = ""


@dataclass(frozen=True)
class Recorded:
    """A document, and whether it was written just now or by an earlier request with the same key."""

    document: StockDocument
    is_new: bool


@transaction.atomic
def record_document(header: Header, lines: Sequence[Line]) -> Recorded:
    """Write a document with its movements.

    Raises:
        InvalidInputError: the lines make no sense; the message says which.
        ConflictError: there are fewer plants than leave, or the key was used for something else.
    """
    _check(header, lines)
    recorded = _begin(header, _digest(header, lines))
    if not recorded.is_new:
        return recorded
    places = set().union(*(line.places for line in lines))
    lock_locations(places)
    for number, line in enumerate(lines, start=1):
        StockMovement.objects.bulk_create(_movements(recorded.document, number, line))
    _settle(places, header.user)
    return recorded


@transaction.atomic
def record_hand_count(header: Header, *, batch: StockBatch, quantity: int) -> Recorded:
    """Write that a person counted `quantity` plants of a batch without a photo. It says nothing about other batches.

    Raises:
        InvalidInputError, ConflictError: as `record_document`.
    """
    if not 0 <= quantity <= MOST_PLANTS:
        raise InvalidInputError(_("Give the number of plants."))
    _check_moment(header.happened_at)
    recorded = _begin(header, _digest(header, [Line(batch, quantity)]))
    if recorded.is_new:
        lock_locations({batch.location_id})
        counting = uuid4()
        StockCount.objects.create(
            batch=batch,
            image_id=counting,
            session_id=counting,
            quantity=quantity,
            quantity_empty=0,
            user=header.user,
            happened_at=recorded.document.happened_at,
            document=recorded.document,
        )
        reconcile(batch.location_id, user=header.user)
    return recorded


@transaction.atomic
def undo_document(*, number: int, user: User, key: str, source: DocumentSource) -> Recorded:
    """Write a document that reverses another one, at the same moment. Undoing twice changes nothing.

    Raises:
        NotFoundError: there is no such document.
        ConflictError: it reverses another one itself, or its plants have left since.
    """
    # The row is locked so that two people do not undo it together.
    document = StockDocument.objects.select_for_update(no_key=True, of=("self",)).filter(pk=number).first()
    if document is None:
        raise NotFoundError(_("There is no document with this number."))
    undone = StockDocument.objects.filter(reverses=document).first()
    if undone is not None:
        return Recorded(undone, is_new=False)
    if document.reverses_id is not None:
        raise ConflictError(_("This document undoes another one. Record the other one again instead."))
    header = Header(MovementKind(document.kind), document.happened_at, user, key, source)
    recorded = _begin(header, f"undo {number}", reverses=document)
    if not recorded.is_new:
        return recorded
    movements = list(document.movements.select_related("batch"))
    counts = StockCount.objects.in_force().filter(document=document).select_related("batch")
    places = {row.batch.location_id for row in (*movements, *counts)}
    lock_locations(places)
    counts.update(withdrawn_at=timezone.now(), updated_at=timezone.now())
    StockMovement.objects.bulk_create(_opposite(movement, recorded.document) for movement in movements)
    _settle(places, user)
    return recorded


def _check(header: Header, lines: Sequence[Line]) -> None:
    """Raise InvalidInputError for lines that the kind does not allow."""
    _check_moment(header.happened_at)
    if not lines:
        raise InvalidInputError(_("A document needs at least one line."))
    for number, line in enumerate(lines, start=1):
        problem = _problem_of(header, line)
        if problem:
            raise InvalidInputError(
                problem
                if len(lines) == 1
                else _("Line %(number)d: %(problem)s") % {"number": number, "problem": problem}
            )


def _check_moment(happened_at: datetime | None) -> None:
    if happened_at is not None and happened_at > timezone.now() + AHEAD_BY:
        raise InvalidInputError(_("The moment lies in the future."))


def _problem_of(header: Header, line: Line) -> str:
    is_signed = header.kind == MovementKind.ADJUSTMENT
    if line.quantity == 0 or abs(line.quantity) > MOST_PLANTS or (line.quantity < 0 and not is_signed):
        return _("Give the number of plants.")
    if header.kind in PAIRED_KINDS and line.to is None:
        return _("Say where the plants go.")
    if line.to is not None and header.kind not in PAIRED_KINDS:
        return _("Only a transplant or a transfer has a destination.")
    if header.kind == MovementKind.DEATH and line.loss_reason is None:
        return _("Give the reason of the loss.")
    return ""


def _digest(header: Header, lines: Iterable[Line]) -> str:
    """Tells whether a key is used again for the same content."""
    content = [
        header.kind,
        header.happened_at.isoformat() if header.happened_at else None,
        header.note,
        *[
            [
                *_identity(line.plants),
                line.quantity,
                *(_identity(line.to) if line.to else ()),
                line.loss_reason.pk if line.loss_reason else None,
                str(line.unit_price),
            ]
            for line in lines
        ],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _identity(plants: StockBatch | Plants) -> tuple[int | None, ...]:
    if isinstance(plants, StockBatch):
        return (plants.pk,)
    packaging = plants.packaging.pk if plants.packaging else None
    return (plants.location.pk, plants.product.pk, packaging, plants.state.pk)


def _begin(header: Header, digest: str, reverses: StockDocument | None = None) -> Recorded:
    """The document's row, or the one that was written with this key before.

    Raises:
        ConflictError: the key was used for another content.
    """
    document, is_new = StockDocument.objects.get_or_create(
        user=header.user,
        key=header.key,
        defaults={
            "kind": header.kind,
            "happened_at": header.happened_at or timezone.now(),
            "note": header.note,
            "picture_key": header.picture_key,
            "source": header.source,
            "digest": digest,
            "reverses": reverses,
        },
    )
    if document.digest != digest:
        raise ConflictError(
            _("%(document)s was already recorded with this key and says something else.") % {"document": document}
        )
    return Recorded(document, is_new)


def _movements(document: StockDocument, number: int, line: Line) -> list[StockMovement]:
    """The movement of a line, or the two of a transplant."""
    batch = _find_batch(line.plants, document.happened_at)
    goes_out = document.kind in (*ALWAYS_OUT, *PAIRED_KINDS)
    quantity = -line.quantity if goes_out else line.quantity
    moved = [_movement(document, number, batch, quantity, line)]
    if line.to:
        target = _find_batch(line.to, document.happened_at)
        if target == batch:
            raise InvalidInputError(_("The plants are already there: choose another place, packaging or state."))
        moved.append(_movement(document, number, target, line.quantity, line))
        for movement in moved:
            movement.source_location_id, movement.destination_location_id = batch.location_id, target.location_id
    return moved


def _movement(document: StockDocument, number: int, batch: StockBatch, quantity: int, line: Line) -> StockMovement:
    return StockMovement(
        document=document,
        line=number,
        batch=batch,
        kind=document.kind,
        quantity=quantity,
        source_location_id=batch.location_id if quantity < 0 else None,
        destination_location_id=batch.location_id if quantity > 0 else None,
        user=document.user,
        unit_price=line.unit_price,
        loss_reason=line.loss_reason,
        reason=TEXT(text=document.note) if document.note else None,
        source_type=SourceType.MANUAL,
        happened_at=document.happened_at,
    )


def _opposite(movement: StockMovement, document: StockDocument) -> StockMovement:
    return StockMovement(
        document=document,
        line=movement.line,
        batch=movement.batch,
        kind=movement.kind,
        quantity=-movement.quantity,
        source_location_id=movement.destination_location_id,
        destination_location_id=movement.source_location_id,
        user=document.user,
        unit_price=movement.unit_price,
        loss_reason_id=movement.loss_reason_id,
        reason=UNDONE(document=str(document.reverses)),
        source_type=SourceType.MANUAL,
        reverses=movement,
        happened_at=movement.happened_at,
    )


def _find_batch(plants: StockBatch | Plants, happened_at: datetime) -> StockBatch:
    """The batch of a line, created if there is none. Raises InvalidInputError if the location has no cycle."""
    if isinstance(plants, StockBatch):
        return plants
    config = config_at(plants.location, happened_at)
    if config is None:
        words = _("%(location)s is not configured: say first what grows there.")
        raise InvalidInputError(words % {"location": plants.location.name})
    return batch_of(
        config, product=plants.product, packaging=plants.packaging, state=plants.state, happened_at=happened_at
    )


def _settle(places: Iterable[int], user: User) -> None:
    """Let the counts follow. Raises ConflictError if more plants would leave a batch than were there."""
    for place in sorted(places):
        for short in reconcile(place, user=user):
            words = _(
                "There are not enough plants: on %(moment)s %(batch)s would be %(number)d short. Correct the number, "
                "or count the bay again."
            )
            moment = timezone.localtime(short.happened_at)
            raise ConflictError(
                words
                % {"moment": f"{moment:%Y-%m-%d %H:%M}", "batch": short.batch.batch_code, "number": short.quantity}
            )
