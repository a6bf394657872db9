"""The rows of visits: rebuilt from the counts in force at a location, keeping people's answers.

Only `stock.ledger` calls this, under the lock of the location. Which photos belong together and which count is decided
by `stock.visits.grouping`, whether pictures look alike by `stock.visits.likeness`, which plants two photos both show by
`stock.visits.overlapping`.
"""

from collections import Counter
from collections.abc import Sequence

from django.utils import timezone

from photos.models import S3Image
from stock.models import StockCount, Visit
from stock.timeline import VisitTotal
from stock.visits.grouping import Outcome, Photo, count_visit, group_visits
from stock.visits.likeness import look_alike
from stock.visits.overlapping import Known, find_repeated, read_overlaps, request_comparisons
from stock.visits.union import take_off

COUNT_COLUMNS = ("visit", "part", "covered", "left_out", "is_counted", "seen_before")
VISIT_COLUMNS = (
    *("answer", "first_at", "last_at", "photos", "quantity", "is_open", "asks_overlap", "signed_off", "in_doubt"),
)


def form_visits(location_id: int, counts: Sequence[StockCount]) -> list[VisitTotal]:
    """The visits of the counts in force at a location (each with its batch) in order of time; changes are saved."""
    rows = {count.image_id: count for count in counts}
    said = dict(S3Image.objects.filter(pk__in=rows).exclude(visit_answer="").values_list("pk", "visit_answer"))
    known = Visit.objects.filter(location=location_id).in_bulk()
    before = {row.pk: _columns(row, COUNT_COLUMNS) for row in counts}
    written = {row.pk: _columns(row, VISIT_COLUMNS) for row in known.values()}
    taken: set[int] = set()
    totals = []
    groups = group_visits(as_photo(count) for count in counts)
    overlaps = read_overlaps(photo.image for group in groups if len(group) > 1 for photo in group)
    for group in groups:
        members = [rows[photo.image] for photo in group]
        visit = _take_visit(members, known, taken) or Visit(location_id=location_id)
        _name_parts(visit, members)
        photos = [as_photo(count, said.get(count.image_id, "")) for count in members]
        _note_said(visit, photos, members)
        outcome = count_visit(photos, visit.answer)
        _fill(visit, members, outcome, overlaps)
        if visit.pk is None or written[visit.pk] != _columns(visit, VISIT_COLUMNS):
            visit.save()
        for count in members:
            count.visit = visit
        taken.add(visit.pk)
        totals.append(_total(members, outcome))
    changed = [count for count in counts if before[count.pk] != _columns(count, COUNT_COLUMNS)]
    if changed:
        StockCount.objects.bulk_update(changed, COUNT_COLUMNS)
    _empty([visit for visit in known.values() if visit.pk not in taken and visit.photos])
    return totals


def as_photo(count: StockCount, said: str = "") -> Photo:
    """A count (with its batch) as a `stock.visits.grouping.Photo`."""
    return Photo(
        image=count.image_id,
        batch=count.batch_id,
        quantity=count.quantity,
        moment=count.happened_at,
        cycle=count.batch.config_id,
        part=count.part,
        said=said,
        covered=count.covered,
        left_out=count.left_out,
    )


def _take_visit(members: Sequence[StockCount], known: dict[int, Visit], taken: set[int]) -> Visit | None:
    """The visit that these counts belong to, preferring an answered one; None if they have none yet.

    Merged visits lose answers that differ. A visit split off from another keeps its answer.
    """
    own = [known[pk] for pk in sorted({count.visit_id for count in members if count.visit_id in known})]
    answers = {visit.answer for visit in own if visit.answer}
    first = min(own, key=lambda visit: (not visit.answer, visit.pk in taken, visit.pk), default=None)
    if first is None:
        return None
    if first.pk in taken:
        first = Visit(
            location_id=first.location_id,
            answer=first.answer,
            answered_by=first.answered_by,
            answered_at=first.answered_at,
            is_compared=first.is_compared,
        )
    if len(answers) > 1:
        first.answer, first.answered_by, first.answered_at = "", None, None
        for count in members:
            count.covered = count.left_out = False
    return first


