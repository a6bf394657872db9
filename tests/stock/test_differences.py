"""Differences between counts and what was expected: what they come to, and what people decide about them."""

import uuid

import pytest
from django.db import InternalError, transaction
from django.db.models import F
from django.db.utils import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from stock.decisions import About, Explanation, accept, ask_recount, assign, explain, reopen
from stock.ledger import reverse_image_counts
from stock.messages import COUNTED_AGAIN
from stock.models import Decision, DecisionKind, Difference, LossReason, MovementKind, StockBatch
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.recording import hand_count, hours, photo, plants_of, record, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def config():
    return LocationConfigFactory()


@pytest.fixture
def boss():
    return UserFactory(supervisor=True)


def only() -> Difference:
    return Difference.objects.get()


def about(difference: Difference, user) -> About:
    return About(difference.pk, difference.unexplained, user)


def sold(quantity: int, **more) -> Explanation:
    return Explanation(DecisionKind.SOLD, quantity, uuid.uuid4().hex, **more)


def counted(config, *plants: int) -> Difference:
    """The last difference after these counts, a day apart."""
    for number, quantity in enumerate(plants):
        photo(config, quantity, hour=24 * number)
    return Difference.objects.filter(batch__config=config).first()


def test_first_count_of_a_location_is_no_difference(config):
    photo(config, 100)
    assert not Difference.objects.exists()
    photo(config, 100, hour=24)
    assert not Difference.objects.exists()


def test_first_count_differs_from_what_was_recorded_before_it(config):
    record(MovementKind.PLANTING, plants_of(config), 100)
    photo(config, 40, hour=24)
    assert (only().expected, only().counted, only().unexplained) == (100, 40, -60)


def test_a_count_is_compared_with_the_last_one_and_what_was_recorded_since(config):
    photo(config, 200)
    record(MovementKind.SALE, StockBatch.objects.get(), 50, hour=1)
    photo(config, 90, hour=24)
    assert (only().expected, only().difference, only().unexplained, only().noise) == (150, -60, -60, 50)


def test_a_small_difference_may_be_chance(config):
    difference = counted(config, 100, 90)
    assert (difference.difference, difference.rest, difference.unexplained) == (-10, -10, 0)


def test_what_the_next_count_takes_back_is_not_reported(config):
    assert counted(config, 100, 40).unexplained == -60
    photo(config, 98, hour=48)
    first, second = Difference.objects.order_by("moment")
    assert (first.unexplained, first.taken_back, second.unexplained) == (0, True, 0)


def test_small_differences_of_several_counts_are_reported_together(config):
    difference = counted(config, *[100] * 5, *[78] * 4)
    assert (difference.unexplained, difference.counts, difference.difference) == (-22, 3, 0)


def test_a_sale_takes_the_place_of_what_was_unexplained(config, boss):
    difference = counted(config, 100, 58)
    document = explain(about(difference, boss), sold(42))
    assert (document.kind, document.happened_at) == (MovementKind.SALE, difference.moment)
    difference.refresh_from_db()
    assert (difference.expected, difference.rest, difference.unexplained) == (58, 0, 0)
    [decision] = difference.decisions.all()
    assert (decision.about, decision.document, decision.user) == (-42, document, boss)
    assert StockBatch.objects.get().quantity_current == 58
    undo(document, user=boss)
    difference.refresh_from_db()
    assert (difference.unexplained, difference.has_changed) == (-42, True)


def test_an_explanation_sent_twice_is_recorded_once(config, boss):
    difference = about(counted(config, 100, 58), boss)
    explanation = sold(42)
    assert explain(difference, explanation) == explain(difference, explanation)
    assert Decision.objects.count() == 1


def test_losses_have_a_reason_and_plants_that_came_in_are_planted(config, boss):
    lost = Explanation(DecisionKind.LOST, 42, "k", loss_reason=LossReason.objects.get(code="FROST"), note="East side")
    assert explain(about(counted(config, 100, 58), boss), lost).note == "East side"
    more = counted(LocationConfigFactory(), 50, 120)
    with pytest.raises(InvalidInputError):
        explain(about(more, boss), sold(70))
    document = explain(about(more, boss), Explanation(DecisionKind.CAME_IN, 70, "j"))
    assert document.kind == MovementKind.PLANTING
    assert Difference.objects.get(pk=more.pk).rest == 0


def test_what_cannot_explain_a_count_is_refused(config, boss):
    difference = about(counted(config, 100, 58), boss)
    with pytest.raises(InvalidInputError, match="only 100"):
        explain(difference, sold(101))
    with pytest.raises(InvalidInputError, match="before it"):
        explain(difference, sold(42, happened_at=hours(30)))
    with pytest.raises(InvalidInputError, match="reason"):
        accept(difference, reason=" ")
    with pytest.raises(NotFoundError):
        accept(About(10**9, -42, boss), reason="?")
    assert not Decision.objects.exists()


def test_an_accepted_difference_is_explained_until_it_changes(config, boss):
    image = S3ImageFactory()
    photo(config, 100)
    photo(config, 58, image=image, hour=24)
    difference = accept(about(only(), boss), reason="Nobody knows")
    assert (difference.explained, difference.unexplained, difference.has_changed) == (-42, 0, False)
    photo(config, 20, image=image, hour=24)
    difference.refresh_from_db()
    assert (difference.rest, difference.unexplained) == (-38, -38)
    assert Difference.objects.get(pk=difference.pk).has_changed
    assert reopen(about(difference, boss)).unexplained == -80
    with pytest.raises(ConflictError):
        reopen(about(difference, boss))


