"""Blind recounts in the review: which photos, what is not shown, and what becomes of the answer."""

from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gallery.review.blind import is_due
from locations.nursery import write_nursery
from photos.models import S3Image
from processing.models import BlindCount, ProcessingSession
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed

pytestmark = pytest.mark.django_db
PLANT = 0
NEXT = "/review/next/"


@pytest.fixture
def bed():
    return make_bed(*[PLANT] * 17, location=StorageLocationFactory(), estimated=23)


@pytest.fixture
def always(db: None) -> None:
    write_nursery(blind_recount_percent=100)


def page_of(bed) -> str:
    return reverse("review-blind", args=[bed.original_image_id])


def test_the_share_of_photos_is_that_of_the_settings():
    images = [uuid4() for _number in range(1000)]
    for percent, least, most in ((0, 0, 0), (3, 10, 55), (50, 420, 580), (100, 1000, 1000)):
        write_nursery(blind_recount_percent=percent)
        assert least <= sum(is_due(image_id) for image_id in images) <= most


def test_the_review_asks_first_and_shows_the_count_after_the_answer(bed, always, supervisor):
    assertRedirects(supervisor.get(NEXT), page_of(bed), fetch_redirect_response=False)
    page = supervisor.get(page_of(bed))
    assertContains(page, "How many plants do you see?")
    for number in ("17", "23"):
        assertNotContains(page, f">{number}<")
    picture = supervisor.get(f"{page_of(bed)}picture/").json()
    assert (picture["marks"]["x"], picture["containers"], picture["width_px"]) == ([], [], 1000)
    queue = supervisor.get("/review/")
    assertContains(queue, "Count it yourself first")
    assertNotContains(queue, ">23<")
    answer = supervisor.post(page_of(bed), {"seen": "17"}, follow=True)
    assertContains(answer, "It agrees with the count of the photo.")
    assertContains(answer, "Sign off 23 plants")
    assertRedirects(supervisor.get(NEXT), f"/gallery/{bed.original_image_id}/", fetch_redirect_response=False)
    assertRedirects(
        supervisor.post(page_of(bed), {"seen": "3"}), answer.redirect_chain[0][0], fetch_redirect_response=False
    )
    assert BlindCount.objects.get().seen == 17


def test_an_answer_that_differs_makes_the_photo_a_to_do_until_it_is_signed_off(bed, always, supervisor, worker):
    answer = supervisor.post(page_of(bed), {"seen": "40"}, follow=True)
    assertContains(answer, "saw 40 plants without knowing the count, the count had 17.")
    assertContains(supervisor.get("/todo/"), "Recount differs")
    assertNotContains(worker.get("/todo/"), "Recount differs")
    bed.refresh_from_db()
    assert (bed.total_estimated, bed.validated) == (23, False)
    supervisor.post(f"/gallery/{bed.original_image_id}/sign-off/", {"seen": 23})
    assertNotContains(supervisor.get("/todo/"), "Recount differs")


def test_bad_answers_are_asked_again_and_other_roles_turned_away(bed, always, supervisor, worker, viewer):
    for seen in ("", "many", "-1", "1000001"):
        assertContains(supervisor.post(page_of(bed), {"seen": seen}), "Save my count", status_code=422)
    for client in (worker, viewer):
        assert client.get(page_of(bed)).status_code == 403
        assert client.post(page_of(bed), {"seen": "3"}).status_code == 403
    assert not BlindCount.objects.exists()
    ProcessingSession.objects.update(status="processing")
    assertContains(supervisor.post(page_of(bed), {"seen": "3"}, follow=True), "This photo has no count yet.")
    S3Image.objects.update(deleted_at="2026-11-20T00:00:00Z")
    assert supervisor.get(page_of(bed)).status_code == 404


def test_a_photo_may_be_skipped(bed, always, supervisor):
    other = make_bed(PLANT)
    assertContains(supervisor.get(page_of(bed)), f'href="{NEXT}?after={bed.original_image_id}"')
    answer = supervisor.get(NEXT, {"after": bed.original_image_id})
    assertRedirects(answer, page_of(other), fetch_redirect_response=False)


def test_programs_store_and_read_blind_counts(bed, supervisor):
    address = reverse("api-blind-counts", args=[bed.original_image_id])
    stored = supervisor.post(address, {"seen": 20}, content_type="application/json").json()["blind_count"]
    assert {key: stored[key] for key in ("seen", "detected", "estimated", "model_detected", "differs")} == {
        "seen": 20,
        "detected": 17,
        "estimated": 23,
        "model_detected": 17,
        "differs": True,
    }
    again = supervisor.post(address, {"seen": 3}, content_type="application/json").json()["blind_count"]
    assert again == stored  # the first answer stays
    page = supervisor.get(address).json()
    assert (page["blind_counts"], page["pagination"]["total_items"]) == ([stored], 1)


@pytest.mark.parametrize("seen", ["", "many", -1, 1_000_001])
def test_programs_are_told_of_bad_blind_counts(bed, supervisor, seen):
    answer = supervisor.post(
        reverse("api-blind-counts", args=[bed.original_image_id]), {"seen": seen}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert not BlindCount.objects.exists()


def test_a_photo_without_a_count_has_no_blind_count(supervisor):
    photo = ProcessingSessionFactory().original_image_id
    answer = supervisor.post(reverse("api-blind-counts", args=[photo]), {"seen": 3}, content_type="application/json")
    assert answer.status_code == 409
