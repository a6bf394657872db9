from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stock.timeline import Change, VisitTotal, find_due, find_shortfalls

DAY = datetime(2025, 10, 8, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def count(number: int, quantity: int, *, hour: int, batch: int = 1) -> VisitTotal:
    return VisitTotal(UUID(int=number), {batch: quantity}, at(hour))


def quantities(due):
    return [(item.visit.image.int, item.batch, item.quantity) for item in due]


def test_find_due_first_count_is_the_whole_count():
    assert quantities(find_due([count(1, 100, hour=9)], [], {})) == [(1, 1, 100)]


def test_find_due_later_count_is_the_difference():
    counts = [count(1, 100, hour=9), count(2, 96, hour=10)]
    assert quantities(find_due(counts, [], {})) == [(1, 1, 100), (2, 1, -4)]


def test_find_due_knows_what_is_written():
    counts = [count(1, 100, hour=9), count(2, 96, hour=10)]
    written = {(UUID(int=1), 1): 100, (UUID(int=2), 1): -4}
    assert find_due(counts, [], written) == []


def test_find_due_count_that_comes_late_leaves_the_later_one_true():
    counts = [count(1, 100, hour=9), count(2, 96, hour=8)]
    assert quantities(find_due(counts, [], {(UUID(int=1), 1): 100})) == [(2, 1, 96), (1, 1, -96)]


def test_find_due_sale_between_counts_is_expected():
    counts = [count(1, 100, hour=9), count(2, 96, hour=11)]
    assert quantities(find_due(counts, [Change(1, -4, at(10))], {})) == [(1, 1, 100)]


def test_find_due_sale_at_the_moment_of_a_count_lies_before_it():
    counts = [count(1, 100, hour=9), count(2, 96, hour=10)]
    assert quantities(find_due(counts, [Change(1, -4, at(10))], {})) == [(1, 1, 100)]


def test_find_due_other_batch_is_no_longer_there():
    counts = [count(1, 100, hour=9, batch=1), count(2, 80, hour=10, batch=2)]
    assert quantities(find_due(counts, [], {})) == [(1, 1, 100), (2, 1, -100), (2, 2, 80)]


def test_find_due_counts_of_one_moment_follow_each_other():
    counts = [count(2, 90, hour=9), count(1, 100, hour=9)]
    assert quantities(find_due(counts, [], {})) == [(1, 1, 100), (2, 1, -10)]


def test_find_due_several_batches_of_one_visit_stand_together():
    both = VisitTotal(UUID(int=2), {1: 84, 2: 94}, at(10))
    assert quantities(find_due([count(1, 100, hour=9), both], [], {})) == [(1, 1, 100), (2, 1, -16), (2, 2, 94)]


batches = st.integers(1, 3)
hours = st.integers(0, 8)
counted = st.lists(st.tuples(st.dictionaries(batches, st.integers(0, 500), min_size=1), hours), max_size=8)
changes = st.lists(
    st.builds(lambda b, q, h: Change(b, q, at(h)), batches, st.integers(-50, 50).filter(bool), hours), max_size=8
)
noise = st.dictionaries(
    st.tuples(st.integers(0, 7).map(lambda n: UUID(int=n)), batches), st.integers(-500, 500), max_size=6
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(counted=counted, changes=changes, written=noise)
def test_ledger_agrees_with_every_visit_whatever_was_written(counted, changes, written):
    visits = [VisitTotal(UUID(int=number), plants, at(hour)) for number, (plants, hour) in enumerate(counted)]
    moments = {visit.image: visit.moment for visit in visits}
    written = {key: quantity for key, quantity in written.items() if key[0] in moments}
    due = find_due(visits, changes, written)
    ledger = [(change.moment, -1, change.batch, change.quantity) for change in changes]
    ledger += [(moments[image], image.int, batch, quantity) for (image, batch), quantity in written.items()]
    ledger += [(item.visit.moment, item.visit.image.int, item.batch, item.quantity) for item in due]
    ledger += [(short.moment, -1, short.batch, short.quantity) for short in find_shortfalls(visits, changes, {})]
    for visit in visits:
        stock = defaultdict(int)
        for moment, order, batch, quantity in ledger:
            if (moment, order) <= (visit.moment, visit.image.int):
                stock[batch] += quantity
        assert {batch: n for batch, n in stock.items() if n} == {batch: n for batch, n in visit.plants.items() if n}