def test_a_decision_outlives_the_count_that_it_is_about(config, boss):
    image = S3ImageFactory()
    photo(config, 100)
    photo(config, 58, image=image, hour=24)
    accept(about(only(), boss), reason="Nobody knows")
    reverse_image_counts(image.pk, user=None, reason=COUNTED_AGAIN())
    assert (only().is_gone, only().explained, only().difference) == (True, 0, 0)
    photo(config, 58, image=image, hour=24)
    assert (only().is_gone, only().explained, only().unexplained) == (False, -42, 0)


def test_a_difference_that_changed_since_the_page_was_opened_is_not_decided(config, boss):
    before = about(counted(config, 100, 58), boss)
    record(MovementKind.SALE, StockBatch.objects.get(), 2, hour=1)
    for decide in (lambda: accept(before, reason="?"), lambda: explain(before, sold(42)), lambda: ask_recount(before)):
        with pytest.raises(ConflictError):
            decide()


def test_a_miscounted_place_is_set_aside_until_it_is_counted_again(config, boss):
    ana = UserFactory()
    difference = ask_recount(about(counted(config, 100, 58), boss), reason="Half in the shade", assigned_to=ana)
    assert (difference.recount_since is not None, difference.assigned_to, difference.unexplained) == (True, ana, -42)
    photo(config, 58, hour=30)
    difference.refresh_from_db()
    assert difference.recount_since
    after = (difference.recount_since - hours(0)).total_seconds() / 3600 + 1
    photo(config, 99, hour=after)
    difference.refresh_from_db()
    assert (difference.recount_since, difference.assigned_to) == (None, ana)


def test_a_difference_is_somebodys_task_until_it_is_nobodys(config, boss):
    ana = UserFactory()
    difference = assign(about(counted(config, 100, 58), boss), assigned_to=ana)
    assert difference.assigned_to == ana
    assert assign(about(difference, boss), assigned_to=None).assigned_to is None


def test_decisions_are_never_changed_or_deleted(config, boss):
    accept(about(counted(config, 100, 58), boss), reason="Nobody knows")
    for change in (lambda: Decision.objects.update(reason="x"), lambda: Decision.objects.all().delete()):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


def test_a_count_by_hand_is_compared_too(config, boss):
    photo(config, 100)
    hand_count(StockBatch.objects.get(), 60, hour=24)
    assert (only().document is not None, only().unexplained) == (True, -40)


steps = st.lists(
    st.tuples(
        st.sampled_from(["photo", "photo", "photo", "again", "deleted", "hand", "sale", "planting", "undo"])
        | st.sampled_from(["explain", "accept", "reopen", "recount"]),
        st.integers(0, 80),
        st.integers(0, 12),
    ),
    min_size=4,
    max_size=16,
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_expected_explained_and_unexplained_are_what_was_counted(steps):
    """In any history, for each count that is in force; and only those are unexplained."""
    with transaction.atomic():
        history = History()
        for kind, quantity, number in steps:
            history.go(kind, quantity, number)
            history.check()
        transaction.set_rollback(True)


class History:
    """One bay and what happens to it."""

    def __init__(self):
        self.config, self.boss, self.photos, self.documents = LocationConfigFactory(), UserFactory(), [], []

    def go(self, kind: str, quantity: int, number: int) -> None:
        hour = 24 * number
        batch = StockBatch.objects.first()
        some = (
            Difference.objects.filter(unexplained__lt=0).first() if kind in ("explain", "accept", "recount") else None
        )
        try:
            with transaction.atomic():
                match kind:
                    case "photo":
                        image = S3ImageFactory()
                        photo(self.config, quantity, image=image, hour=hour)
                        self.photos.append(image)
                    case "again" if self.photos:
                        photo(self.config, quantity, image=self.photos[number % len(self.photos)], hour=hour)
                    case "deleted" if self.photos:
                        image = self.photos[number % len(self.photos)]
                        reverse_image_counts(image.pk, user=None, reason=COUNTED_AGAIN())
                    case "hand" if batch:
                        # Never at the very moment of a photo, where which of two counts is the later one is chance.
                        self.documents.append(hand_count(batch, quantity, hour=hour + 1))
                    case "sale" if batch and quantity:
                        self.documents.append(record("ventas", batch, quantity, hour=hour - 1))
                    case "planting" if quantity:
                        self.documents.append(record("plantar", plants_of(self.config), quantity, hour=hour - 1))
                    case "undo" if self.documents:
                        undo(self.documents[number % len(self.documents)])
                    case "explain" if some:
                        self.documents.append(explain(about(some, self.boss), sold(-some.unexplained)))
                    case "accept" if some:
                        accept(about(some, self.boss), reason="Nobody knows")
                    case "recount" if some:
                        ask_recount(about(some, self.boss))
                    case "reopen" if Difference.objects.exclude(explained=0).exists():
                        reopen(about(Difference.objects.exclude(explained=0).first(), self.boss))
        except (ConflictError, InvalidInputError):
            pass  # refused as a whole

    def check(self) -> None:
        for row in Difference.objects.all():
            assert row.expected + row.explained + row.rest == row.counted
            if row.is_gone:
                assert row.unexplained == row.counted == 0
                continue
            assert row.unexplained == 0 or row.counts > 1 or row.unexplained == row.rest
            together = row.batch.differences.filter(moment=row.moment, is_gone=False).order_by(
                F("document").asc(nulls_first=True)
            )
            moved = row.batch.movements.filter(happened_at__lte=row.moment)
            assert sum(moved.values_list("quantity", flat=True)) == together.last().counted
            written = moved.filter(kind__in=("foto", "conteo"), happened_at=row.moment)
            begun = sum(written.values_list("quantity", flat=True)) - sum(other.difference for other in together)
            assert begun == 0 or begun in {other.expected for other in together}  # the first count of a cycle
            assert row.explained == sum(row.decisions.values_list("quantity", flat=True))
