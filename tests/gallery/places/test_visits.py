"""Parts or retakes: the question, the answer, and who sees that a number is open."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from gallery.places.history import location_history
from gallery.places.location import location_detail
from locations.models import LocationConfig
from photos.models import S3Image
from stock.ledger import record_count
from stock.models import Visit
from stock.queries import stock_of
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory
from tests.stock.visits.test_records import sketch

pytestmark = pytest.mark.django_db


def shoot(config: LocationConfig, plants: int, *, place: int, minutes_ago: int = 60) -> S3Image:
    """A counted photo in the stock."""
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    session = ProcessingSessionFactory(
        ready=True, storage_location=config.location, total_detected=plants, total_estimated=plants
    )
    image = session.original_image
    S3Image.objects.filter(pk=image.pk).update(sketch=sketch(place), created_at=moment)
    record_count(
        image_id=image.pk,
        session_id=session.session_id,
        location=config.location,
        config=config,
        quantity=plants,
        quantity_empty=0,
        user=None,
        happened_at=moment,
    )
    return image


@pytest.fixture
def bay(db):
    return LocationConfigFactory()


@pytest.fixture
def halves(bay):
    return shoot(bay, 84, place=1, minutes_ago=61), shoot(bay, 94, place=2)


def stock(config):
    return sum(line.quantity for line in stock_of(config.location, timezone.now()))


def answer_path(image):
    return f"/gallery/{image.pk}/visit/"


def test_an_open_visit_says_so_wherever_its_number_stands(worker: Client, viewer: Client, bay, halves):
    page = worker.get(f"/locations/{bay.location.code}/")
    for words in (
        "Parts of the bay, or retakes?",
        "This number is not final",
        "The pictures show different places",
        "Parts: add them (178)",
        "Retakes: keep the newest (94)",
    ):
        assertContains(page, words)
    detail = location_detail(bay.location.code)
    assert (detail.last.plants, detail.last.photos, detail.is_open, detail.stock_total) == (178, 2, True, 178)
    assertContains(worker.get(f"/gallery/{halves[0].pk}/"), "Parts of the bay, or retakes?")
    assertContains(worker.get("/todo/"), "Parts or retakes?")
    shown = worker.get("/map/").content.decode()
    assert re.search(r"178 plants, (today|1 day ago) \(open: a question about its photos\)", shown), (
        "an hour ago, at any hour"
    )
    looked = viewer.get(f"/locations/{bay.location.code}/")
    assertContains(looked, "Ask a supervisor")
    assertNotContains(looked, 'name="visit"')


def test_answers_are_kept_and_can_be_changed(worker: Client, bay, halves):
    first, last = halves
    shown = {"photos": [first.pk, last.pk], "location": bay.location.code}
    for answer, chosen, plants in (("retake", [], 94), ("chosen", [first.pk], 84), ("parts", [], 178)):
        reply = worker.post(answer_path(last), {**shown, "visit": answer, "chosen": chosen}, follow=True)
        assertContains(reply, f"The visit counts as {plants} plants.")
        assertNotContains(reply, "This number is not final")
        assert stock(bay) == plants
    assertContains(reply, "Parts: add them")
    assert Visit.objects.get().answered_by.has_perm("processing.add_job")
    assertNotContains(worker.get("/todo/"), "Parts or retakes?")


def test_an_answer_for_photos_that_were_not_seen_is_refused(worker: Client, bay, halves):
    shown = {"photos": [halves[0].pk], "visit": "parts"}
    reply = worker.post(answer_path(halves[0]), shown, follow=True)
    assertContains(reply, "The photos of this visit have changed.")
    assert Visit.objects.get().is_open


def test_bad_answers(worker: Client, bay, halves):
    alone = shoot(LocationConfigFactory(), 5, place=3)
    assert worker.post(answer_path(halves[0]), {"visit": "both"}).status_code == 400
    assert worker.post(answer_path(alone), {"visit": "parts"}).status_code == 404
    assert worker.post(f"/gallery/{uuid.uuid4()}/visit/", {"visit": "parts"}).status_code == 404
    reply = worker.post(answer_path(halves[0]), {"visit": "chosen"}, follow=True)
    assertContains(reply, "Tick at least one photo to count.")


def test_the_api_shows_and_answers(worker: Client, bay, halves):
    path = f"/api/v1/photos/{halves[0].pk}"
    shown = worker.get(path).json()["visit"]
    assert (shown["total_plants"], shown["open"], shown["answer"], shown["suggested"]) == (178, True, None, "parts")
    assert [photo["counted"] for photo in shown["photos"]] == [True, True]
    reply = worker.post(f"{path}/visit", {"visit": "retake"}, content_type="application/json")
    assert (reply.status_code, reply.json()["total_plants"], reply.json()["open"]) == (200, 94, False)
    chosen = {"visit": "chosen", "chosen": [str(halves[0].pk)]}
    assert worker.post(f"{path}/visit", chosen, content_type="application/json").json()["total_plants"] == 84
    assert worker.post(f"{path}/visit", {"visit": "?"}, content_type="application/json").status_code == 400
    alone = shoot(LocationConfigFactory(), 5, place=3)
    assert "visit" not in worker.get(f"/api/v1/photos/{alone.pk}").json()


def test_the_chart_has_one_dot_for_a_visit(bay):
    shoot(bay, 170, place=1, minutes_ago=5000)
    shoot(bay, 84, place=1, minutes_ago=61)
    shoot(bay, 94, place=2)
    dots = location_detail(bay.location.code).chart.dots
    assert [dot.counted.plants for dot in dots] == [170, 178]


def test_a_photo_moved_away_leaves_the_history_of_the_first_location(bay, halves):
    first, last = halves
    elsewhere = StorageLocationFactory()
    assert {event.image_id for event in location_history(bay.location_id)} == {first.pk, last.pk}
    ProcessingSessionFactory(ready=True, storage_location=elsewhere, job__image=last)
    S3Image.objects.filter(pk=last.pk).update(storage_location=elsewhere)
    assert [event.image_id for event in location_history(bay.location_id)] == [first.pk]
    assert [event.image_id for event in location_history(elsewhere.pk)] == [last.pk]
