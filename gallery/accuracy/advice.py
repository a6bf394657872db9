"""What would make the counts, or what is known of them, better: most photos first."""

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.accuracy.kinds import Kind
from gallery.accuracy.measures import Judged
from locations.nursery import read_nursery
from stock.conformal import NEEDED, Rung, Stratum, find_margin
from stock.factors import LEAST_PHOTOS
from stock.intervals import Learned, read_learned, shipped

MOST = 5
TELLING = 3  # validated photos from which the width of an interval of their own can be guessed
WORTH = 15  # percent


@dataclass(frozen=True)
class Advice:
    """`code`: `interval` (validate so many photos more of a kind), `factor` (enter so many known counts) or `recounts`
    (have photos counted blind). `narrower`: by how many percent the interval would be narrower, if that can be
    guessed."""

    code: str
    photos: int = 0
    kind: Kind | None = None
    narrower: int | None = None


def advise(kinds: Sequence[Kind], judged: Sequence[Judged]) -> list[Advice]:
    """The advice for the kinds that are counted most. Two queries."""
    learned = read_learned()
    counted = [kind for kind in kinds if kind.counts]
    found = [advice for kind in counted for advice in (_for_interval(kind, judged, learned), _for_factor(kind))]
    wanted = [advice for advice in found if advice is not None][:MOST]
    if not read_nursery()["blind_recount_percent"]:
        wanted.append(Advice("recounts"))
    return wanted


def _for_interval(kind: Kind, judged: Sequence[Judged], learned: Learned) -> Advice | None:
    """An interval of its own needs nine photos."""
    known = learned.quantiles.get(kind.stratum.keys[0])
    missing = NEEDED - (known.n if known else 0)
    if missing <= 0:
        return None
    return Advice("interval", missing, kind, _guess(kind.stratum, judged, learned))


def _guess(stratum: Stratum, judged: Sequence[Judged], learned: Learned) -> int | None:
    """How much narrower the interval would be if all photos were like those that are validated."""
    scores = [row.score for row in judged if row.score is not None and _stratum(row) == stratum]
    now = find_margin(1.0, stratum, learned.quantiles, shipped())
    if len(scores) < TELLING or now is None or now.rung == Rung.CHECKED:
        return None
    percent = round(100 * (1 - max(scores) / now.plants)) if now.plants else 0
    return percent if percent >= WORTH else None


def _for_factor(kind: Kind) -> Advice | None:
    if kind.calibration or kind.known + kind.corrected >= LEAST_PHOTOS:
        return None
    return Advice("factor", kind.missing, kind)


def _stratum(row: Judged) -> Stratum:
    return Stratum(row.model, row.container, row.product, row.packaging)
