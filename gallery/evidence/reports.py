"""The pages of an evidence pack for people: HTML without scripts, and how to verify the pack, in one language.

They are made while the pack is downloaded, long after the request and its language have ended.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from gallery.common.intervals import BASES
from gallery.evidence.photos import PhotoEvidence
from gallery.evidence.writing import Row
from locations.models import ContainerKind
from locations.nursery import nursery_zone
from processing.counting.boxes import CLASS_NAMES
from processing.models.corrections import WORDS
from stock.conformal import Rung
from stock.models import MovementKind, Stocktake
from stock.stocktake_totals import bay_totals, product_totals

AT_ONCE = 500
# Where the bays follow in the page; no name contains it, because names are escaped.
BAYS = b"<!-- bays -->"
# Browsers show no others.
SHOWN_PICTURES = ("jpg", "png", "webp")


def make_readme(about: Mapping[str, object]) -> bytes:
    """What is in a pack, how to verify it, and what that does not prove."""
    return _render("readme.html", about, {"about": about})


def report_of_count(evidence: PhotoEvidence, about: Mapping[str, object]) -> bytes:
    """`report.html` of a count."""
    facts = evidence.facts
    original = facts["file"]["original"] or ""
    with _as_read(about):
        context = {
            "about": about,
            "photo": facts,
            "picture": original if original.endswith(SHOWN_PICTURES) else "",
            "basis": _basis(facts["count"]["interval"]),
            "containers": [_container(row) for row in facts["count"]["containers"] or ()],
            "corrections": [_correction(row) for row in evidence.corrections],
            "movements": [_movement(row) for row in evidence.ledger],
        }
        return _render("report_count.html", about, context)


def report_of_stocktake(stocktake: Stocktake, about: Mapping[str, object]) -> Iterator[bytes]:
    """`report.html` of a signed stocktake: its sums, then some bays at a time."""
    context = {"stocktake": stocktake, "totals": bay_totals(stocktake), "products": product_totals(stocktake)}
    page = _render("report_stocktake.html", about, {"about": about, **context})
    before, _bays, after = page.partition(BAYS)
    yield before
    stored = stocktake.bays.iterator(chunk_size=AT_ONCE)
    while bays := tuple(islice(stored, AT_ONCE)):
        yield _render("_report_bays.html", about, {"bays": bays, "folder": "photos"})
    yield after


def _render(template: str, about: Mapping[str, object], context: Mapping[str, object]) -> bytes:
    with _as_read(about):
        address = f"{settings.SITE_URL}{reverse('evidence')}"
        return render_to_string(f"gallery/evidence/{template}", {"address": address, **context}).encode()


@contextmanager
def _as_read(about: Mapping[str, object]) -> Iterator[None]:
    """In the language of the pack and the time zone of the nursery."""
    with translation.override(str(about["language"])), timezone.override(nursery_zone()):
        yield


def _basis(interval: Mapping[str, Any] | None) -> str:
    return str(BASES[Rung[interval["basis"].upper()]]) if interval else ""


def _container(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "name": str(ContainerKind(row["kind"]).label) if row["kind"] else ""}


def _correction(row: Row) -> dict[str, object]:
    name = row["class"]
    words = WORDS[str(row["action"]), CLASS_NAMES.index(str(name)) if name else None]
    return {**row, "words": str(words)}


def _movement(row: Row) -> dict[str, object]:
    return {**row, "kind": dict(MovementKind.choices).get(str(row["kind"]), row["kind"])}
