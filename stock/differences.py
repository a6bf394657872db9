"""The rows of differences: rebuilt from the counts of a location and people's decisions about them.

Only `stock.reconciliation` calls this, under the lock of the location. Which differences may be chance is decided by
`stock.noise`, from the intervals of the counts (`stock.intervals`) where the nursery's own photos have taught them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from stock.conformal import Rung
from stock.intervals import margins_by_batch
from stock.models import EXPLAINING, Decision, DecisionKind, Difference, StockBatch, StockCount
from stock.noise import DOUBTFUL_SHARE, HAND_SHARE, PHOTO_SHARE, Judgement, Observation, judge
from stock.timeline import Change, VisitTotal, replay

DERIVED = ("moment", "expected", "counted", "explained", "noise", "unexplained", "counts", "taken_back", "is_gone")
COLUMNS = (*DERIVED, "recount_since", "assigned_to_id")
Key = tuple[int, int | None, int | None]
KEY_COLUMNS = ("batch_id", "visit_id", "document_id")


@dataclass(frozen=True)
class Counted:
    """One count of a batch. `is_first`: nothing was known of its cycle before, so it differs from nothing."""

    key: Key
    moment: datetime
    expected: int
    counted: int
    share: float
    off: float | None
    is_first: bool


@dataclass(frozen=True)
class Decided:
    """What the decisions about one difference come to."""

    explained: int = 0
    recount_since: datetime | None = None
    assigned_to: int | None = None


NOTHING = Decided()


def update_differences(
    batches: Mapping[int, StockBatch],
    totals: Collection[VisitTotal],
    changes: Collection[Change],
    counts: Iterable[StockCount],
) -> None:
    """Write what changed since the differences of a location were written last. Two queries if nothing did."""
    known = {_key(row): row for row in Difference.objects.filter(batch__in=batches)}
    before = {row.pk: _columns(row) for row in known.values()}
    decided = _decisions(known.values()) if known else {}
    rows = [
        row
        for history in _histories(batches, totals, changes, counts).values()
        for row in _rows(history, known, decided)
    ]
    wanted = {_key(row) for row in rows}
    gone = [row for key, row in known.items() if key not in wanted]
    kept = [_gone(row) for row in gone if row.pk in decided]
    changed = [row for row in (*rows, *kept) if row.pk and before[row.pk] != _columns(row)]
    for row in changed:
        row.updated_at = timezone.now()
    Difference.objects.bulk_create(row for row in rows if not row.pk)
    if changed:
        Difference.objects.bulk_update(changed, [*DERIVED, "recount_since", "assigned_to", "updated_at"])
    if undecided := [row.pk for row in gone if row.pk not in decided]:
        Difference.objects.filter(pk__in=undecided).delete()


def _histories(
    batches: Mapping[int, StockBatch],
    totals: Collection[VisitTotal],
    changes: Collection[Change],
    counts: Iterable[StockCount],
) -> dict[int, list[Counted]]:
    """The counts of each batch in order of time."""
    by_image = {count.image_id: count for count in counts}
    margins = margins_by_batch(by_image.values())
    moments = {total.image: total.moment for total in totals}
    begun: dict[int, datetime] = {}  # when each cycle was first counted, or something recorded in it
    for change in sorted(changes, key=lambda change: change.moment):
        begun.setdefault(batches[change.batch].config_id, change.moment)
    histories: defaultdict[int, list[Counted]] = defaultdict(list)
    for (image, batch), (expected, counted) in replay(totals, changes).seen.items():
        count, moment, cycle = by_image[image], moments[image], batches[batch].config_id
        key = batch, count.visit_id, count.document_id
        is_first = not expected and moment <= begun.get(cycle, moment)
        begun[cycle] = min(moment, begun.get(cycle, moment))
        share, margin = _share(count), margins.get((count.visit_id, batch))
        # What the shipped intervals say is the error of a strange nursery, not of two counts of one bed.
        is_learned = margin is not None and margin.rung < Rung.SHIPPED and share == PHOTO_SHARE
        off = margin.plants if margin is not None and is_learned else None
        histories[batch].append(Counted(key, moment, expected, counted, share, off, is_first))
    return histories


def _share(count: StockCount) -> float:
    """How far a count may be off."""
    if count.visit is None:
        return HAND_SHARE
    return DOUBTFUL_SHARE if count.visit.in_doubt or count.visit.is_open else PHOTO_SHARE


def _rows(
    history: Collection[Counted], known: Mapping[Key, Difference], decided: Mapping[int, Decided]
) -> list[Difference]:
    """The differences of one batch; a row that was written once stays, also if the count agrees now."""
    decisions = {count.key: decided.get(known[count.key].pk, NOTHING) for count in history if count.key in known}
    observed = [
        Observation(
            count.counted if count.is_first else count.expected,
            count.counted,
            decisions.get(count.key, NOTHING).explained,
            count.share,
            count.off,
        )
        for count in history
    ]
    newest = max((count.moment for count in history), default=None)
    rows = []
    for count, seen, judgement in zip(history, observed, judge(observed), strict=True):
        row = known.get(count.key)
        if row is None and (seen.expected != seen.counted or judgement.unexplained):
            row = Difference(**dict(zip(KEY_COLUMNS, count.key, strict=True)))
        if row is not None:
            rows.append(_fill(row, count, seen, judgement, decisions.get(count.key, NOTHING), newest))
    return rows


def _fill(
    row: Difference,
    count: Counted,
    seen: Observation,
    judgement: Judgement,
    decision: Decided,
    newest: datetime | None,
) -> Difference:
    row.moment, row.expected, row.counted = count.moment, seen.expected, seen.counted
    row.explained, row.unexplained = decision.explained, judgement.unexplained
    row.noise, row.counts, row.taken_back = judgement.noise, judgement.counts, judgement.taken_back
    row.is_gone, row.assigned_to_id = False, decision.assigned_to
    waits = decision.recount_since and newest and newest <= decision.recount_since
    row.recount_since = decision.recount_since if waits else None
    return row


def _gone(row: Difference) -> Difference:
    """A decided difference whose count no longer exists."""
    row.expected = row.counted = row.explained = row.unexplained = row.noise = 0
    row.taken_back, row.is_gone, row.recount_since = False, True, None
    return row


def _decisions(rows: Iterable[Difference]) -> dict[int, Decided]:
    """What was decided, by the key of the difference; those without decisions are left out."""
    found: dict[int, Decided] = {}
    for decision in Decision.objects.filter(difference__in=[row.pk for row in rows]).order_by("pk"):
        before = found.get(decision.difference_id, NOTHING)
        since = decision.created_at if decision.kind == DecisionKind.RECOUNT else before.recount_since
        found[decision.difference_id] = Decided(
            explained=before.explained + decision.quantity,
            recount_since=None if decision.kind in EXPLAINING else since,
            assigned_to=before.assigned_to if decision.kind in EXPLAINING else decision.assigned_to_id,
        )
    return found


def _key(row: Difference) -> Key:
    return row.batch_id, row.visit_id, row.document_id


def _columns(row: Difference) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)
