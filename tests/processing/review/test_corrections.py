"""Corrections as events: recorded, undone, applied again after a run, with the totals and the stock that follow."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from photos.models import S3Image
from processing.counting.pyramid import Pyramid
from processing.mapping import copy_detections
from processing.models import Correction, Detection, ProcessingSession
from processing.pipeline import aggregation
from processing.review import corrections
from stock.ledger import record_count
from stock.models import StockBatch, StockCount, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.processing.factories import CorrectionFactory, JobFactory, ProcessingSessionFactory, make_bed, refuse
from tests.processing.fakes import paint_picture

pytestmark = pytest.mark.django_db
PLANT, EMPTY, DEAD = range(3)


@pytest.fixture
def bed():
    """Five plants and one empty place; the model supposes two hidden plants."""
    return make_bed(PLANT, PLANT, PLANT, PLANT, PLANT, EMPTY, estimated=7)


@pytest.fixture
def ana():
    return UserFactory(supervisor=True)


@pytest.fixture
def luis():
    return UserFactory(supervisor=True)


def place(number: int) -> dict[str, float]:
    """Where `make_bed` puts the things."""
    return {"x": (100 + 60 * number) / 1000, "y": 0.1}


FREE = {"x": 0.5, "y": 0.5}
OUTSIDE = {"x": 0.95, "y": 0.95}


def correct(session, user, action, where, class_id=PLANT) -> Correction:
    return corrections.correct(image=session.original_image, user=user, action=action, class_id=class_id, **where)


def totals(session) -> tuple[int, int, int, int]:
    """Seen, estimated, empty, dead."""
    session.refresh_from_db()
    counts = session.category_counts
    assert (session.total_detected, session.total_empty_containers) == (counts["plant"], counts["empty"])
    return counts["plant"], session.total_estimated, counts["empty"], counts["dead"]


def test_each_correction_changes_the_count_and_not_what_the_model_found(bed, ana):
    correct(bed, ana, "add", FREE)
    assert totals(bed) == (6, 7, 1, 0), "one of the hidden plants was found"
    correct(bed, ana, "remove", place(0))
    assert totals(bed) == (5, 6, 1, 0)
    correct(bed, ana, "retype", place(1), DEAD)
    assert totals(bed) == (4, 5, 1, 1)
    correct(bed, ana, "retype", place(5), PLANT)
    assert totals(bed) == (5, 6, 0, 1)
    assert Detection.objects.filter(class_id=PLANT).count() == 5
    assert bed.segments.get().detected == 5


def test_a_correction_that_is_sent_again_is_made_once(ana, luis):
    bed, name = make_bed(PLANT, PLANT, estimated=2), uuid4()
    Detection.objects.filter(center_x_px__gt=130).update(center_x_px=120)  # so near that a tap would hit either
    first = corrections.correct(
        image=bed.original_image, user=ana, action="remove", class_id=PLANT, **place(0), sent_as=name
    )
    again = corrections.correct(
        image=bed.original_image, user=ana, action="remove", class_id=PLANT, **place(0), sent_as=name
    )
    assert again == first
    assert totals(bed)[0] == 1
    corrections.correct(image=bed.original_image, user=luis, action="add", class_id=PLANT, **FREE, sent_as=name)
    assert totals(bed)[0] == 2, "another person's names are their own"


def test_plants_beside_all_containers_count_too(bed, ana):
    correct(bed, ana, "add", OUTSIDE)
    assert totals(bed) == (6, 8, 1, 0)
    assert bed.manual_adjustments["containers"] == [
        {"number": None, "detected": 1, "estimated": 1, "empty": 0, "dead": 0}
    ]


def test_a_note_that_is_sent_twice_is_one(bed, ana):
    for _ in range(2):
        corrections.note(image=bed.original_image, user=ana, text="Shadow on the left")
    corrections.note(image=bed.original_image, user=ana, text="And on the right")
    assert bed.original_image.corrections.count() == 2


def test_adjustments_say_what_was_changed_and_what_the_model_had_counted(bed, ana):
    correct(bed, ana, "add", FREE)
    correct(bed, ana, "remove", place(5), EMPTY)
    corrections.note(image=bed.original_image, user=ana, text=" Shadow on the left ")
    bed.refresh_from_db()
    assert bed.manual_adjustments == {
        "added": 1,
        "removed": 1,
        "retyped": 0,
        "notes": 1,
        "containers": [{"number": 1, "detected": 1, "estimated": 0, "empty": -1, "dead": 0}],
        "model": {
            "total_detected": 5,
            "total_estimated": 7,
            "total_empty_containers": 1,
            "category_counts": {"plant": 5, "empty": 1, "dead": 0},
        },
    }
    assert Correction.objects.last().text == "Shadow on the left"


def test_a_tap_beside_the_centre_keeps_the_exact_place(bed, ana):
    removed = correct(bed, ana, "remove", {"x": 0.112, "y": 0.088})
    assert (removed.x, removed.y) == pytest.approx((0.1, 0.1))


def test_several_levels_of_undo_and_redo(bed, ana):
    for number in range(3):
        correct(bed, ana, "remove", place(number))
    image = bed.original_image
    assert totals(bed)[0] == 2
    for left in (3, 4, 5):
        corrections.undo(image=image, user=ana)
        assert totals(bed)[0] == left
    assert bed.manual_adjustments is None, "nothing is left that a person changed"
    with pytest.raises(ConflictError, match="undo"):
        corrections.undo(image=image, user=ana)
    for left in (4, 3, 2):
        corrections.redo(image=image, user=ana)
        assert totals(bed)[0] == left
    with pytest.raises(ConflictError, match="redo"):
        corrections.redo(image=image, user=ana)


def test_steps_that_were_sent_twice_are_made_once(bed, ana, luis):
    names = [uuid4(), uuid4()]
    for number, name in enumerate(names):
        values = {"action": "remove", "class_id": PLANT, **place(number), "sent_as": name}
        corrections.correct(image=bed.original_image, user=ana, **values)
    image = bed.original_image
    for _ in range(2):  # the older one: a step names its correction
        corrections.undo(image=image, user=ana, named=names[0])
    assert [made.undone_at is None for made in image.corrections.order_by("pk")] == [False, True]
    for _ in range(2):
        corrections.redo(image=image, user=ana, named=names[0])
    assert image.corrections.in_force().count() == 2
    for step in (corrections.undo, corrections.redo):
        for user, name in ((luis, names[0]), (ana, uuid4())):
            with pytest.raises(NotFoundError):
                step(image=image, user=user, named=name)


def test_an_undone_correction_before_a_newer_one_is_not_redone_by_name(bed, ana):
    name = uuid4()
    corrections.correct(image=bed.original_image, user=ana, action="add", class_id=PLANT, **FREE, sent_as=name)
    corrections.undo(image=bed.original_image, user=ana, named=name)
    correct(bed, ana, "remove", place(0))
    with pytest.raises(ConflictError):
        corrections.redo(image=bed.original_image, user=ana, named=name)


def test_a_new_correction_ends_what_can_be_redone(bed, ana):
    correct(bed, ana, "remove", place(0))
    corrections.undo(image=bed.original_image, user=ana)
    correct(bed, ana, "add", FREE)
    with pytest.raises(ConflictError):
        corrections.redo(image=bed.original_image, user=ana)
    corrections.undo(image=bed.original_image, user=ana)
    assert corrections.redo(image=bed.original_image, user=ana).action == "add"


def test_each_person_undoes_their_own(bed, ana, luis):
    correct(bed, ana, "remove", place(0))
    correct(bed, luis, "remove", place(1))
    with pytest.raises(ConflictError):
        corrections.undo(image=bed.original_image, user=UserFactory(supervisor=True))
    assert corrections.undo(image=bed.original_image, user=ana).user == ana
    assert totals(bed)[0] == 4
    with pytest.raises(ConflictError):
        corrections.redo(image=bed.original_image, user=luis)


def test_what_somebody_added_can_be_removed_by_another(bed, ana, luis):
    correct(bed, ana, "add", FREE, DEAD)
    correct(bed, luis, "remove", FREE, DEAD)
    assert totals(bed) == (5, 7, 1, 0)
    corrections.undo(image=bed.original_image, user=ana)
    assert totals(bed) == (5, 7, 1, 0)


@pytest.mark.parametrize(
    ("action", "where", "class_id", "error"),
    [
        ("remove", FREE, PLANT, ConflictError),
        ("remove", place(5), PLANT, ConflictError),
        ("retype", FREE, DEAD, ConflictError),
        ("retype", place(0), PLANT, ConflictError),
        ("add", {"x": 0.105, "y": 0.1}, PLANT, ConflictError),
        ("add", {"x": 1.1, "y": 0.5}, PLANT, InvalidInputError),
        ("add", {"x": float("nan"), "y": 0.5}, PLANT, InvalidInputError),
    ],
)
def test_impossible_corrections_are_refused_and_leave_nothing(bed, ana, action, where, class_id, error):
    with pytest.raises(error):
        correct(bed, ana, action, where, class_id)
    assert not Correction.objects.exists()
    assert totals(bed) == (5, 7, 1, 0)


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_a_note_says_something(bed, ana, text):
    with pytest.raises(InvalidInputError):
        corrections.note(image=bed.original_image, user=ana, text=text)


def test_photos_without_count_or_in_the_trash_are_not_corrected(ana):
    with pytest.raises(ConflictError, match="no count"):
        correct(ProcessingSessionFactory(processing=True), ana, "add", FREE)
    deleted = make_bed(PLANT)
    S3Image.objects.update(deleted_at=timezone.now())
    with pytest.raises(NotFoundError):
        correct(deleted, ana, "add", FREE)


def test_sign_off_names_the_person_and_is_for_the_count_that_was_seen(bed, ana, luis):
    with pytest.raises(ConflictError, match="changed to 7"):
        corrections.sign_off(image=bed.original_image, user=ana, seen=6)
    corrections.sign_off(image=bed.original_image, user=ana, seen=7)
    bed.refresh_from_db()
    assert (bed.validated, bed.validated_by_user, bed.manual_adjustments) == (True, ana, None)
    assert bed.validation_date is not None
    corrections.reopen_count(image=bed.original_image, user=ana)
    bed.refresh_from_db()
    assert (bed.validated, bed.validated_by_user, bed.validation_date) == (False, None, None)


def test_a_changed_count_needs_a_new_sign_off_and_a_note_does_not(bed, ana):
    corrections.sign_off(image=bed.original_image, user=ana, seen=7)
    corrections.note(image=bed.original_image, user=ana, text="Dry")
    bed.refresh_from_db()
    assert bed.validated
    correct(bed, ana, "remove", place(0))
    bed.refresh_from_db()
    assert (bed.validated, bed.validated_by_user) == (False, None)


def test_the_stock_follows_each_correction_with_the_difference(ana):
    location = StorageLocationFactory(configured=True)
    bed = make_bed(PLANT, PLANT, PLANT, EMPTY, location=location)
    record_count(
        image_id=bed.original_image_id,
        session_id=bed.session_id,
        location=location,
        config=location.configs.get(),
        quantity=3,
        quantity_empty=1,
        user=None,
        happened_at=datetime(2025, 10, 8, tzinfo=UTC),
    )
    correct(bed, ana, "add", FREE)
    correct(bed, ana, "remove", place(0))
    correct(bed, ana, "retype", place(3), PLANT)
    batch = StockBatch.objects.get()
    assert (batch.quantity_current, batch.quantity_initial, batch.quantity_empty_containers) == (4, 4, 0)
    movements = StockMovement.objects.order_by("created_at").values_list("quantity", "user", "session_id")
    assert list(movements) == [
        (quantity, user, bed.session_id) for quantity, user in ((3, None), (1, ana.pk), (-1, ana.pk), (1, ana.pk))
    ]
    assert StockCount.objects.get().quantity == 4


def test_a_photo_that_stands_for_no_stock_moves_none(bed, ana):
    correct(bed, ana, "remove", place(0))
    assert not StockMovement.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "move"},
        {"class_id": None},
        {"class_id": 3},
        {"x": 1.5},
        {"y": None},
        {"text": "x"},
        {"action": "note"},
        {"action": "note", "class_id": None, "x": None, "y": None},
    ],
)
def test_the_table_refuses_nonsense(wrong):
    image = S3Image.objects.get(pk=make_bed(PLANT).original_image_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionFactory(image=image, **wrong)


@pytest.mark.django_db(transaction=True)
def test_corrections_at_the_same_time_are_all_counted():
    bed = make_bed(*[PLANT] * 6)
    people = UserFactory.create_batch(6, supervisor=True)

    def remove(number: int) -> None:
        try:
            correct(bed, people[number], "remove", place(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(remove, range(6)))
    assert totals(bed)[0] == 0
    assert ProcessingSession.objects.get().manual_adjustments["removed"] == 6


@pytest.mark.django_db(transaction=True)
def test_a_correction_made_while_a_run_ends_waits_for_its_count(monkeypatch):
    bed, ana = make_bed(PLANT, PLANT, PLANT), UserFactory(supervisor=True)
    job = JobFactory(image=bed.original_image, status="processing", phase="detect", started_at=timezone.now())
    run = ProcessingSessionFactory(job=job, status="processing")
    copy_detections(bed, run)
    counted, go_on = Event(), Event()
    record_stock = aggregation.record_stock

    def record_slowly(*args, **options) -> None:
        counted.set()
        assert go_on.wait(30)
        record_stock(*args, **options)

    def in_thread(work, *args):
        try:
            work(*args)
        finally:
            connection.close()

    monkeypatch.setattr(aggregation, "record_stock", record_slowly)
    with ThreadPoolExecutor(2) as threads:
        ending = threads.submit(in_thread, aggregation.close, job, Pyramid.of(paint_picture(1000, 1000)))
        assert counted.wait(30)
        correcting = threads.submit(in_thread, correct, bed, ana, "remove", place(0))
        with pytest.raises(TimeoutError):
            correcting.result(timeout=0.5)
        go_on.set()
        ending.result(timeout=30)
        correcting.result(timeout=30)
    assert totals(run)[0] == 2
    assert totals(bed)[0] == 3, "what the earlier run counted is history"


@pytest.mark.parametrize("things", [10, 300])
def test_a_correction_takes_the_same_queries_for_any_photo(ana, things, django_assert_num_queries):
    bed = make_bed(*[PLANT] * things)
    for number in range(4):
        correct(bed, ana, "remove", place(number))
    with django_assert_num_queries(13):
        correct(bed, ana, "remove", place(5))


def test_a_refused_photo_that_is_signed_off_late_counts_in_the_cycle_of_its_moment(ana):
    now = timezone.now()
    then = LocationConfigFactory(started_at=now - timedelta(days=9), active=False, closed_at=now - timedelta(days=1))
    LocationConfigFactory(location=then.location, started_at=now - timedelta(days=1))
    bed = refuse(make_bed(0, 0, location=then.location))
    S3Image.objects.filter(pk=bed.original_image_id).update(taken_at=now - timedelta(days=2))
    corrections.sign_off(image=bed.original_image, user=ana, seen=2)
    batch = StockBatch.objects.get()
    assert (batch.config, batch.quantity_current) == (then, 2)
    assert S3Image.objects.get().status == "ready"
