"""The read model of documents: with their lines, who recorded them, and what undoes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import NotFoundError
from gallery.common.forms import PER_PAGE
from gallery.movements.kinds import Kind, kind_of, may_undo
from locations.models import StorageLocation
from photos.storage.object_store import presigned_url
from stock.models import StockBatch, StockCount, StockDocument, StockMovement


@dataclass(frozen=True)
class LineDetail:
    """One line: the plants, how many of them were added or taken, and where they went."""

    batch: StockBatch
    quantity: int
    to: StockBatch | None
    movement: StockMovement | None

    @property
    def plants(self) -> int:
        """Without a sign."""
        return abs(self.quantity)


@dataclass(frozen=True)
class DocumentDetail:
    """One document. `undone_by` is the document that reverses it."""

    document: StockDocument
    kind: Kind
    lines: tuple[LineDetail, ...]
    undone_by: StockDocument | None

    @property
    def total(self) -> int:
        """The plants of all lines, without a sign."""
        return sum(line.plants for line in self.lines)

    @property
    def picture_url(self) -> str | None:
        """Signed for an hour."""
        return presigned_url(self.document.picture_key) if self.document.picture_key else None

    def may_be_undone_by(self, user: User) -> bool:
        """Whether to show the button."""
        return self.undone_by is None and may_undo(user, self.document)


def document_detail(number: int) -> DocumentDetail:
    """A document by its number. Raises NotFoundError."""
    document = _with_lines(StockDocument.objects.filter(pk=number)).first()
    if document is None:
        raise NotFoundError(_("There is no document with this number."))
    return detail_of(document)


def list_documents(
    *, page: int, location: StorageLocation | None = None
) -> tuple[Page[StockDocument], list[DocumentDetail]]:
    """A page of documents, newest first: all, or those that concern a location. Seven queries for any number."""
    found = Paginator(find_documents(location), PER_PAGE).get_page(page)
    return found, [detail_of(document) for document in found]


def find_documents(location: StorageLocation | None = None) -> QuerySet[StockDocument]:
    """All documents, or those that concern a location, newest first, with what `detail_of` reads."""
    documents = StockDocument.objects.all()
    if location is not None:
        moved = StockMovement.objects.filter(batch__location=location).exclude(document=None).values("document")
        counted = StockCount.objects.filter(batch__location=location).exclude(document=None).values("document")
        documents = documents.filter(pk__in=moved.union(counted))
    return _with_lines(documents)


def _with_lines(documents: QuerySet[StockDocument]) -> QuerySet[StockDocument]:
    names = ("batch__location", "batch__product", "batch__packaging", "batch__state")
    movements = StockMovement.objects.select_related("loss_reason", *names).order_by("line", "quantity")
    return documents.select_related(
        "user", "reverses", "reversed_by", *(f"hand_count__{n}" for n in names)
    ).prefetch_related(Prefetch("movements", movements))


def detail_of(document: StockDocument) -> DocumentDetail:
    """A document that was read by `find_documents`."""
    return DocumentDetail(
        document=document,
        kind=kind_of(document),
        lines=tuple(_lines(document)),
        undone_by=getattr(document, "reversed_by", None),
    )


def _lines(document: StockDocument) -> Sequence[LineDetail]:
    """The movements line by line, out before in; a count by hand is its only line."""
    count: StockCount | None = getattr(document, "hand_count", None)
    if count is not None:
        return [LineDetail(count.batch, count.quantity, None, None)]
    lines: dict[int | None, LineDetail] = {}
    for movement in document.movements.all():
        first = lines.get(movement.line)
        if first is None:
            lines[movement.line] = LineDetail(movement.batch, movement.quantity, None, movement)
        else:
            lines[movement.line] = LineDetail(first.batch, first.quantity, movement.batch, first.movement)
    return list(lines.values())
