from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from stock.timeline import Change, Count, find_due

DAY = datetime(2025, 10, 8, tzinfo=UTC)


def at(hour: int) -> datetime:
    return DAY + timedelta(hours=hour)


def count(number: int, quantity: int, *, hour: int, batch: int = 1) -> Count:
    return Count(UUID(int=number), batch, quantity, at(hour))


def quantities(due):
    return [(item.count.image.int, item.batch, item.quantity) for item in due]


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


batches = st.integers(1, 3)
hours = st.integers(0, 8)
counted = st.lists(st.builds(lambda b, q, h: (b, q, h), batches, st.integers(0, 500), hours), max_size=8)
changes = st.lists(
    st.builds(lambda b, q, h: Change(b, q, at(h)), batches, st.integers(-50, 50).filter(bool), hours), max_size=8
)
noise = st.dictionaries(
    st.tuples(st.integers(0, 7).map(lambda n: UUID(int=n)), batches), st.integers(-500, 500), max_size=6
)


@given(counted=counted, changes=changes, written=noise)
def test_ledger_agrees_with_every_count_whatever_was_written(counted, changes, written):
    counts = [count(number, q, hour=h, batch=b) for number, (b, q, h) in enumerate(counted)]
    standing = {entry.image: entry for entry in counts}
    written = {key: quantity for key, quantity in written.items() if key[0] in standing}
    due = find_due(counts, changes, written)
    ledger = [(change.moment, -1, change.batch, change.quantity) for change in changes]
    ledger += [(standing[image].moment, image.int, batch, quantity) for (image, batch), quantity in written.items()]
    ledger += [(item.count.moment, item.count.image.int, item.batch, item.quantity) for item in due]
    for entry in counts:
        stock = defaultdict(int)
        for moment, order, batch, quantity in ledger:
            if (moment, order) <= (entry.moment, entry.image.int):
                stock[batch] += quantity
        assert {batch: n for batch, n in stock.items() if n} == (
            {entry.batch: entry.quantity} if entry.quantity else {}
        )
