"""Cards: what they show of a photo and its newest run, and their addresses."""

import pytest
from django.urls import reverse

from gallery.browse.queries import cards_of
from tests.factories import UserFactory
from tests.gallery.factories import MOMENT, make_session_waiting, uploaded_at
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import JobFactory, ProcessingSessionFactory, make_bed, refuse

pytestmark = pytest.mark.django_db


def test_a_photo_that_is_processed_again_shows_its_newest_run():
    first = uploaded_at(ProcessingSessionFactory(needs_location=True), MOMENT)
    ProcessingSessionFactory(job=JobFactory(image=first.original_image))
    (card,) = cards_of([first.original_image_id])
    assert card.badge.label == "Waiting"
    assert card.badge.unfinished
    assert card.badge.problem is None


def test_a_photo_that_is_not_stored_has_no_addresses():
    image = S3ImageFactory()
    (card,) = cards_of([image.pk])
    assert (card.thumbnail_url, card.original_url, card.session) == (None, None, None)


def test_a_card_describes_its_picture():
    session = make_session_waiting("needs_config", location=StorageLocationFactory())
    (card,) = cards_of([session.original_image_id])
    assert card.description == f"Photo {card.filename}, Warehouse A - Rack 3 - Shelf 2"
    assert (card.badge.tone, card.badge.icon, card.badge.label) == ("warning", "warning", "Location not configured")


def test_a_card_says_what_its_run_counted_and_where():
    location = StorageLocationFactory()
    session = ProcessingSessionFactory(ready=True, storage_location=location, total_detected=1, total_estimated=1)
    (card,) = cards_of([session.original_image_id])
    assert (card.place, card.plants, card.plants_noun) == (location.full_name, 1, "plant")
    assert card.session.warehouse_name == location.storage_area.warehouse.name
    assert card.session.completed


def test_a_photo_without_a_run_has_no_place_and_no_count():
    (card,) = cards_of([S3ImageFactory().pk])
    assert (card.place, card.plants) == ("Location unknown", None)


def test_addresses_are_those_of_the_url_configuration():
    first, second = S3ImageFactory(), S3ImageFactory()
    for card in cards_of([first.pk, second.pk]):
        assert card.address == reverse("photo", args=[card.image_id])
        assert card.restore_address == reverse("api-photo-thumbnail", args=[card.image_id])


def test_cards_read_nothing_else_of_their_photos(django_assert_num_queries):
    session = ProcessingSessionFactory(ready=True, storage_location=StorageLocationFactory())
    with django_assert_num_queries(3):
        (card,) = cards_of([session.original_image_id])
        assert card.thumbnail_url
        assert card.original_url
        assert card.description


def test_a_card_names_what_grows_there():
    config = LocationConfigFactory(product__common_name="Echeveria")
    session = ProcessingSessionFactory(ready=True, storage_location=config.location)
    (card,) = cards_of([session.original_image_id])
    assert card.product == "Echeveria"


@pytest.mark.parametrize(
    ("fields", "labels"),
    [
        ({}, ["Ready"]),
        ({"partial": True}, ["In doubt"]),
        ({"validated": True, "partial": True}, ["Signed off"]),
    ],
)
def test_a_card_shows_whether_its_count_is_signed_off_or_in_doubt(fields, labels):
    if "validated" in fields:
        fields = {**fields, "validated_by_user": UserFactory(), "validation_date": MOMENT}
    session = ProcessingSessionFactory(ready=True, **fields)
    (card,) = cards_of([session.original_image_id])
    assert [badge.label for badge in card.badges] == labels


def test_a_refused_count_keeps_its_problem_beside_the_doubt():
    session = refuse(make_bed(0))
    (card,) = cards_of([session.original_image_id])
    assert [badge.label for badge in card.badges] == ["Too dark", "In doubt"]
