"""Generated histories with everything that can happen to stock: photos of several products, visits and their answers,
counts by hand, documents of every kind, late entries, undoing, decisions, stocktakes and closings, also by several
people at once.

After each step the ledger must be sound, and what was signed must be as it was. The suite tries a few histories;
`DEMETER_HISTORIES=3000 bin/test tests/stock/test_whole_histories.py` tries that many, and a tenth by several people.
"""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from locations.catalogue import find_or_make_mixed
from stock.closings import add_closings, check_closings
from stock.decisions import About, Explanation, accept, ask_recount, assign, explain, reopen
from stock.ledger import Portion, answer_visit, correct_count, record_count, reverse_image_counts, review_count
from stock.messages import COUNTED_AGAIN
from stock.models import (
    DERIVED_KINDS,
    DecisionKind,
    Difference,
    MovementKind,
    Overlap,
    OverlapVerdict,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
    Stocktake,
    StocktakeLine,
    Visit,
)
from stock.overlaps import Compared, answer_overlap, answer_rest, record_overlap
from stock.stocktakes import Place, changed_since, close_stocktake, discard_stocktake, open_stocktake
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, PackagingFactory, ProductFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.recording import assert_ledger_is_sound, hand_count, hours_ago, plants_of, record, undo

HISTORIES = int(os.environ.get("DEMETER_HISTORIES", "20"))
pytestmark = pytest.mark.timeout(max(300, 10 * HISTORIES))
DOCUMENTS = [kind for kind in MovementKind if kind not in DERIVED_KINDS]
REFUSED = (ConflictError, InvalidInputError, NotFoundError)
SIGNED = ("batch_id", "expected", "quantity", "price")
STOCK_BEFORE = "SELECT batch_id, sum(quantity) FROM stock_parts_before(%s) GROUP BY batch_id HAVING sum(quantity) <> 0"
# What happens, where, how many plants, how many quarters of an hour ago, and a number for what has several.
steps = st.lists(
    st.tuples(
        st.sampled_from(["photo", "photo", "photo", "photo", "corrected", "deleted", "answer", "signed off", "by hand"])
        | st.sampled_from(["compared", "compared", "overlap", "rest"])
        | st.sampled_from([*DOCUMENTS, "undo", "undo"])
        | st.sampled_from(["explain", "accept", "recount", "assign", "reopen"])
        | st.sampled_from(["open", "close", "discard", "closing"]),
        st.integers(0, 1),
        st.integers(0, 60),
        st.integers(1, 60),
        st.integers(0, 20),
    ),
    min_size=5,
    max_size=20,
)


