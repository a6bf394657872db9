"""What can be recorded, by the names that pages, the API and spreadsheets use, and which roles may record it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.accounts.models import User
from demeter.common.exceptions import NotFoundError
from stock.models import MovementKind, StockDocument

RECORD = "stock.add_stockdocument"
RECORD_SALE = "stock.record_sale"


@dataclass(frozen=True)
class Kind:
    """One kind of document. `code` is for programs and addresses, `hint` says when to use it."""

    code: str
    kind: MovementKind
    permission: str
    hint: Promise

    @property
    def label(self) -> str:
        """In the language of the page."""
        return str(self.kind.label)

    @property
    def comes_in(self) -> bool:
        """Whether the plants are new here, so that their product is asked for instead of their batch."""
        return self.code in ("planting", "sowing", "opening")

    @property
    def moves(self) -> bool:
        """Whether the plants go somewhere else."""
        return self.code in ("transplant", "transfer")


KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("loss", MovementKind.DEATH, RECORD, gettext_lazy("Plants that died, were damaged or stolen")),
        Kind("transplant", MovementKind.TRANSPLANT, RECORD, gettext_lazy("Into another packaging, state or bay")),
        Kind("transfer", MovementKind.TRANSFER, RECORD, gettext_lazy("To another bay, otherwise unchanged")),
        Kind("planting", MovementKind.PLANTING, RECORD, gettext_lazy("Young plants that come in")),
        Kind("sowing", MovementKind.SOWING, RECORD, gettext_lazy("Seeds sown here")),
        Kind("count", MovementKind.HAND_COUNT, RECORD, gettext_lazy("Counted without a photo")),
        Kind("sale", MovementKind.SALE, RECORD_SALE, gettext_lazy("Plants that were sold")),
        Kind("adjustment", MovementKind.ADJUSTMENT, RECORD_SALE, gettext_lazy("Corrects the stock, up or down")),
        Kind("opening", MovementKind.INITIAL, RECORD_SALE, gettext_lazy("What was here before Demeter")),
    )
}
_BY_KIND = {kind.kind: kind for kind in KINDS.values()}


def kind_of(document: StockDocument) -> Kind:
    """The kind of a document."""
    return _BY_KIND[MovementKind(document.kind)]


def allowed_kinds(user: User) -> list[Kind]:
    """What this user may record."""
    return [kind for kind in KINDS.values() if user.has_perm(kind.permission)]


def require_kind(user: User, kind: Kind) -> None:
    """Raise PermissionDenied unless the user may record this kind."""
    if not user.has_perm(kind.permission):
        words = _("Your role does not allow you to record this: %(kind)s.")
        raise PermissionDenied(words % {"kind": kind.label})


def find_to_undo(user: User, number: int) -> StockDocument:
    """A document by its number. Raises NotFoundError, or PermissionDenied if this user may not undo it."""
    document = StockDocument.objects.filter(pk=number).first()
    if document is None:
        raise NotFoundError(_("There is no document with this number."))
    if not may_undo(user, document):
        raise PermissionDenied(_("Only who recorded a document, or a supervisor, can undo it."))
    return document


def may_undo(user: User, document: StockDocument) -> bool:
    """Whether the user may undo a document: one's own, or any by those who record sales."""
    if document.reverses_id is not None or not user.has_perm(RECORD):
        return False
    return document.user_id == user.pk or user.has_perm(RECORD_SALE)
