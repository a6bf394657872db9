"""Counts by people who have not seen the count: append-only, with the count of that moment, and they change nothing."""

import pytest
from django.db import Error, transaction

from processing.models import BlindCount
from processing.review import corrections
from processing.review.blind_counts import differing, record_blind_count
from processing.trash import erase_photo
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed

pytestmark = pytest.mark.django_db
PLANT = 0


@pytest.fixture
def bed():
    """Ten plants seen, two more estimated."""
    return make_bed(*[PLANT] * 10, location=StorageLocationFactory(), estimated=12)


@pytest.fixture
def boss():
    return UserFactory(supervisor=True)


def answer(bed, user, seen) -> BlindCount:
    return record_blind_count(image=bed.original_image, user=user, seen=seen)


def test_the_answer_is_stored_with_the_counts_of_that_moment(bed, boss):
    corrections.correct(image=bed.original_image, user=boss, action="remove", class_id=PLANT, x=0.1, y=0.1)
    made = answer(bed, boss, 9)
    bed.refresh_from_db()
    assert (made.seen, made.model_detected, made.model_estimated, made.detected, made.estimated) == (9, 10, 12, 9, 11)
    assert (made.session, made.parameters_hash, made.differs) == (bed, bed.parameters_hash, False)
    assert (bed.total_detected, bed.validated) == (9, False)


@pytest.mark.parametrize(
    ("seen", "differs"), [(10, False), (11, False), (12, True), (9, True), (0, True), (1_000_000, True)]
)
def test_more_than_ten_percent_differ(bed, boss, seen, differs):
    assert answer(bed, boss, seen).differs is differs


def test_the_first_answer_of_a_person_stays(bed, boss):
    assert answer(bed, boss, 4) == answer(bed, boss, 10)
    assert BlindCount.objects.get().seen == 4
    assert answer(bed, UserFactory(), 10) is not None
    assert BlindCount.objects.count() == 2


@pytest.mark.parametrize("change", [lambda rows: rows.update(seen=1), lambda rows: rows.delete()])
def test_answers_are_neither_changed_nor_deleted(bed, boss, change):
    answer(bed, boss, 4)
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        change(BlindCount.objects.all())
    assert BlindCount.objects.get().seen == 4


def test_the_demo_takes_its_answers_with_it(bed, boss, monkeypatch):
    answer(bed, boss, 4)
    monkeypatch.setattr("processing.trash._delete_files", lambda _image: None)
    erase_photo(bed.original_image)
    assert not BlindCount.objects.exists()


def test_a_difference_waits_until_somebody_signs_off_after_it(bed, boss):
    corrections.sign_off(image=bed.original_image, user=boss, seen=12)
    answer(bed, boss, 5)
    assert differing().count() == 1, "signed off before"
    corrections.reopen_count(image=bed.original_image, user=boss)
    corrections.sign_off(image=bed.original_image, user=boss, seen=12)
    assert not differing().exists()
    ProcessingSessionFactory(ready=True, job__image=bed.original_image)
    assert differing().count() == 1, "another run counted anew"
