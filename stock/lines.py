"""What a document says, checked before anything is written. `stock.documents` writes it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import InvalidInputError
from locations.models import Packaging, Product, ProductState, StorageLocation
from stock.models import PAIRED_KINDS, DocumentSource, LossReason, MovementKind, StockBatch

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

    `key` is the sender's: the same key again writes nothing. `content` is what was sent, where the lines were found by
    what was in the stock then. `happened_at` is None for now.
    """

    kind: MovementKind
    happened_at: datetime | None
    user: User
    key: str
    source: DocumentSource
    note: str = ""
    picture_key: str = ""
    content: str = ""


def check_document(header: Header, lines: Sequence[Line]) -> None:
    """Raise InvalidInputError for lines that the kind does not allow."""
    if header.happened_at is not None and header.happened_at > timezone.now() + AHEAD_BY:
        raise InvalidInputError(_("The moment lies in the future."))
    if not lines:
        raise InvalidInputError(_("A document needs at least one line."))
    if header.kind == MovementKind.HAND_COUNT and len(lines) > 1:
        raise InvalidInputError(_("A count by hand has one line."))
    for number, line in enumerate(lines, start=1):
        problem = _problem_of(header, line)
        if problem:
            raise InvalidInputError(
                problem
                if len(lines) == 1
                else _("Line %(number)d: %(problem)s") % {"number": number, "problem": problem}
            )


def _problem_of(header: Header, line: Line) -> str:
    """What is wrong with a line; empty for nothing."""
    least = {MovementKind.ADJUSTMENT: -MOST_PLANTS, MovementKind.HAND_COUNT: 0}.get(header.kind, 1)
    is_zero = line.quantity == 0 and header.kind != MovementKind.HAND_COUNT
    if is_zero or not least <= line.quantity <= MOST_PLANTS:
        return _("Give the number of plants.")
    if header.kind in PAIRED_KINDS and line.to is None:
        return _("Say where the plants go.")
    if line.to is not None and header.kind not in PAIRED_KINDS:
        return _("Only a transplant or a transfer has a destination.")
    if header.kind == MovementKind.DEATH and line.loss_reason is None:
        return _("Give the reason of the loss.")
    if header.kind != MovementKind.DEATH and line.loss_reason is not None:
        return _("Only a loss has a reason.")
    return ""


def digest_of(header: Header, lines: Iterable[Line]) -> str:
    """Tells whether a key is used again for the same content."""
    if header.content:
        return digest_of_content(header.content)
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
    return digest_of_content(json.dumps(content))


def digest_of_content(content: str) -> str:
    """The digest of what was sent."""
    return hashlib.sha256(content.encode()).hexdigest()


def _identity(plants: StockBatch | Plants) -> tuple[int | None, ...]:
    if isinstance(plants, StockBatch):
        return (plants.pk,)
    packaging = plants.packaging.pk if plants.packaging else None
    return (plants.location.pk, plants.product.pk, packaging, plants.state.pk)
