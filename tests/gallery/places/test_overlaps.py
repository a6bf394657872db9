"""Plants in two photos: what the page shows, the question, the answers, who may give them, the API."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from gallery.places.visits import visit_of
from processing.counting.overlap import seams
from stock.ledger import answer_visit
from stock.models import Overlap, Visit
from stock.overlaps import Compared, record_overlap
from tests.factories import UserFactory
from tests.gallery.places.test_visits import shoot
from tests.locations.factories import LocationConfigFactory

pytestmark = pytest.mark.django_db
# The second photo is the first, moved by half of its width.
SHIFTED = (1, 0, -0.5, 0, 1, 0, 0, 0, 1)
TWELVE = [(7000 + 10 * number, 5000, 2000 + 10 * number, 5000) for number in range(12)]


@pytest.fixture
def bay():
    return LocationConfigFactory()


@pytest.fixture
def parts(bay):
    """Two parts of a bay, 84 and 94 plants."""
    photos = shoot(bay, 84, place=1, minutes_ago=61), shoot(bay, 94, place=2)
    visit = Visit.objects.get()
    answer_visit(visit_id=visit.pk, answer="parts", seen=[one.pk for one in photos], chosen=(), user=UserFactory())
    return photos


@pytest.fixture
def client_of():
    def sign_in(**role):
        client = Client()
        client.force_login(UserFactory(**role))
        return client

    return sign_in


def found(verdict, *, reason="", shared=TWELVE, homography=SHIFTED):
    compared = Compared(verdict, reason, homography=homography, shared=shared, located=(84, 94))
    record_overlap(Overlap.objects.get(), compared)


def say(client, parts, plants, *, seen=(84, 94), code=None):
    data = {"other": parts[1].pk, "plants": plants, "seen": list(seen), **({"location": code} if code else {})}
    return client.post(reverse("photo-overlap", args=[parts[0].pk]), data)


def page_of(client, bay):
    return client.get(f"/locations/{bay.location.code}/")


def test_page_says_that_photos_are_being_compared(client_of, bay, parts):
    response = page_of(client_of(), bay)
    assertContains(response, "they are being compared")
    assertNotContains(response, "Do these photos show the same plants?")


def test_page_draws_what_both_photos_show_and_counts_it_once(client_of, bay, parts):
    found("joined")
    response = page_of(client_of(), bay)
    assertContains(response, "12 plants are in both and count once")
    assertContains(response, "12 plants are in several photos and count once.")
    assertContains(response, '<polygon class="overlap__outline" points=')
    assert response.content.decode().count('class="overlap__mark"') == 24
    assertContains(response, "counts without 12 seen before")
    assert Visit.objects.get().quantity == 166
    photo = client_of().get(reverse("photo", args=[parts[0].pk]))
    assertContains(photo, "12 plants are in both and count once")


def test_doubtful_photos_are_asked_about_and_the_number_is_open(client_of, bay, parts):
    found("doubtful", reason="unclear")
    response = page_of(client_of(), bay)
    assertContains(response, "Do these photos show the same plants?")
    assertContains(response, "The drawn plants are the same (12)")
    assertContains(response, "This number is not final")
    assertNotContains(response, "Parts of the bay, or retakes?")
    todo = client_of().get(reverse("work"))
    assertContains(todo, "plants in two photos?")


@pytest.mark.parametrize(("plants", "quantity"), [(12, 166), (0, 178), (30, 148)])
def test_a_worker_answers_and_returns_to_the_location(client_of, bay, parts, plants, quantity):
    found("doubtful", reason="unclear")
    response = say(client_of(), parts, plants, code=bay.location.code)
    assert response.url == f"/locations/{bay.location.code}/#visits"
    visit = Visit.objects.get()
    assert (visit.quantity, visit.is_open) == (quantity, False)
    page = page_of(client_of(), bay)
    assertContains(page, "Answered by")
    assertContains(page, "Take the answer back")


def test_an_answer_can_be_taken_back(client_of, bay, parts):
    found("joined")
    say(client_of(), parts, 0)
    assert Visit.objects.get().quantity == 178
    say(client_of(), parts, "")
    assert Visit.objects.get().quantity == 166


@pytest.mark.parametrize("plants", ["-1", "many", "85"])
def test_an_impossible_number_is_refused_with_a_reason(client_of, bay, parts, plants):
    found("doubtful")
    client = client_of()
    response = client.post(
        reverse("photo-overlap", args=[parts[0].pk]), {"other": parts[1].pk, "plants": plants}, follow=True
    )
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert Overlap.objects.get().answer is None


def test_an_answer_about_changed_counts_is_refused(client_of, bay, parts):
    found("doubtful")
    say(client_of(), parts, 3, seen=(84, 93))
    assert Overlap.objects.get().answer is None


def test_all_pairs_are_answered_at_once(client_of, bay, parts):
    third = shoot(bay, 50, place=3, minutes_ago=59)
    members = [*(one.pk for one in parts), third.pk]
    answer_visit(visit_id=Visit.objects.get().pk, answer="parts", seen=members, chosen=(), user=UserFactory())
    for overlap in Overlap.objects.all():
        record_overlap(overlap, Compared("doubtful", "no_match"))
    client = client_of()
    assertContains(page_of(client, bay), "None of these pairs shows a plant twice")
    client.post(reverse("photo-no-overlap", args=[third.pk]))
    assert (Visit.objects.get().quantity, Visit.objects.get().is_open) == (228, False)


def test_viewers_see_the_question_and_cannot_answer(client_of, bay, parts):
    found("doubtful", reason="unclear")
    viewer = client_of(viewer=True)
    response = page_of(viewer, bay)
    assertContains(response, "Do these photos show the same plants?")
    assertNotContains(response, "The drawn plants are the same")
    assert say(viewer, parts, 0).status_code == 403


def test_photos_of_other_visits_are_not_found(client_of, parts):
    other = shoot(LocationConfigFactory(), 10, place=5)
    response = client_of().post(reverse("photo-overlap", args=[parts[0].pk]), {"other": other.pk, "plants": 1})
    assert response.status_code == 404


def test_visits_from_before_say_that_they_were_not_compared(client_of, bay, parts):
    Overlap.objects.all().delete()
    Visit.objects.update(is_compared=False)
    assertContains(page_of(client_of(), bay), "plants that two photos show count twice")


def test_api_shows_overlaps_and_takes_answers(client_of, parts):
    found("doubtful", reason="unclear")
    client = client_of()
    visit = client.get(f"/api/v1/photos/{parts[0].pk}").json()["visit"]
    (overlap,) = visit["overlap"]
    assert (visit["open"], visit["total_plants"]) == (True, 178)
    assert overlap["images"] == [str(one.pk) for one in parts]
    assert (overlap["verdict"], overlap["reason"], overlap["asked"]) == ("doubtful", "unclear", True)
    assert (overlap["plants"], overlap["suggested"], overlap["answered"]) == (None, 12, False)
    assert (len(overlap["homography"]), overlap["shared"][0]) == (9, list(TWELVE[0]))
    body = json.dumps({"other": str(parts[1].pk), "plants": 5})
    answer = client.post(f"/api/v1/photos/{parts[0].pk}/overlap", body, content_type="application/json")
    assert (answer.status_code, answer.json()["total_plants"], answer.json()["open"]) == (200, 173, False)
    assert [photo["seen_before"] for photo in answer.json()["photos"]] == [0, 5]
    body = json.dumps({"other": str(parts[1].pk), "plants": 500})
    assert (
        client.post(f"/api/v1/photos/{parts[0].pk}/overlap", body, content_type="application/json").status_code == 400
    )


def test_page_of_many_parts_takes_no_query_for_each(parts, bay, django_assert_num_queries):
    with django_assert_num_queries(7):
        visit_of(parts[0].pk)
    shoot(bay, 50, place=3, minutes_ago=59)
    with django_assert_num_queries(7):
        detail = visit_of(parts[0].pk)
    assert len(detail.seams) == 3


def test_outlines_are_the_same_place_in_both_pictures():
    first, second = seams(SHIFTED)
    assert sorted(map(tuple, first.round(3).tolist())) == [(0.5, 0), (0.5, 1), (1, 0), (1, 1)]
    assert sorted(map(tuple, second.round(3).tolist())) == [(0, 0), (0, 1), (0.5, 0), (0.5, 1)]
    nothing = seams((1, 0, -2, 0, 1, 0, 0, 0, 1))
    assert [len(outline) for outline in nothing] == [0, 0]
