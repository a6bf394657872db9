"""Makes the evidence pack of a count or of a signed stocktake, part by part while it is downloaded.

The last part is sent only once the pack's fingerprint is on record (`processing.models.EvidencePack`), so that the
nursery can confirm later that a pack is one of its own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, NotFoundError, UnavailableError
from gallery.evidence import ledger, marks, reports, stocktakes, verifier
from gallery.evidence.photos import PhotoEvidence, person_json, read_photo
from gallery.evidence.writing import PackStream, csv_parts, json_bytes
from locations.nursery import read_nursery
from photos.models import S3Image
from photos.storage.keys import EXTENSIONS
from photos.storage.object_store import OriginalLostError, open_original
from processing.models import EvidencePack
from processing.review.corrections import counted_session
from stock.models import Stocktake
from stock.stocktake_totals import product_totals

About = Mapping[str, object]
Fill = Callable[[PackStream, About], Iterator[bytes]]
VERIFIER = Path(verifier.__file__)
LOST = "the original is missing in the storage"
UNREACHABLE = "the storage did not answer while the pack was made"


@dataclass(frozen=True)
class Order:
    """Who wants a pack, in which language its pages are, and whether with the originals of the photos."""

    user: User
    language: str
    with_originals: bool
    made_at: datetime


def pack_of_count(image: S3Image, order: Order) -> Iterator[bytes]:
    """The pack of a photo's count. Raises NotFoundError, before the first part, if the photo has no count."""
    if counted_session(image) is None:
        raise NotFoundError(_("This photo has no count yet."))
    fill = partial(_add_count, image=image, order=order)
    return _stream(EvidencePack.Kind.COUNT, str(image.pk), order, fill)


def pack_of_stocktake(stocktake: Stocktake, order: Order) -> Iterator[bytes]:
    """The pack of a signed stocktake. Raises ConflictError, before the first part, if it is open."""
    if stocktake.closed_at is None:
        raise ConflictError(_("Only a signed stocktake has an evidence pack."))
    fill = partial(_add_stocktake, stocktake=stocktake, order=order)
    return _stream(EvidencePack.Kind.STOCKTAKE, stocktake.number, order, fill)


def _stream(kind: str, subject: str, order: Order, fill: Fill) -> Iterator[bytes]:
    about = {
        "kind": kind,
        "subject": subject,
        "made_at": order.made_at,
        "made_by": person_json(order.user),
        "nursery": read_nursery()["name"],
        "language": order.language,
        "originals": order.with_originals,
    }
    pack = PackStream(about)

    def note(fingerprint: str, files: int) -> None:
        EvidencePack.objects.create(
            kind=kind,
            subject=subject,
            fingerprint=fingerprint,
            files=files,
            with_originals=order.with_originals,
            made_by=order.user,
            made_at=order.made_at,
        )

    yield from fill(pack, about)
    yield from pack.add("README.txt", reports.make_readme(about))
    yield from pack.add("verify.py", VERIFIER.read_bytes())
    yield from pack.finish(note)


def _add_count(pack: PackStream, about: About, image: S3Image, order: Order) -> Iterator[bytes]:
    evidence = read_photo(image.pk, with_ledger=True)
    yield from _add_photo(pack, evidence, order)
    yield from pack.add("ledger.csv", csv_parts(ledger.COLUMNS, evidence.ledger))
    yield from pack.add("report.html", reports.report_of_count(evidence, about))


def _add_stocktake(pack: PackStream, about: About, stocktake: Stocktake, order: Order) -> Iterator[bytes]:
    products, photos, plants = product_totals(stocktake), stocktakes.find_photos(stocktake), dict[UUID, int]()
    for image_id in dict.fromkeys(chain.from_iterable(photos.values())):
        evidence = read_photo(image_id, with_ledger=False)
        stock = evidence.facts["stock"]
        plants[image_id] = verifier.plants_once(stock) if stock and stock["is_counted"] else 0
        yield from _add_photo(pack, evidence, order)
    yield from pack.add("stocktake.json", json_bytes(stocktakes.describe(stocktake, products)))
    bays = stocktakes.bay_rows(stocktake, photos, plants)
    yield from pack.add("bays.csv", csv_parts(stocktakes.BAY_COLUMNS, bays))
    yield from pack.add("lines.csv", csv_parts(stocktakes.LINE_COLUMNS, stocktakes.line_rows(stocktake, products)))
    movements = ledger.ledger_rows(stocktakes.movements_of(stocktake))
    yield from pack.add("ledger.csv", csv_parts(ledger.COLUMNS, movements))
    yield from pack.add("report.html", reports.report_of_stocktake(stocktake, about))


def _add_photo(pack: PackStream, evidence: PhotoEvidence, order: Order) -> Iterator[bytes]:
    """The original first, because the description says where it is."""
    file, folder = evidence.facts["file"], f"photos/{evidence.facts['image_id']}"
    if order.with_originals and evidence.image is not None and evidence.image.purged_at is None:
        try:
            parts = open_original(evidence.image)
        except (OriginalLostError, UnavailableError) as error:
            file["note"] = LOST if isinstance(error, OriginalLostError) else UNREACHABLE
        else:
            file["original"] = f"{folder}/original.{EXTENSIONS.get(evidence.image.content_type or '', 'bin')}"
            yield from pack.add(file["original"], parts, is_picture=True)
    yield from pack.add(f"{folder}/photo.json", json_bytes(evidence.facts))
    if evidence.facts["count"] is None:
        return
    if evidence.facts["count"]["containers"] is not None:
        yield from pack.add(f"{folder}/detections.csv", csv_parts(marks.MARK_COLUMNS, evidence.marks))
    yield from pack.add(f"{folder}/corrections.csv", csv_parts(marks.CORRECTION_COLUMNS, evidence.corrections))
