"""Visits in the ledger: histories of photos, answers, sales and second runs in any order."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from locations.models import LocationConfig
from photos.models import S3Image
from stock.ledger import answer_visit, correct_count, record_count, restore_image_count, reverse_image_counts
from stock.models import StockBatch, StockCount, StockMovement, Visit
from stock.queries import stock_of
from stock.visits.likeness import SIDE_PX
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockMovementFactory

NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)


def sketch(place: int) -> bytes:
    """What the camera sees at a place; the same place looks alike."""
    return np.random.default_rng(place).integers(0, 255, (SIDE_PX, SIDE_PX), dtype=np.uint8).tobytes()


def shoot(config, quantity, *, minute=0, place=None, image=None, session=None, said="", empty=0):
    """A photo that is taken and counted."""
    image = image or S3ImageFactory(sketch=sketch(place) if place else None, visit_answer=said)
    return record_count(
        image_id=image.pk,
        session_id=session or uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=empty,
        user=None,
        happened_at=NOON + timedelta(minutes=minute),
    )


def stock_at(config, minute=100_000):
    return sum(line.quantity for line in stock_of(config.location, NOON + timedelta(minutes=minute)))


def answer(config, word, *, chosen=(), seen=None):
    visit = Visit.objects.filter(location=config.location, photos__gt=1).first()
    seen = seen or list(visit.counts.in_force().values_list("image_id", flat=True))
    return answer_visit(visit_id=visit.pk, answer=word, seen=seen, chosen=list(chosen), user=UserFactory())


@pytest.fixture
def config(db):
    """A configured location; after the test each batch's stock must be the sum of its movements."""
    yield LocationConfigFactory()
    for batch in StockBatch.objects.annotate(total=Sum("movements__quantity", default=0)):
        assert batch.quantity_current == batch.total


def test_two_halves_of_a_bay_are_added_and_ask_until_answered(config):
    shoot(config, 84, place=1, empty=3)
    shoot(config, 94, place=2, minute=1, empty=4)
    visit = Visit.objects.get()
    assert (visit.photos, visit.quantity, visit.is_open) == (2, 178, True)
    assert stock_at(config) == 178
    answer(config, "parts")
    visit.refresh_from_db()
    assert (visit.quantity, visit.is_open, visit.answer) == (178, False, "parts")
    batch = StockBatch.objects.get()
    assert (batch.quantity_current, batch.quantity_initial, batch.quantity_empty_containers) == (178, 178, 7)
    assert StockMovement.objects.latest("created_at").reason.in_english() == "Counted 178 in 2 photos of one visit."


def test_an_answer_can_be_changed(config):
    first = shoot(config, 84, place=1)
    shoot(config, 94, place=2, minute=1)
    for word, chosen, number in (
        ("parts", (), 178),
        ("retake", (), 94),
        ("chosen", (first.image_id,), 84),
        ("retake", (), 94),
        ("parts", (), 178),
        ("parts", (), 178),
    ):
        answer(config, word, chosen=chosen)
        assert stock_at(config) == number
        assert Visit.objects.get().quantity == number


def test_retakes_count_once_and_the_newest_stands(config):
    shoot(config, 100, place=1)
    shoot(config, 96, place=1, minute=2)
    assert (stock_at(config), Visit.objects.get().is_open) == (96, True)
    answer(config, "retake")
    assert (stock_at(config), Visit.objects.get().is_open) == (96, False)


def test_photos_without_a_known_picture_count_as_the_newest_and_ask(config):
    shoot(config, 84)
    shoot(config, 94, minute=1)
    assert (stock_at(config), Visit.objects.get().is_open) == (94, True)


def test_the_uploader_may_say_it(config):
    shoot(config, 84, said="parts")
    shoot(config, 94, said="parts", minute=1)
    assert (stock_at(config), Visit.objects.get().is_open, Visit.objects.get().answer) == (178, False, "parts")
    shoot(config, 50, said="retake", minute=2)
    assert (stock_at(config), Visit.objects.get().is_open) == (178, True)


def test_a_second_run_of_a_part_changes_only_that_part(config):
    first = S3ImageFactory(sketch=sketch(1))
    shoot(config, 84, image=first)
    shoot(config, 94, place=2, minute=1)
    answer(config, "parts")
    shoot(config, 80, image=first)
    assert (stock_at(config), Visit.objects.get().is_open) == (174, False)


