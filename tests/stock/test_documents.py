"""What people record, alone and together with counts (rule 12 of docs/stock.md)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from stock.documents import record_document, record_documents, try_documents
from stock.ledger import correct_count, reverse_image_counts
from stock.lines import Header, Line
from stock.messages import COUNTED_AGAIN
from stock.models import DocumentSource, LossReason, MovementKind, StockBatch, StockCount, StockDocument, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import (
    LocationConfigFactory,
    PackagingFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory
from tests.stock.recording import (
    assert_ledger_is_sound,
    hand_count,
    header,
    hours,
    photo,
    plants_of,
    record,
    stock_at,
    undo,
)

PLANTING, SALE, LOSS = MovementKind.PLANTING, MovementKind.SALE, MovementKind.DEATH
TRANSPLANT, TRANSFER, ADJUSTMENT = MovementKind.TRANSPLANT, MovementKind.TRANSFER, MovementKind.ADJUSTMENT


@pytest.fixture
def config(db):
    """A configured location; after the test the ledger must be sound."""
    yield LocationConfigFactory()
    assert_ledger_is_sound()


def planted(config, quantity=100, hour=0) -> StockBatch:
    """A batch that a person planted."""
    return record(PLANTING, plants_of(config), quantity, hour=hour).movements.get().batch


@pytest.mark.parametrize("kind", [PLANTING, MovementKind.SOWING, MovementKind.INITIAL, ADJUSTMENT])
def test_what_comes_in_makes_a_batch_of_the_cycle(config, kind):
    user = UserFactory()
    document = record(kind, plants_of(config), 100, user=user, note="From Holland", price=Decimal("0.25"))
    batch = StockBatch.objects.get()
    assert (batch.config, batch.quantity_current, batch.quantity_initial) == (config, 100, 0)
    movement = document.movements.get()
    assert (movement.kind, movement.quantity, movement.line, movement.user) == (kind, 100, 1, user)
    assert (movement.destination_location, movement.source_location) == (config.location, None)
    assert (movement.unit_price, str(movement.reason)) == (Decimal("0.25"), "From Holland")
    assert document.number == f"M-{document.pk:06d}"
    assert planted(config, 10) == batch, "the same plants at the same place are the same batch"


@pytest.mark.parametrize("kind", [SALE, LOSS])
def test_what_goes_out_is_taken_from_the_batch(config, kind):
    batch = planted(config)
    movement = record(kind, batch, 12, hour=1).movements.get()
    assert (movement.quantity, movement.source_location) == (-12, config.location)
    assert (movement.loss_reason is None) == (kind == SALE)
    assert (stock_at(batch, 0.5), stock_at(batch)) == (100, 88)


def test_adjustment_goes_either_way(config):
    batch = planted(config)
    record(ADJUSTMENT, batch, -30, hour=1)
    record(ADJUSTMENT, batch, 5, hour=2)
    assert stock_at(batch) == 75


def test_several_lines_are_one_document_and_all_or_nothing(config):
    batch = planted(config)
    other = planted(LocationConfigFactory(), 5)
    with pytest.raises(ConflictError, match="1 short"):
        record_document(header(SALE, hour=1), [Line(batch, 10), Line(other, 6)])
    assert StockDocument.objects.count() == 2
    document = record_document(header(SALE, hour=1), [Line(batch, 10), Line(other, 5), Line(batch, 1)]).document
    assert sorted(document.movements.values_list("line", "quantity")) == [(1, -10), (2, -5), (3, -1)]


@pytest.mark.parametrize("change", ["place", "packaging", "state", "product"])
def test_transplant_is_conserved(config, change):
    """To another location, packaging, state, or as another product (a graft)."""
    batch = planted(config)
    to = {
        "place": lambda: plants_of(LocationConfigFactory(), product=config.product),
        "packaging": lambda: plants_of(config, packaging=PackagingFactory()),
        "state": lambda: plants_of(config, state=ProductStateFactory(code="YOUNG", sort_order=3)),
        "product": lambda: plants_of(config, product=ProductFactory()),
    }[change]()
    out, into = record(TRANSPLANT, batch, 40, to=to, hour=1).movements.order_by("quantity")
    assert (out.batch, out.quantity, into.quantity, into.line) == (batch, -40, 40, 1)
    assert (into.batch.location, into.batch.product, into.batch.packaging, into.batch.state) == (
        to.location, to.product, to.packaging, to.state,
    )  # fmt: skip
    assert {(row.source_location, row.destination_location) for row in (out, into)} == {(config.location, to.location)}
    assert stock_at(batch) == 60


def test_transplant_to_where_the_plants_are_is_refused(config):
    batch = planted(config)
    with pytest.raises(InvalidInputError, match="already there"):
        record(TRANSPLANT, batch, 40, to=plants_of(config), hour=1)
    assert StockDocument.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "line", "words"),
    [
        (SALE, {"quantity": 0}, "number of plants"),
        (SALE, {"quantity": -1}, "number of plants"),
        (SALE, {"quantity": 10**8}, "number of plants"),
        (TRANSFER, {"quantity": 1}, "where the plants go"),
        (LOSS, {"quantity": 1}, "reason of the loss"),
    ],
)
def test_lines_that_make_no_sense_are_refused(config, kind, line, words):
    batch = planted(config)
    with pytest.raises(InvalidInputError, match=words):
        record_document(header(kind, hour=1), [Line(batch, **line)])
    to = plants_of(LocationConfigFactory()) if kind == TRANSFER else None
    fine = Line(batch, 1, to, LossReason.objects.first() if kind == LOSS else None)
    with pytest.raises(InvalidInputError, match=f"Line 2: .*{words}"):
        record_document(header(kind, hour=1), [fine, Line(batch, **line)])


def test_future_empty_and_unconfigured_are_refused(config):
    batch = planted(config)
    tomorrow = Header(SALE, timezone.now() + timedelta(days=1), UserFactory(), "k", DocumentSource.PAGE)
    with pytest.raises(InvalidInputError, match="future"):
        record_document(tomorrow, [Line(batch, 1)])
    with pytest.raises(InvalidInputError, match="at least one line"):
        record_document(header(SALE), [])
    bare = replace(plants_of(config), location=StorageLocationFactory())
    with pytest.raises(InvalidInputError, match="not configured"):
        record(PLANTING, bare, 10)


def test_no_more_leaves_than_is_there_at_any_moment(config):
    batch = planted(config, 100, hour=1)
    record(SALE, batch, 70, hour=5)
    for hour, quantity in ((0, 1), (2, 31), (5, 31), (6, 31)):
        with pytest.raises(ConflictError, match="not enough plants"):
            record(LOSS, batch, quantity, hour=hour)
    record(LOSS, batch, 30, hour=2)
    assert (stock_at(batch, 2), stock_at(batch)) == (70, 0)


def test_documents_are_tried_without_writing_and_written_together(config):
    batch = planted(config, 100)
    entries = [(header(SALE, hour=1), [Line(batch, n)]) for n in (60, 50, 40, 0)]
    assert ["" if not reason else reason[:20] for reason in try_documents(entries)] == [
        "", "There are not enough", "", "Give the number of p",
    ]  # fmt: skip
    assert (StockDocument.objects.count(), stock_at(batch)) == (1, 100)
    with pytest.raises(ConflictError):
        record_documents(entries[:2])
    assert stock_at(batch) == 100
    assert all(recorded.is_new for recorded in record_documents([entries[0], entries[2]]))
    assert stock_at(batch) == 0


# --- Sent twice ------------------------------------------------------------------------------------------------------
def test_same_key_writes_once(config):
    batch, user = planted(config), UserFactory()
    first = record_document(header(SALE, hour=1, key="k", user=user), [Line(batch, 10)])
    again = record_document(header(SALE, hour=1, key="k", user=user), [Line(batch, 10)])
    assert (first.is_new, again.is_new, first.document) == (True, False, again.document)
    assert stock_at(batch) == 90


@pytest.mark.parametrize("other", [{"quantity": 11}, {"kind": LOSS}, {"hour": 1}, {"note": "x"}])
def test_same_key_for_something_else_is_refused(config, other):
    batch, user = planted(config), UserFactory()
    record(SALE, batch, 10, key="k", user=user)
    with pytest.raises(ConflictError, match="with other values"):
        record(**{"kind": SALE, "plants": batch, "quantity": 10, "key": "k", "user": user, **other})
    record(SALE, batch, 10, key="k")
    assert stock_at(batch) == 80, "another person's key is another key"


def test_key_of_a_refused_document_can_be_used_again(config):
    batch, user = planted(config), UserFactory()
    with pytest.raises(ConflictError):
        record(SALE, batch, 101, key="k", user=user)
    record(SALE, batch, 100, key="k", user=user)


# --- Undone ----------------------------------------------------------------------------------------------------------
def test_undo_reverses_every_movement_at_its_moment(config):
    batch = planted(config)
    document = record(TRANSPLANT, batch, 40, to=plants_of(LocationConfigFactory()), hour=1)
    undone = undo(document)
    assert (undone.reverses, undone.happened_at, undone.kind) == (document, document.happened_at, TRANSPLANT)
    assert {row.reverses for row in undone.movements.all()} == set(document.movements.all())
    assert [stock_at(batch, hour) for hour in (0.5, 1, 2)] == [100, 100, 100]
    assert undo(document) == undone, "twice is once"
    with pytest.raises(ConflictError, match="undoes another"):
        undo(undone)


def test_planting_whose_plants_have_left_cannot_be_undone(config):
    batch = planted(config)
    record(SALE, batch, 1, hour=2)
    with pytest.raises(ConflictError, match="not enough"):
        undo(StockDocument.objects.get(kind=PLANTING))
    assert stock_at(batch) == 99


def test_unknown_document_cannot_be_undone(config):
    with pytest.raises(NotFoundError):
        undo(StockDocument(pk=404))


# --- Together with photos --------------------------------------------------------------------------------------------
def test_planted_batch_is_the_one_that_photos_count(config):
    batch = planted(config, 100)
    assert photo(config, 97, hour=1).batch == batch
    assert (stock_at(batch, 0.5), stock_at(batch)) == (100, 97)


def test_movements_between_two_visits_are_expected_by_the_second(config):
    batch = photo(config, 100).batch
    record(SALE, batch, 30, hour=1)
    record(PLANTING, plants_of(config), 10, hour=2)
    photo(config, 80, hour=3)
    assert not StockMovement.objects.filter(kind="foto", happened_at=hours(3)).exists()
    record(LOSS, batch, 5, hour=4)
    assert [stock_at(batch, hour) for hour in range(5)] == [100, 70, 80, 80, 75]


def test_late_movement_takes_the_place_of_what_a_visit_could_not_explain(config):
    batch = photo(config, 100).batch
    photo(config, 58, hour=3)
    assert stock_at(batch) == 58
    record(SALE, batch, 42, hour=2)
    assert [stock_at(batch, hour) for hour in (1, 2, 3)] == [100, 58, 58]
    unexplained = StockMovement.objects.filter(kind="foto", happened_at=hours(3)).values_list("quantity", flat=True)
    assert sorted(unexplained) == [-42, 42]


def test_late_movement_beyond_what_was_there_is_refused(config):
    batch = photo(config, 40).batch
    photo(config, 60, hour=3)
    with pytest.raises(ConflictError, match="10 short"):
        record(SALE, batch, 50, hour=2)
    record(SALE, batch, 50, hour=4)


def test_movement_at_the_moment_of_a_visit_comes_before_it(config):
    batch = photo(config, 100).batch
    record(SALE, batch, 250, hour=0)
    assert stock_at(batch) == 100


def test_count_corrected_below_what_left_is_marked_as_a_shortfall(config):
    image, session = S3ImageFactory(), uuid.uuid4()
    batch = photo(config, 100, image=image, session=session).batch
    sale = record(SALE, batch, 40, hour=2)
    correct_count(image_id=image.pk, session_id=session, quantity=30, quantity_empty=0, user=None)
    assert [stock_at(batch, hour) for hour in (1, 2)] == [30, 0]
    short = StockMovement.objects.get(kind="faltante")
    assert (short.quantity, short.happened_at) == (10, hours(2))
    assert str(short.reason) == "10 more plants left than were counted here."
    with pytest.raises(ConflictError):
        record(LOSS, batch, 1, hour=1)
    correct_count(image_id=image.pk, session_id=session, quantity=35, quantity_empty=0, user=None)
    assert stock_at(batch) == 0
    undo(sale)
    assert stock_at(batch) == 35
    assert sum(StockMovement.objects.filter(kind="faltante").values_list("quantity", flat=True)) == 0


def test_photo_that_leaves_the_stock_after_a_sale_leaves_a_shortfall(config):
    image = S3ImageFactory()
    batch = photo(config, 100, image=image).batch
    record(SALE, batch, 40, hour=2)
    reverse_image_counts(image.pk, user=None, reason=COUNTED_AGAIN())
    assert [stock_at(batch, hour) for hour in (1, 2)] == [0, 0]
    photo(config, 90, image=image)
    assert [stock_at(batch, hour) for hour in (1, 2)] == [90, 50]


def test_plants_put_beside_the_counted_ones_keep_their_number(config):
    batch = photo(config, 100).batch
    potted = record(TRANSPLANT, batch, 40, to=plants_of(config, packaging=PackagingFactory()), hour=1)
    beside = potted.movements.get(quantity=40).batch
    photo(config, 98, hour=2)
    assert (stock_at(batch), stock_at(beside)) == (58, 40)
    photo(config, 30, hour=3)
    assert (stock_at(batch), stock_at(beside)) == (0, 30)


def test_plants_beside_the_counted_ones_are_gone_with_the_cycle(config):
    batch = photo(config, 100).batch
    beside = record(TRANSPLANT, batch, 40, to=plants_of(config, product=ProductFactory()), hour=1).movements
    config.active, config.closed_at = False, hours(2)
    config.save()
    photo(LocationConfigFactory(location=config.location, started_at=hours(2)), 50, hour=3)
    assert (stock_at(batch), stock_at(beside.get(quantity=40).batch)) == (0, 0)


# --- Counted by hand -------------------------------------------------------------------------------------------------
def test_hand_count_sets_its_batch_and_says_so(config):
    batch = photo(config, 100).batch
    beside = record(PLANTING, plants_of(config, packaging=None), 7, hour=1).movements.get().batch
    user = UserFactory()
    document = hand_count(batch, 91, hour=2, user=user)
    assert (stock_at(batch), stock_at(beside)) == (91, 7)
    movement = StockMovement.objects.get(kind="conteo")
    assert (movement.quantity, movement.source_type, movement.image_id) == (-9, "manual", None)
    assert str(movement.reason) == "Counted 91 by hand."
    count = document.hand_count
    assert (count.quantity, count.user, count.visit) == (91, user, None)
    record(SALE, batch, 1, hour=3)
    photo(config, 90 + 7, hour=4)
    assert (stock_at(batch), stock_at(beside)) == (90, 7)


def test_hand_count_that_agrees_is_kept_and_can_be_undone(config):
    batch = planted(config, 50)
    document = hand_count(batch, 50, hour=1)
    assert StockMovement.objects.count() == 1
    record(LOSS, batch, 10, hour=0.5)
    assert stock_at(batch) == 50, "the count is later than the loss"
    undo(document)
    assert stock_at(batch) == 40
    assert StockCount.objects.get().withdrawn_at is not None


def test_hand_count_beside_a_photo_of_the_same_minutes_is_no_part_of_its_visit(config):
    counted = photo(config, 100)
    hand_count(counted.batch, 95, hour=0.1)
    photo(config, 102, hour=0.2)
    assert stock_at(counted.batch, 0.15) == 95
    assert stock_at(counted.batch) == 102


@pytest.mark.parametrize("numbers", [(56, 9), (9, 56), (9, 9)])
def test_of_counts_at_the_same_moment_the_one_recorded_last_stands(config, numbers):
    batch = photo(config, 100, hour=1).batch
    for number in numbers:
        hand_count(batch, number, hour=1)
        assert stock_at(batch) == number
    photo(config, 90, hour=1)
    assert stock_at(batch) == numbers[-1], "of the photos of that moment"


# --- The database itself ---------------------------------------------------------------------------------------------
def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def write_and_check(**fields):
    StockMovementFactory(**fields)
    check_now()


@pytest.mark.django_db
def test_database_refuses_negative_stock_whoever_writes():
    batch = StockMovementFactory(quantity=10, happened_at=hours(2)).batch
    check_now()
    for hour, quantity in ((1, -1), (3, -11)):
        with pytest.raises(IntegrityError, match="less than no plants"), transaction.atomic():
            write_and_check(batch=batch, sale=True, quantity=quantity, happened_at=hours(hour))


@pytest.mark.django_db
def test_database_refuses_half_a_transplant():
    plain = StockBatchFactory()
    with pytest.raises(IntegrityError, match="pair_has_a_line"), transaction.atomic():
        StockMovementFactory(batch=plain, kind=TRANSPLANT)
    document = record(PLANTING, plants_of(LocationConfigFactory()), 1)
    with pytest.raises(IntegrityError, match="does not sum to zero"), transaction.atomic():
        write_and_check(batch=plain, kind=TRANSPLANT, quantity=5, document=document, line=2)


@pytest.mark.django_db
def test_document_cannot_be_changed_or_deleted():
    document = record(PLANTING, plants_of(LocationConfigFactory()), 1)
    with pytest.raises(IntegrityError, match="append-only: UPDATE refused"), transaction.atomic():
        StockDocument.objects.update(note="better")
    with pytest.raises(IntegrityError, match="append-only: DELETE refused"), transaction.atomic():
        StockDocument.objects.filter(pk=document.pk)._raw_delete(using="default")


@pytest.mark.django_db
def test_reason_belongs_to_a_loss():
    with pytest.raises(IntegrityError, match="only_losses"), transaction.atomic():
        StockMovementFactory(loss_reason=LossReason.objects.get(code="ROT"))


# --- Two at once -----------------------------------------------------------------------------------------------------
def run_together(*works):
    """Run functions in threads of their own; returns how many were refused."""

    def attempt(work):
        try:
            work()
        except (ConflictError, IntegrityError):
            return 1
        finally:
            connection.close()
        return 0

    with ThreadPoolExecutor(len(works)) as pool:
        return sum(pool.map(attempt, works))


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_never_sell_more_than_is_there():
    config = LocationConfigFactory()
    batch, user = planted(config, 100), UserFactory()
    refused = run_together(*[lambda: record(SALE, batch, 30, hour=1, user=user)] * 5)
    assert (refused, stock_at(batch)) == (2, 10)
    assert_ledger_is_sound()


@pytest.mark.django_db(transaction=True)
def test_writers_by_hand_at_once_are_refused_by_the_database():
    """As SQL that knows nothing of the ledger's locks."""
    batch = StockMovementFactory(quantity=100, happened_at=hours(0)).batch
    user = UserFactory()

    def sell():
        with transaction.atomic():
            StockMovementFactory(batch=batch, sale=True, quantity=-60, happened_at=hours(1), user=user)

    assert run_together(sell, sell, sell) == 2
    assert stock_at(batch) == 40


@pytest.mark.django_db(transaction=True)
def test_same_request_sent_twice_at_once_is_written_once():
    config = LocationConfigFactory()
    batch, user = planted(config, 100), UserFactory()
    assert run_together(*[lambda: record(SALE, batch, 30, hour=1, key="k", user=user)] * 4) == 0
    assert stock_at(batch) == 70


@pytest.mark.django_db(transaction=True)
def test_transplants_in_both_directions_and_photos_at_once_do_not_block_each_other():
    left, right = LocationConfigFactory(), LocationConfigFactory(location=StorageLocationFactory())
    user = UserFactory()
    batches = [planted(left, 100), planted(right, 100)]

    def move(batch, config):
        return lambda: [record(TRANSPLANT, batch, 2, to=plants_of(config), hour=1 + n, user=user) for n in range(4)]

    def look(config):
        return lambda: [photo(config, 100, hour=10 + n) for n in range(3)]

    assert run_together(move(batches[0], right), move(batches[1], left), look(left), look(right)) == 0
    assert_ledger_is_sound()
    assert StockMovement.objects.filter(kind=TRANSPLANT).count() == 16
