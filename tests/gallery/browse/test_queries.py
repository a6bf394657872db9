import unicodedata
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.browse.cursor import Cursor
from gallery.browse.queries import (
    GalleryFilter,
    count_photos,
    count_problems,
    find_of_any_status,
    find_photos,
    photo_cards,
    scroll_cards,
)
from photos.models import S3Image
from tests.factories import UserFactory
from tests.gallery.factories import MOMENT, placed, uploaded_at
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


def shown(wanted: GalleryFilter) -> list[str]:
    return [card.filename for card in photo_cards(wanted, page=1, per_page=50).cards]


def named(name: str, **traits):
    return ProcessingSessionFactory(job__image__original_filename=name, **traits)


def slice_of(*, after=None, before=None, per_page=2):
    return scroll_cards(find_photos(GalleryFilter()), after=after, before=before, per_page=per_page)


def test_cards_take_three_queries_wherever_they_are(django_assert_num_queries):
    for _ in range(5):
        ProcessingSessionFactory(ready=True, storage_location=StorageLocationFactory())
    with django_assert_num_queries(3):  # photos, their newest runs, intervals
        slice_of(after=Cursor(timezone.now(), uuid4()))
    with django_assert_num_queries(3):
        cards = slice_of(per_page=50).cards
        assert [card.session.storage_location_name for card in cards] == ["Warehouse A - Rack 3 - Shelf 2"] * 5


def test_photos_come_newest_first():
    uploaded_at(named("old.jpg", ready=True), MOMENT)
    uploaded_at(named("new.jpg", ready=True), MOMENT + timedelta(hours=1))
    assert shown(GalleryFilter()) == ["new.jpg", "old.jpg"]


def test_annotated_and_deleted_pictures_are_not_shown():
    S3ImageFactory(annotated=True)
    S3ImageFactory(ready=True, deleted_at=timezone.now())
    assert shown(GalleryFilter()) == []


def test_pages_are_cut_and_a_page_past_the_end_is_empty():
    for _ in range(5):
        S3ImageFactory(ready=True)
    first = photo_cards(GalleryFilter(), page=1, per_page=2)
    assert (len(first.cards), first.total_pages, first.total_items) == (2, 3, 5)
    assert photo_cards(GalleryFilter(), page=9, per_page=2).cards == ()


