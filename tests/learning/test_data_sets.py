"""Versions of data sets: what is in them, and that what is held out never comes back."""

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from demeter.common.exceptions import ConflictError, InvalidInputError
from learning import shipped
from learning.data_sets import make_data_set, read_corrected
from learning.labels import read_labels
from learning.models import DataSet, DataSetPhoto, HeldOutPhoto
from photos.models import S3Image
from processing.models import ProcessingSession
from processing.review import corrections
from processing.trash import delete_photos, purge_expired
from tests.factories import UserFactory
from tests.learning.factories import DEAD, EMPTY, PLANT, correct_photo
from tests.locations.factories import LocationConfigFactory
from tests.photos.files import make_picture
from tests.processing.factories import SegmentFactory, make_bed

pytestmark = pytest.mark.django_db


@pytest.fixture
def config():
    return LocationConfigFactory()


def splits(data_set):
    return dict(data_set.photos.values_list("sha256", "split"))


def test_a_version_has_the_photos_with_their_labels_as_they_are(config):
    session = correct_photo(config)
    user = UserFactory(supervisor=True)
    made = make_data_set(name=" Nursery  one ", user=user)
    assert (made.name, made.version, made.source, made.made_by) == ("Nursery one", 1, "photos", user)
    assert (made.photo_count, made.plant_count, made.product_count, made.place_count) == (1, 4, 1, 1)
    photo = made.photos.get()
    assert photo.sha256 == session.original_image.sha256
    assert photo.product_ids == [config.product_id]
    assert photo.total == session.total_estimated
    labels = read_labels(photo.labels)
    assert sorted(box.class_id for box in labels.plants) == [PLANT] * 4 + [EMPTY]
    assert (80.0, 80.0, 120.0, 120.0) in [box.xyxy for box in labels.plants]
    assert (480.0, 480.0, 520.0, 520.0) in [box.xyxy for box in labels.plants]  # added by hand, of the usual size
    assert [len(one.polygon) for one in labels.containers] == [4]


def test_an_outline_in_which_nothing_is_left_is_not_learned(config):
    session = correct_photo(config)
    SegmentFactory(session=session, number=2, status="done", polygon=[[0, 950], [50, 950], [50, 1000]])
    labels = read_labels(make_data_set(name="n", user=None).photos.get().labels)
    assert [max(y for _x, y in one.polygon) for one in labels.containers] == [900.0]


def test_no_outline_is_learned_of_a_photo_where_one_is_missing(config):
    correct_photo(config, x=0.95)  # one of five marks lies outside of the only outline
    labels = read_labels(make_data_set(name="n", user=None).photos.get().labels)
    assert (labels.plant_count, labels.containers) == (4, None)


def test_an_empty_crate_is_not_learned_as_no_crate(config):
    session = correct_photo(config)
    user = UserFactory(supervisor=True)
    for class_id, x, y in (
        (PLANT, 0.1, 0.1),
        (PLANT, 0.16, 0.1),
        (PLANT, 0.22, 0.1),
        (EMPTY, 0.28, 0.1),
        (PLANT, 0.5, 0.5),
    ):
        corrections.correct(image=session.original_image, user=user, action="remove", class_id=class_id, x=x, y=y)
    session.refresh_from_db()
    corrections.sign_off(image=session.original_image, user=user, seen=0)
    labels = read_labels(make_data_set(name="n", user=None).photos.get().labels)
    assert (labels.plant_count, labels.containers) == (0, None)


def test_labels_of_an_earlier_version_stay_when_a_person_corrects_further(config):
    session = correct_photo(config)
    first = make_data_set(name="n", user=None)
    user = UserFactory(supervisor=True)
    corrections.correct(image=session.original_image, user=user, action="retype", class_id=DEAD, x=0.1, y=0.1)
    with pytest.raises(ConflictError):  # no longer signed off
        make_data_set(name="n", user=None)
    session.refresh_from_db()
    corrections.sign_off(image=session.original_image, user=user, seen=session.total_estimated)
    second = make_data_set(name="n", user=None)
    assert second.version == 2
    assert (first.plant_count, second.plant_count) == (4, 3)
    assert read_labels(first.photos.get().labels).plant_count == 4


