"""What people record: sales, losses, plantings, transplants... as numbered documents, undone by documents that reverse
them. With `stock.ledger` the only writer of stock; the pages, the API and spreadsheets all come here (docs/stock.md).

Each function locks the locations concerned, always in the same order, and writes the document, its movements and what
follows for the counts in one transaction. A document that would leave a batch with less than no plants at any moment is
refused as a whole, and so is one dated before a signed stocktake of its places (`stock.freeze`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, DomainError, InvalidInputError, NotFoundError
from demeter.common.i18n.messages import TEXT
from locations.configuration import config_at
from stock.batching import batch_of, lock_locations
from stock.freeze import refuse_frozen
from stock.lines import Header, Line, Plants, check_document, digest_of, digest_of_content
from stock.messages import UNDONE
from stock.models import (
    PAIRED_KINDS,
    DocumentSource,
    MovementKind,
    SourceType,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
)
from stock.models.movements import ALWAYS_OUT
from stock.reconciliation import reconcile

Entry = tuple[Header, Sequence[Line]]


@dataclass(frozen=True)
class Recorded:
    """A document, and whether it was written just now or by an earlier request with the same key."""

    document: StockDocument
    is_new: bool


@transaction.atomic
def record_document(header: Header, lines: Sequence[Line]) -> Recorded:
    """Write a document with its movements; a count by hand has none of its own, but what differs from the stock.

    Raises:
        InvalidInputError: the lines make no sense; the message says which.
        ConflictError: there are fewer plants than leave, the key was used for something else, or a stocktake was
            signed since that moment.
    """
    check_document(header, lines)
    recorded = _begin(header, digest_of(header, lines))
    if not recorded.is_new:
        return recorded
    places = {place for line in lines for place in line.places}
    _lock_unfrozen(places, recorded.document)
    if header.kind == MovementKind.HAND_COUNT:
        _count(recorded.document, lines[0])
        return recorded
    for number, line in enumerate(lines, start=1):
        StockMovement.objects.bulk_create(_movements(recorded.document, number, line))
    _settle(places, header.user)
    return recorded


@transaction.atomic
def record_documents(entries: Sequence[Entry]) -> list[Recorded]:
    """Write several documents, all or none.

    Raises:
        InvalidInputError, ConflictError: as `record_document`.
    """
    _lock(entries)
    return [record_document(header, lines) for header, lines in entries]


def try_documents(entries: Sequence[Entry]) -> list[str]:
    """Write the documents one after the other, leave out those that are refused, and take everything back. Returns
    why each would be refused; empty for those that would not."""
    reasons = []
    with transaction.atomic():
        _lock(entries)
        for header, lines in entries:
            try:
                record_document(header, lines)
            except DomainError as error:
                reasons.append(error.message)
            else:
                reasons.append("")
        transaction.set_rollback(True)
    return reasons


def find_recorded(*, user: User, key: str, content: str) -> StockDocument | None:
    """The document that was written with this key before, so that a repeated request is answered whatever has changed
    since.

    Raises:
        ConflictError: the key was used for another content.
    """
    document = StockDocument.objects.filter(user=user, key=key).first()
    if document is not None:
        _check_digest(document, digest_of_content(content))
    return document


def _lock(entries: Iterable[Entry]) -> None:
    """All locations at once and in order, so that documents that follow each other cannot deadlock."""
    lock_locations({place for _header, lines in entries for line in lines for place in line.places})


@transaction.atomic
def undo_document(*, number: int, user: User, key: str, source: DocumentSource) -> Recorded:
    """Write a document that reverses another one, at the same moment. Undoing twice changes nothing.

    Raises:
        NotFoundError: there is no such document.
        ConflictError: it reverses another one itself, its plants have left since, or a stocktake was signed since.
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
    _lock_unfrozen(places, recorded.document)
    counts.update(withdrawn_at=timezone.now(), updated_at=timezone.now())
    StockMovement.objects.bulk_create(_opposite(movement, recorded.document) for movement in movements)
    _settle(places, user)
    return recorded


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
    _check_digest(document, digest)
    return Recorded(document, is_new)


def _check_digest(document: StockDocument, digest: str) -> None:
    if document.digest != digest:
        words = _(
            "This was recorded before as %(document)s, with other values. To record something else, begin with a new "
            "form, or a new key."
        )
        raise ConflictError(words % {"document": document})


def _lock_unfrozen(places: Collection[int], document: StockDocument) -> None:
    """Raises ConflictError if a stocktake of these locations was signed after the moment of the document."""
    lock_locations(places)
    refuse_frozen(places, document.happened_at)


def _count(document: StockDocument, line: Line) -> None:
    """A count of one batch. Like a photo it is never refused: plants that left since are a shortfall."""
    batch = _find_batch(line.plants, document.happened_at)
    counting = uuid4()
    StockCount.objects.create(
        batch=batch,
        image_id=counting,
        session_id=counting,
        quantity=line.quantity,
        quantity_empty=0,
        user=document.user,
        happened_at=document.happened_at,
        document=document,
    )
    reconcile(batch.location_id, user=document.user)


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