def test_a_corrected_part_changes_the_sum(config):
    session = uuid.uuid4()
    count = shoot(config, 84, place=1, session=session)
    shoot(config, 94, place=2, minute=1)
    correct_count(image_id=count.image_id, session_id=session, quantity=90, quantity_empty=0, user=None)
    assert stock_at(config) == 184


def test_a_deleted_part_leaves_the_sum_and_comes_back(config):
    shoot(config, 84, place=1)
    last = shoot(config, 94, place=2, minute=1)
    answer(config, "parts")
    reverse_image_counts(last.image_id, user=None, reason="Trash")
    assert stock_at(config) == 84
    assert not Visit.objects.get().is_open
    restore_image_count(last.image_id, withdrawn_since=NOON, user=None)
    assert (stock_at(config), Visit.objects.get().is_open) == (178, False)


def test_a_photo_moved_away_takes_its_part_with_it(config):
    shoot(config, 84, place=1)
    last = shoot(config, 94, place=2, minute=1)
    elsewhere = LocationConfigFactory()
    shoot(elsewhere, 94, minute=1, image=S3Image.objects.get(pk=last.image_id))
    assert (stock_at(config), stock_at(elsewhere)) == (84, 94)
    assert list(Visit.objects.filter(photos__gt=0).values_list("photos", "is_open")) == [(1, False), (1, False)]


def test_a_visit_of_which_nothing_is_left_is_not_open(config):
    for count in (shoot(config, 84, place=1), shoot(config, 94, place=2, minute=1)):
        reverse_image_counts(count.image_id, user=None, reason="Trash")
    assert list(Visit.objects.values_list("photos", "quantity", "is_open")) == [(0, 0, False)]


def test_a_photo_between_two_visits_makes_them_one(config):
    shoot(config, 84, place=1)
    shoot(config, 94, place=2, minute=45)
    assert (stock_at(config), Visit.objects.filter(photos__gt=0).count()) == (94, 2)
    middle = shoot(config, 10, place=3, minute=20)
    assert (stock_at(config), Visit.objects.filter(photos__gt=0).count()) == (188, 1)
    answer(config, "parts")
    reverse_image_counts(middle.image_id, user=None, reason="Trash")
    assert (stock_at(config), stock_at(config, 10)) == (94, 84)
    assert set(Visit.objects.filter(photos__gt=0).values_list("answer", "is_open")) == {("parts", False)}


def test_answers_are_refused_when_they_cannot_be_meant(config):
    first = shoot(config, 84, place=1)
    with pytest.raises(NotFoundError):
        answer_visit(visit_id=Visit.objects.get().pk, answer="parts", seen=[], chosen=[], user=UserFactory())
    shoot(config, 94, place=2, minute=1)
    with pytest.raises(ConflictError):
        answer(config, "parts", seen=[first.image_id])
    with pytest.raises(InvalidInputError):
        answer(config, "chosen")


def test_a_sale_after_the_visit_is_taken_off_its_sum(config):
    batch = shoot(config, 84, place=1).batch
    StockMovementFactory(batch=batch, sale=True, quantity=-30, happened_at=NOON + timedelta(hours=2))
    shoot(config, 94, place=2, minute=1)
    assert stock_at(config) == 148


steps = st.lists(
    st.tuples(
        st.sampled_from(["shoot", "again", "delete", "restore", "parts", "retake", "chosen"]),
        st.integers(0, 7),
        st.integers(0, 120),
        st.integers(0, 200),
        st.none() | st.integers(1, 3),
    ),
    max_size=14,
)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps)
def test_after_any_history_the_stock_is_what_the_visits_say(steps):
    _live_through(steps)


def _live_through(steps):
    config, images = LocationConfigFactory(), {}
    for word, number, minute, quantity, place in steps:
        if word == "shoot" and number not in images:
            images[number] = (S3ImageFactory(sketch=sketch(place) if place else None), minute)
        if number not in images:
            continue
        image, taken = images[number]
        if word in ("shoot", "again"):
            shoot(config, quantity, image=image, minute=taken)
        elif word == "delete":
            reverse_image_counts(image.pk, user=None, reason="Trash")
        elif word == "restore":
            restore_image_count(image.pk, withdrawn_since=NOON, user=None)
        elif Visit.objects.filter(location=config.location, photos__gt=1).exists():
            answer(config, word, chosen=[row.image_id for row in StockCount.objects.in_force()])
        for visit in Visit.objects.filter(location=config.location, photos__gt=0):
            counted = visit.counts.in_force().filter(is_counted=True)
            assert visit.quantity == sum(count.quantity for count in counted)
            last = max(counted, key=lambda count: (count.happened_at, count.image_id))
            assert sum(line.quantity for line in stock_of(config.location, last.happened_at)) == visit.quantity


