"""The kinds of photos that a factor can be learned for, and one of them with its validated photos and its history.

A kind is a product in its packaging and kind of container, counted by the models of today.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from gallery.browse.cards import PhotoCard
from gallery.browse.queries import cards_of
from gallery.common.forms import MOST_AT_ONCE
from locations.models import ContainerKind, Packaging, Product
from photos.models import S3Image
from stock.calibration import COUNTED_KIND, KIND
from stock.conformal import Stratum
from stock.factors import LEAST_PHOTOS
from stock.models import Calibration, CountShare, StockCount, Validation, ValidationSource

RECENT = 2000  # counts that say which kinds there are
AT_ONCE = 5  # photos that are shown to be counted
VERSIONS = 20
LEARNED_FROM = 100


@dataclass(frozen=True)
class Kind:
    """One kind: how many of the newest counts are of it, how many photos are validated, and its factor."""

    stratum: Stratum
    product: Product
    packaging: Packaging | None
    counts: int
    known: int
    corrected: int
    calibration: Calibration | None

    @property
    def container(self) -> str:
        """The word for the kind of container."""
        return container_words(self.stratum.container)

    @property
    def name(self) -> str:
        return ", ".join(str(part) for part in (product_words(self.product), self.packaging, self.container) if part)

    @property
    def validated(self) -> int:
        return self.known + self.corrected

    @property
    def missing(self) -> int:
        """How many known counts are needed before there can be a factor."""
        return 0 if self.calibration else max(1, LEAST_PHOTOS - self.validated)

    @property
    def query(self) -> str:
        """What names it in an address."""
        return query_of(self.stratum)


def query_of(kind: Stratum) -> str:
    """What names a kind in an address."""
    return urlencode({"product": kind.product, "packaging": kind.packaging or "", "container": kind.container})


def product_words(product: Product) -> str:
    """What a product is called, in short."""
    return str(product) if product.is_mixed else product.common_name


def container_words(code: str) -> str:
    """What a kind of container is called."""
    return str(ContainerKind(code).label) if code in ContainerKind.values else _("No container")


def current_model(product_id: int | None = None) -> str:
    """By which models the newest count was made, of a product if it has one; empty before the first.

    Product groups may have models of their own (`processing.runtime.registry`).
    """
    newest = _counts().order_by("-pk").values_list("model_version", flat=True)
    own = newest.filter(batch__product=product_id).first() if product_id else None
    return own or newest.first() or ""


def list_kinds() -> list[Kind]:
    """Those of the newest counts, and all with validated photos; most often counted first. Six queries."""
    model, recent = current_model(), _recent()
    own: dict[int | None, str] = {}
    for stratum in recent:  # newest first
        own.setdefault(stratum.product, stratum.model)

    def is_current(stratum: Stratum) -> bool:
        return stratum.model == own.get(stratum.product, model)

    counted = Counter(stratum for stratum in recent if is_current(stratum))
    validated: dict[Stratum, Counter[str]] = {}
    models = {model, *own.values()}
    rows = Validation.objects.in_force().filter(model_version__in=models).exclude(product=None).order_by()
    for *kind, source, number in rows.values_list(*KIND, "source").annotate(number=Count("pk")):
        validated.setdefault(Stratum(*kind), Counter())[source] += number
    in_force = Calibration.objects.in_force().filter(model_version__in=models)
    calibrations = {row.stratum: row for row in in_force}
    strata = [stratum for stratum in {**counted, **validated, **calibrations} if is_current(stratum)]
    products = Product.objects.in_bulk({stratum.product for stratum in strata})
    packagings = Packaging.objects.in_bulk({stratum.packaging for stratum in strata if stratum.packaging})
    kinds = [
        Kind(
            stratum=stratum,
            product=products[stratum.product],
            packaging=packagings.get(stratum.packaging) if stratum.packaging else None,
            counts=counted[stratum],
            known=known.total() - known[ValidationSource.CORRECTED],
            corrected=known[ValidationSource.CORRECTED],
            calibration=calibrations.get(stratum),
        )
        for stratum in strata
        if stratum.product in products
        for known in [validated.get(stratum, Counter())]
    ]
    return sorted(kinds, key=lambda kind: (-kind.counts, -kind.validated, kind.name))


def _recent() -> list[Stratum]:
    """The kinds of the newest counts, newest first."""
    return [Stratum(*row) for row in _counts().order_by("-pk").values_list(*COUNTED_KIND)[:RECENT]]


def _counts() -> QuerySet[StockCount]:
    """Counts of photos of a single product, by models."""
    divided = CountShare.objects.filter(count=OuterRef("pk"))
    photos = StockCount.objects.in_force().of_photos().exclude(model_version="")
    return photos.filter(~Exists(divided), batch__product__is_mixed=False)


def _counts_of(kind: Stratum) -> QuerySet[StockCount]:
    values = (kind.model, kind.container, kind.product, kind.packaging)
    return _counts().filter(**dict(zip(COUNTED_KIND, values, strict=True)))


def photos_to_count(kind: Stratum, *, first: UUID | None = None) -> list[PhotoCard]:
    """The newest photos of a kind whose true number nobody has said, and before them the photo `first`."""
    said = Validation.objects.in_force().filter(image_id=OuterRef("image_id")).order_by()
    counts = _counts_of(kind).filter(~Exists(said), predicted_error__gt=0)
    newest = list(counts.order_by("-pk").values_list("image_id", flat=True)[:AT_ONCE])
    wanted = [*([first] if first else []), *(image for image in newest if image != first)][:AT_ONCE]
    cards = {card.image_id: card for card in cards_of(wanted)}
    return [cards[image] for image in wanted if image in cards]


def kind_of_photo(image_id: UUID) -> Stratum | None:
    """The kind of a photo whose count is in the stock; None for any other."""
    row = _counts().filter(image_id=image_id).values_list(*COUNTED_KIND).first()
    return Stratum(*row) if row else None


@dataclass(frozen=True)
class Learned:
    """A validated photo; without a `card` it is in the trash or purged."""

    validation: Validation
    card: PhotoCard | None

    @property
    def off(self) -> int:
        """Plants that were counted too many, negative for too few."""
        return self.validation.counted - self.validation.truth

    @property
    def plants_off(self) -> int:
        """The same without its sign."""
        return abs(self.off)


def learned_from(kind: Stratum) -> list[Learned]:
    """The newest validated photos of a kind. Four queries."""
    named = dict(zip(KIND, (kind.model, kind.container, kind.product, kind.packaging), strict=True))
    rows = list(Validation.objects.in_force().filter(**named).select_related("user")[:LEARNED_FROM])
    cards = {card.image_id: card for card in cards_of(row.image_id for row in rows)}
    return [Learned(row, cards.get(row.image_id)) for row in rows]


def versions_of(kind: Stratum) -> Sequence[Calibration]:
    """The newest versions of a factor."""
    return list(Calibration.objects.of(kind).select_related("user").order_by("-pk")[:VERSIONS])


def calibrated_photos(kind: Stratum) -> list[UUID]:
    """The newest photos whose count in force was multiplied by a factor."""
    counts = _counts_of(kind).filter(uncalibrated__isnull=False).order_by("-pk")
    shown = counts.filter(Exists(S3Image.objects.visible().filter(pk=OuterRef("image_id"))))
    return list(shown.values_list("image_id", flat=True)[:MOST_AT_ONCE])