class World:
    """Two bays of one bed, the second with several products."""

    def __init__(self) -> None:
        first = LocationConfigFactory(location=StorageLocationFactory())
        area = first.location.storage_area
        mixed = LocationConfigFactory(
            location=StorageLocationFactory(storage_area=area), product=find_or_make_mixed(), packaging=None
        )
        self.area, self.bays, self.pots = area, [first, mixed], PackagingFactory()
        self.products, self.boss = ProductFactory.create_batch(2), UserFactory(supervisor=True)
        self.images = S3ImageFactory.create_batch(8)

    def go(self, kind: str, where: int, quantity: int, quarters: int, number: int) -> None:
        """One thing that happens; what does not apply is left out."""
        hour = hours_ago(quarters / 4)
        if kind in DOCUMENTS:
            self.document(kind, where, quantity, hour, number)
        elif kind in ("explain", "accept", "recount", "assign", "reopen"):
            self.decide(kind, number)
        elif kind in ("open", "close", "discard"):
            self.stocktake(kind, quarters)
        elif kind in ("compared", "overlap", "rest"):
            self.overlap(kind, quantity, number)
        elif kind == "closing":
            with suppress(OperationalError):  # the ledger was not free, as others write; it is tried again later
                add_closings(every=3)
        else:
            self.count(kind, where, quantity, quarters, number)

    def count(self, kind: str, where: int, quantity: int, quarters: int, number: int) -> None:
        number_of_image = number % len(self.images)
        image = self.images[number_of_image]
        match kind:
            case "photo":  # of a bay at a moment of its own, two by two in one visit
                self.shoot(
                    image,
                    number_of_image % 2,
                    1 + 12 * (number_of_image // 4) + number_of_image // 2 % 2,
                    quantity,
                    number,
                )
            case "corrected":
                for count in StockCount.objects.in_force().filter(image_id=image.pk):
                    correct_count(
                        image_id=image.pk,
                        session_id=count.session_id,
                        quantity=quantity,
                        quantity_empty=0,
                        user=None,
                        config=self.bays[number_of_image % 2],
                        portions=self.portions(number_of_image % 2, quantity, number),
                    )
            case "deleted":
                reverse_image_counts(image.pk, user=None, reason=COUNTED_AGAIN())
            case "signed off":
                for count in StockCount.objects.in_force().filter(image_id=image.pk):
                    review_count(session_id=count.session_id, signed_off=number % 2 == 0, in_doubt=number % 3 == 0)
            case "answer":
                visit = Visit.objects.filter(photos__gt=1, location__in=self.places).first()
                if visit:
                    members = set(visit.counts.filter(withdrawn_at=None).values_list("image_id", flat=True))
                    said = "parts" if number % 2 else "retake"
                    answer_visit(visit_id=visit.pk, answer=said, seen=members, chosen=set(), user=self.boss)
            case "by hand":
                batch = self.batch(where, number)
                if batch:
                    hand_count(batch, quantity, hour=hours_ago(quarters / 4), user=self.boss)

    def overlap(self, kind: str, quantity: int, number: int) -> None:
        """The pictures of two photos are compared, or a person says how many plants both show, or takes that back."""
        overlaps = list(Overlap.objects.order_by("pk"))
        if kind == "rest":
            visit = Visit.objects.filter(asks_overlap=True, location__in=self.places).first()
            if visit:
                answer_rest(visit_id=visit.pk, user=self.boss)
        elif overlaps and kind == "compared":
            waiting = next((overlap for overlap in overlaps if overlap.awaits_comparison), overlaps[0])
            record_overlap(waiting, compared(waiting, quantity, number))
        elif overlaps:
            overlap = overlaps[number % len(overlaps)]
            plants = None if number % 4 == 0 else quantity
            answer_overlap(first=overlap.first_id, second=overlap.second_id, plants=plants, user=self.boss)

    def shoot(self, image, where: int, quarters: int, quantity: int, number: int) -> None:
        config = self.bays[where]
        record_count(
            image_id=image.pk,
            session_id=uuid.uuid4(),
            location=config.location,
            config=config,
            quantity=quantity,
            quantity_empty=0,
            user=None,
            happened_at=timezone.now() - timedelta(minutes=15 * quarters),
            portions=self.portions(where, quantity, number),
        )

    def portions(self, where: int, quantity: int, number: int) -> list[Portion]:
        """The products that a photo of the mixed bay shows."""
        return [Portion(product, None, quantity // (2 + number % 3), 0) for product in self.products if where]

    def document(self, kind: str, where: int, quantity: int, hour: float, number: int) -> None:
        batch, config = self.batch(where, number), self.bays[1 - where]
        if kind in (MovementKind.PLANTING, MovementKind.SOWING, MovementKind.INITIAL) and quantity:
            plants = plants_of(self.bays[where], **({"packaging": self.pots} if number % 2 else {}))
            record(kind, plants, quantity, hour=hour, user=self.boss)
        elif batch and quantity and kind in (MovementKind.SALE, MovementKind.DEATH):
            record(kind, batch, quantity, hour=hour, user=self.boss)
        elif batch and quantity and kind == MovementKind.ADJUSTMENT:
            record(kind, batch, quantity if number % 2 else -quantity, hour=hour, user=self.boss)
        elif batch and quantity and kind in (MovementKind.TRANSPLANT, MovementKind.TRANSFER):
            record(kind, batch, quantity, to=plants_of(config, product=batch.product), hour=hour, user=self.boss)

    def undo(self, number: int) -> None:
        documents = StockDocument.objects.filter(user=self.boss).order_by("pk")
        if documents:
            undo(documents[number % len(documents)], user=self.boss)

    def decide(self, kind: str, number: int) -> None:
        found = Difference.objects.filter(batch__location__in=self.places).select_related("batch").order_by("pk")
        some = found.exclude(explained=0) if kind == "reopen" else found.exclude(unexplained=0)
        if not some:
            return
        row = some[number % len(some)]
        about = About(row.pk, row.unexplained, self.boss, uuid.uuid4().hex)
        match kind:
            case "explain":
                what = DecisionKind.SOLD if row.unexplained < 0 else DecisionKind.CAME_IN
                explain(about, Explanation(what, abs(row.unexplained), uuid.uuid4().hex))
            case "accept":
                accept(about, reason="Nobody knows")
            case "recount":
                ask_recount(about)
            case "assign":
                assign(about, assigned_to=self.boss)
            case "reopen":
                reopen(about)

    def stocktake(self, kind: str, quarters: int) -> None:
        end = timezone.now() - timedelta(minutes=15 * quarters)
        if kind == "open":
            begin = end - timedelta(hours=4)
            today = timezone.localdate()
            place = Place(area=self.area)
            open_stocktake(day=today, counted_from=begin, end_of_day=end, place=place, user=self.boss)
        opened = Stocktake.objects.open().filter(area=self.area).first()
        if opened and kind == "discard":
            discard_stocktake(opened.pk)
        if opened and kind == "close":
            end = opened.counted_from + timedelta(hours=4)
            close_stocktake(
                opened.pk, end_of_day=end, user=self.boss, accepts_gaps=True, find_signers=lambda _sessions: {}
            )

    @property
    def places(self) -> list[int]:
        return [config.location_id for config in self.bays]

    def batch(self, where: int, number: int) -> StockBatch | None:
        batches = list(StockBatch.objects.filter(location=self.places[where]).order_by("pk"))
        return batches[number % len(batches)] if batches else None

    def check(self) -> None:
        """Everything that must always hold."""
        assert_ledger_is_sound()
        assert not check_closings()
        for moment in [timezone.now(), *StockMovement.objects.values_list("happened_at", flat=True)[:3]]:
            assert stock_by_closings(moment) == stock_by_movements(moment)
        for row in Difference.objects.filter(batch__location__in=self.places):
            assert row.expected + row.explained + row.rest == row.counted
            decided = row.decisions.aggregate(n=Sum("quantity", default=0))["n"]
            assert row.explained == (0 if row.is_gone else decided), "what was decided waits until the count is back"
            assert not (row.is_gone and row.unexplained)
        for visit in Visit.objects.filter(location__in=self.places):
            self.check_visit(visit)
        for stocktake in Stocktake.objects.closed().filter(area=self.area):
            self.check_signed(stocktake)

    def check_visit(self, visit: Visit) -> None:
        """Its number is the union of its photos: each plant that was seen twice is taken off once."""
        counts = list(visit.counts.in_force().order_by("happened_at", "image_id"))
        used = [count for count in counts if count.is_counted]
        assert visit.quantity == sum(count.quantity - count.seen_before for count in used)
        assert all(count.seen_before == 0 for count in [*used[:1], *(one for one in counts if not one.is_counted)])
        images = [count.image_id for count in used]
        overlaps = Overlap.objects.filter(first_id__in=images, second_id__in=images)
        assert len(overlaps) == len(used) * (len(used) - 1) // 2
        assert visit.asks_overlap == any(overlap.is_asked for overlap in overlaps)
        if len(overlaps) == 1 and overlaps[0].answer not in (None, len(overlaps[0].shared)):
            assert used[1].seen_before == min(overlaps[0].answer, used[1].quantity)

    def check_signed(self, stocktake: Stocktake) -> None:
        """Nothing was recorded for the time before since, and just what counts changed is marked."""
        late = StockMovement.objects.filter(
            batch__location__in=self.places, happened_at__lt=stocktake.moment, created_at__gt=stocktake.closed_at
        )
        assert not late.exclude(kind__in=DERIVED_KINDS).exists()
        stock = stock_by_movements(stocktake.moment)
        signed = dict(
            StocktakeLine.objects.filter(bay__stocktake=stocktake).exclude(quantity=0).values_list("batch", "quantity")
        )
        batches = StockBatch.objects.filter(location__in=self.places)
        changed = {batch.location_id for batch in batches if stock.get(batch.pk, 0) != signed.get(batch.pk, 0)}
        assert set(changed_since(stocktake)) == changed


def compared(overlap: Overlap, quantity: int, number: int) -> Compared:
    """A result for two photos: they overlap by some plants, or do not, or it is not known."""
    verdict = list(OverlapVerdict)[1 + number % 3]
    located = (overlap.first_quantity, overlap.second_quantity)
    shared = [(place, 1, place, 2) for place in range(min(*located, quantity))]
    return Compared(verdict, shared=shared if verdict == OverlapVerdict.JOINED else (), located=located)


def stock_by_closings(moment: datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(STOCK_BEFORE, [moment])
        return dict(cursor.fetchall())


def stock_by_movements(moment: datetime) -> dict[int, int]:
    rows = StockMovement.objects.filter(happened_at__lt=moment).order_by().values_list("batch")
    return {batch: n for batch, n in rows.annotate(n=Sum("quantity")) if n}


def signed_lines() -> dict[int, tuple[object, ...]]:
    return {row[0]: row[1:] for row in StocktakeLine.objects.values_list("pk", *SIGNED)}


@pytest.mark.django_db
@settings(max_examples=HISTORIES, suppress_health_check=list(HealthCheck))
@given(steps=steps)
def test_everything_holds_after_each_step_of_any_history(steps):
    with transaction.atomic():
        world, signed = World(), {}
        for kind, *rest in steps:
            with suppress(*REFUSED), transaction.atomic():  # refused as a whole
                world.undo(rest[-1]) if kind == "undo" else world.go(kind, *rest)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            world.check()
            now = signed_lines()
            assert signed.items() <= now.items(), "what was signed does not change"
            signed = now
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=max(6, HISTORIES // 10), suppress_health_check=list(HealthCheck))
@given(people=st.lists(steps, min_size=3, max_size=3))
def test_everything_holds_when_several_people_write_at_once(people):
    world = World()

    def write(own):
        try:
            for kind, *rest in own:
                with suppress(*REFUSED), transaction.atomic():
                    world.undo(rest[-1]) if kind == "undo" else world.go(kind, *rest)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(write, people))
    world.check()