def test_scrolling_meets_each_photo_once_and_goes_back_the_same_way():
    for number in range(5):
        uploaded_at(named(f"{number}.jpg", ready=True), MOMENT + timedelta(hours=number // 2))  # two of one moment
    first = slice_of()
    second = slice_of(after=first.last)
    S3Image.objects.filter(pk=second.cards[-1].image_id).update(deleted_at=timezone.now())
    third = slice_of(after=second.last)
    seen = [card.image_id for part in (first, second, third) for card in part.cards]
    assert len(set(seen)) == 5
    assert [(part.newer, part.older) for part in (first, second, third)] == [(False, True), (True, True), (True, False)]
    back = slice_of(before=second.first)
    assert (back.cards, back.newer, back.older) == (first.cards, False, True)
    end = slice_of(after=third.last)
    assert (end.cards, end.older) == ((), False)


def test_photos_and_problems_are_counted_under_the_other_filters():
    here = StorageLocationFactory()
    named("a.jpg", needs_location=True)
    named("b.jpg", needs_location=True)
    named("c.jpg", failed=True, storage_location=here)
    named("d.jpg", ready=True, storage_location=here)
    assert count_photos(find_photos(GalleryFilter())) == 4
    assert count_problems(find_of_any_status(GalleryFilter(status="success"))) == {
        "needs_location": 2,
        "detection_failed": 1,
    }
    assert count_problems(find_photos(GalleryFilter(location_id=here.pk))) == {"detection_failed": 1}


def test_place_product_and_uploader_filters():
    here = StorageLocationFactory(configured=True)
    mine = named("mine.jpg", ready=True, storage_location=here)
    named("other.jpg", ready=True, storage_location=StorageLocationFactory(configured=True))
    for wanted in (
        GalleryFilter(location_id=here.pk),
        GalleryFilter(area_id=here.storage_area_id),
        GalleryFilter(product_id=here.configs.get().product_id),
        GalleryFilter(uploader_id=mine.original_image.uploaded_by_user_id),
    ):
        assert shown(wanted) == ["mine.jpg"], wanted
    assert shown(GalleryFilter(location_id=here.pk, product_id=-1)) == []


def test_the_time_filter_takes_in_its_start_and_not_its_end():
    for day in (1, 2, 3):
        uploaded_at(named(f"{day}.jpg", ready=True), MOMENT.replace(day=day))
    wanted = GalleryFilter(since=MOMENT.replace(day=2), before=MOMENT.replace(day=3))
    assert shown(wanted) == ["2.jpg"]


def test_the_status_filter_tells_success_errors_and_one_problem():
    named("ready.jpg", ready=True)
    named("where.jpg", needs_location=True)
    named("broken.jpg", failed=True)
    named("busy.jpg", processing=True)
    assert shown(GalleryFilter(status="success")) == ["ready.jpg"]
    assert set(shown(GalleryFilter(status="errors"))) == {"where.jpg", "broken.jpg"}
    assert shown(GalleryFilter(status="needs_location")) == ["where.jpg"]


def test_the_warehouse_filter_goes_by_where_the_photo_is_now():
    here, there = StorageLocationFactory(), StorageLocationFactory()
    moved = uploaded_at(named("moved.jpg", ready=True, storage_location=here), MOMENT)
    placed(moved, there)
    named("here.jpg", ready=True, storage_location=here)
    assert shown(GalleryFilter(warehouse_ids=(here.storage_area.warehouse_id,))) == ["here.jpg"]
    assert shown(GalleryFilter(warehouse_ids=(there.storage_area.warehouse_id,))) == ["moved.jpg"]
    both = (here.storage_area.warehouse_id, there.storage_area.warehouse_id)
    assert set(shown(GalleryFilter(warehouse_ids=both))) == {"here.jpg", "moved.jpg"}


def test_the_search_finds_file_names_and_location_codes():
    location = StorageLocationFactory(code="N07-CL-12", name="Bay 12")
    named("IMG_0001.jpg", ready=True, storage_location=location)
    named("DSC_0002.jpg", ready=True)
    assert shown(GalleryFilter(text="img_")) == ["IMG_0001.jpg"]
    assert shown(GalleryFilter(text="n07-cl")) == ["IMG_0001.jpg"]
    assert shown(GalleryFilter(text="nothing like it")) == []


@pytest.mark.parametrize("kept", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_search_finds_accents_in_either_form(kept, typed):
    filename = unicodedata.normalize(kept, "Ñandú cajón.jpg")
    ProcessingSessionFactory(ready=True, job__image__original_filename=filename)
    for word in ("Ñandú", "cajón"):
        assert shown(GalleryFilter(text=unicodedata.normalize(typed, word))) == [filename]


def test_photos_are_found_by_the_review_of_their_newest_count():
    signed = {"validated": True, "validated_by_user": UserFactory(), "validation_date": MOMENT}
    named("signed.jpg", ready=True, **signed)
    named("sure.jpg", ready=True)
    named("doubtful.jpg", ready=True, partial=True)
    again = named("again.jpg", ready=True, **signed)
    ProcessingSessionFactory(ready=True, job__image=again.original_image, partial=True)
    assert shown(GalleryFilter(review="signed")) == ["signed.jpg"]
    assert sorted(shown(GalleryFilter(review="unsigned"))) == ["again.jpg", "doubtful.jpg", "sure.jpg"]
    assert sorted(shown(GalleryFilter(review="doubtful"))) == ["again.jpg", "doubtful.jpg"]