def test_a_sign_off_at_a_glance_teaches_nothing(config):
    session = make_bed(PLANT, PLANT, location=config.location)
    ProcessingSession.objects.filter(pk=session.pk).update(predicted_error=1.0)
    corrections.sign_off(image=session.original_image, user=UserFactory(supervisor=True), seen=2)
    assert read_corrected().sessions == ()


def test_the_same_version_is_not_made_twice(config):
    correct_photo(config)
    make_data_set(name="n", user=None)
    with pytest.raises(ConflictError, match="Nothing changed since version 1"):
        make_data_set(name="n", user=None)
    assert DataSet.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_data_set_needs_a_name(name):
    with pytest.raises(InvalidInputError, match="1 to 60 characters"):
        make_data_set(name=name, user=None)


def test_photos_that_judge_models_are_left_out(config, monkeypatch):
    session = correct_photo(config)
    monkeypatch.setattr("learning.data_sets.shipped_test_photos", lambda: frozenset([session.original_image.sha256]))
    assert read_corrected().shipped == 1
    with pytest.raises(ConflictError, match="No photo is corrected"):
        make_data_set(name="n", user=None)


def test_the_shipped_test_photos_are_those_of_training_and_the_demo():
    demo = next(shipped.BENCHMARK_PHOTOS.glob("*.jpg"))
    assert hashlib.sha256(demo.read_bytes()).hexdigest() in shipped.shipped_test_photos()
    assert "d7bb2b5adbe10fae3d49a79b108ecfb4fbfdd03f8a0a3b1470f6b4ca2c629430" in shipped.shipped_test_photos()


def test_held_out_photos_stay_so_when_purged_and_uploaded_again(config):
    """The second visit is held out. It is deleted, purged, and comes back as another file name, place and day."""
    correct_photo(config, days_ago=3)
    picture = make_picture(size=(1000, 1000))
    session = correct_photo(config, days_ago=2, picture=picture)
    first = make_data_set(name="n", user=None)
    sha256 = session.original_image.sha256
    assert splits(first)[sha256] == "held_out"

    delete_photos(image_ids=[session.original_image_id], user=UserFactory(supervisor=True))
    S3Image.objects.filter(pk=session.original_image_id).update(deleted_at=timezone.now() - timedelta(days=31))
    assert purge_expired() == 1
    assert HeldOutPhoto.objects.get().sha256 == sha256

    elsewhere = LocationConfigFactory()
    correct_photo(elsewhere, days_ago=1, picture=picture)
    correct_photo(config, days_ago=2, x=0.7)  # another photo of the visit that was purged
    second = make_data_set(name="other", user=None)
    assert second.photo_count == 3
    assert second.held_out_count == 2
    assert splits(second)[sha256] == "held_out"


def test_photos_of_one_visit_are_on_one_side(config):
    correct_photo(config, days_ago=5)
    parts = [correct_photo(config, days_ago=3 - minutes / 1440) for minutes in (0, 10, 20)]
    made = make_data_set(name="n", user=None)
    assert {splits(made)[part.original_image.sha256] for part in parts} == {"held_out"}


def test_versions_cannot_be_changed_or_deleted(config):
    correct_photo(config, days_ago=3)
    correct_photo(config)
    made = make_data_set(name="n", user=None)
    for change in (
        lambda: DataSetPhoto.objects.update(split="train"),
        lambda: HeldOutPhoto.objects.all().delete(),
        lambda: DataSet.objects.filter(pk=made.pk).update(name="x"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_making_reads_many_photos_in_few_queries(config, django_assert_max_num_queries):
    for day in range(6):
        correct_photo(config, days_ago=day + 1)
    with django_assert_max_num_queries(50):
        assert make_data_set(name="n", user=None).photo_count == 6
    assert connection.vendor == "postgresql"