class Shot(NamedTuple):
    """A photo on its way: what it shows, whether it belongs into the sum, and on which day it is sent."""

    bay: LocationConfig
    image: S3Image
    quantity: int
    minute: int
    is_good: bool
    sent_on: int


@pytest.mark.django_db
def test_a_month_of_one_greenhouse_the_stock_is_the_truth_at_every_moment():
    """Bays are photographed in one to four parts, some parts twice, sent in any order and some days late; some photos
    run again; people sell meanwhile. What is not the truth says that it is open, and history never changes."""
    chance = random.Random(12)
    bays = [LocationConfigFactory() for _ in range(3)]
    truth = {bay.pk: chance.randrange(100, 400) for bay in bays}
    shots, checks = [], []
    for day in range(0, 30, 3):
        for bay in bays:
            start = day * 1440 + chance.randrange(300)
            shots += _photograph(bay, truth[bay.pk], start, day, chance)
            checks.append((bay, start, start + 29, truth[bay.pk]))
        _send([shot for shot in shots if shot.sent_on == day], chance)
        missing = {(shot.bay.pk, shot.minute // 1440) for shot in shots if shot.sent_on > day}
        known = [check for check in checks if (check[0].pk, check[1] // 1440) not in missing]
        for bay, start, minute, plants in known:
            assert stock_at(bay, minute) == plants or _visit_at(bay, start).is_open
        _answer_all({shot.image.pk for shot in shots if shot.is_good})
        assert [stock_at(bay, minute) for bay, _, minute, _ in known] == [plants for *_, plants in known]
        for bay in bays:
            if (sold := chance.randrange(0, 20)) and StockBatch.objects.filter(location=bay.location).exists():
                moment = NOON + timedelta(minutes=day * 1440 + 1000)
                batch = StockBatch.objects.get(location=bay.location)
                StockMovementFactory(batch=batch, sale=True, quantity=-sold, happened_at=moment)
                truth[bay.pk] -= sold
                checks.append((bay, day * 1440, day * 1440 + 1001, truth[bay.pk]))
            truth[bay.pk] = max(0, truth[bay.pk] - chance.randrange(0, 5))  # died, seen on the next visit
    _send([shot for shot in shots if shot.sent_on > day], chance)
    _answer_all({shot.image.pk for shot in shots if shot.is_good})
    assert [stock_at(bay, minute) for bay, _, minute, _ in checks] == [plants for *_, plants in checks]


def _photograph(bay, plants, start, day, chance):
    """The parts of a bay, each a share of its plants, and a wrong first take of some."""
    cuts = sorted(chance.randrange(plants + 1) for _ in range(chance.randrange(4)))
    for place, (low, high) in enumerate(zip([0, *cuts], [*cuts, plants], strict=True), start=1):
        takes = 2 if chance.random() < 0.3 else 1
        for take in range(takes):
            is_last = take == takes - 1
            number = high - low if is_last else chance.randrange(plants + 1)
            sent_on = day + (3 * chance.randrange(1, 4) if chance.random() < 0.1 else 0)
            image = S3ImageFactory(sketch=sketch(place))
            yield Shot(bay, image, number, start + 5 * place + 2 * take, is_last, sent_on)


def _send(shots, chance):
    """In any order; one in ten runs twice."""
    for shot in chance.sample(shots, len(shots)):
        for _ in range(2 if chance.random() < 0.1 else 1):
            shoot(shot.bay, shot.quantity, image=shot.image, minute=shot.minute)


def _answer_all(good):
    """A person who was there says it of every visit that is open."""
    for visit in Visit.objects.filter(is_open=True):
        seen = list(visit.counts.in_force().values_list("image_id", flat=True))
        chosen = [image for image in seen if image in good] or seen
        word = "parts" if len(chosen) == len(seen) else "chosen"
        answer_visit(visit_id=visit.pk, answer=word, seen=seen, chosen=chosen, user=UserFactory())
    assert not Visit.objects.filter(is_open=True).exists()


def _visit_at(bay, minute):
    """The visit of a bay that began with this minute."""
    began = NOON + timedelta(minutes=minute)
    return Visit.objects.filter(location=bay.location, photos__gt=0, last_at__gte=began).earliest("last_at")