def _name_parts(visit: Visit, members: Sequence[StockCount]) -> None:
    """Number the photos of a visit by what they show, whenever photos were added; None without a picture."""
    if len(members) == 1 or all(count.part is not None and count.visit_id == visit.pk for count in members):
        return
    images = [count.image_id for count in members]
    sketches = dict(S3Image.objects.filter(pk__in=images).values_list("pk", "sketch"))
    for index, count in enumerate(members):
        sketch = sketches.get(count.image_id)
        like = next(
            (other.part for other in members[:index] if _alike(sketch, sketches.get(other.image_id))), index + 1
        )
        count.part = like if sketch else None


def _alike(one: bytes | memoryview | None, other: bytes | memoryview | None) -> bool:
    return bool(one and other) and look_alike(bytes(one or b""), bytes(other or b""))


def _note_said(visit: Visit, photos: Sequence[Photo], members: Sequence[StockCount]) -> None:
    """Take over the uploader's answer if it covers all photos of a visit."""
    words = {photo.said for photo in photos}
    if visit.answer or len(words) > 1 or "" in words:
        return
    visit.answer, visit.answered_by, visit.answered_at = words.pop(), members[-1].user, timezone.now()


def _fill(visit: Visit, members: Sequence[StockCount], outcome: Outcome, overlaps: Known) -> None:
    """Set the derived columns of a visit and of its counts."""
    counted = {photo.image for photo in outcome.counted}
    for count in members:
        count.is_counted, count.seen_before = count.image_id in counted, 0
    visit.first_at, visit.last_at = members[0].happened_at, members[-1].happened_at
    used = [count for count in members if count.is_counted]
    visit.photos, visit.asks_overlap = len(members), False
    if visit.is_compared and len(used) > 1:
        compared = request_comparisons(used, overlaps)
        repeated = find_repeated(used, compared)
        for count in used:
            count.seen_before = repeated[count.image_id]
        visit.asks_overlap = any(overlap.is_asked for overlap in compared)
    visit.is_open = outcome.is_open or visit.asks_overlap
    visit.quantity = sum(count.quantity_new for count in used)
    visit.signed_off = all(count.signed_off for count in used)
    visit.in_doubt = any(count.in_doubt and not count.signed_off for count in used)


def _empty(visits: Sequence[Visit]) -> None:
    """Empty the visits that lost all their photos; they are kept for their withdrawn counts."""
    if visits:
        left = Visit.objects.filter(pk__in=[visit.pk for visit in visits])
        left.update(photos=0, quantity=0, is_open=False, asks_overlap=False, updated_at=timezone.now())


def _columns(row: StockCount | Visit, names: Sequence[str]) -> tuple[object, ...]:
    return tuple(getattr(row, f"{name}_id" if name == "visit" else name) for name in names)


def _total(members: Sequence[StockCount], outcome: Outcome) -> VisitTotal:
    """The total of the visit, at the moment of its last counted photo."""
    chosen = {photo.image for photo in outcome.counted}
    counted = [count for count in members if count.image_id in chosen]
    plants: Counter[int] = Counter()
    empty: Counter[int] = Counter()
    for count in counted:
        by_batch = count.by_batch
        number_empty = sum(number for _, number in by_batch.values())
        repeated_empty = round(number_empty * count.seen_before / count.quantity) if count.quantity else 0
        plants.update(take_off({batch: number for batch, (number, _) in by_batch.items()}, count.seen_before))
        empty.update(take_off({batch: number for batch, (_, number) in by_batch.items()}, repeated_empty))
    last = outcome.counted[-1]
    return VisitTotal(
        last.image,
        dict(plants),
        last.moment,
        empty=dict(empty),
        photos=len(counted),
        uncalibrated=_uncalibrated(counted),
    )


def _uncalibrated(counts: Sequence[StockCount]) -> int | None:
    """The sum of counts before factors; None if none of them has one."""
    if all(count.uncalibrated is None for count in counts):
        return None
    return sum(
        count.quantity_new
        if count.uncalibrated is None
        else round(count.uncalibrated * count.quantity_new / max(count.quantity, 1))
        for count in counts
    )
