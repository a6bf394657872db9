"""Many counts signed off together: each only in the version that was looked at, and safe to send twice."""

import pytest
from django.utils import timezone

from processing.models import ProcessingSession
from processing.review import bulk, corrections
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import CorrectionFactory, ProposalFactory, make_bed

pytestmark = pytest.mark.django_db
PLANT, EMPTY, DEAD = range(3)


@pytest.fixture
def boss():
    return UserFactory(supervisor=True)


@pytest.fixture
def beds():
    return [make_bed(PLANT, PLANT, EMPTY, location=StorageLocationFactory()) for _ in range(3)]


def versions(beds) -> dict:
    return bulk.count_versions(list(ProcessingSession.objects.filter(pk__in=[bed.pk for bed in beds])))


def signed() -> int:
    return ProcessingSession.objects.filter(validated=True).count()


def test_what_was_seen_is_signed_off_once(beds, boss):
    seen = versions(beds)
    result = bulk.sign_off_seen(seen=seen, user=boss)
    assert (result.signed, result.left_out, signed()) == (3, (), 3)
    moments = set(ProcessingSession.objects.values_list("validation_date", flat=True))
    again = bulk.sign_off_seen(seen=seen, user=boss)
    assert (again.signed, again.left_out) == (3, ())
    assert set(ProcessingSession.objects.values_list("validation_date", flat=True)) == moments


def test_what_changed_meanwhile_is_left_out_and_named(beds, boss):
    seen = versions(beds)
    image = beds[0].original_image
    for action in ("remove", "add"):  # the same number of plants, other marks
        where = {"x": 0.1, "y": 0.1} if action == "remove" else {"x": 0.5, "y": 0.5}
        corrections.correct(image=image, user=boss, action=action, class_id=PLANT, **where)
    ProposalFactory(image=beds[1].original_image)
    result = bulk.sign_off_seen(seen=seen, user=boss)
    assert (result.signed, signed()) == (1, 1)
    reasons = {left.image.pk: left.reason for left in result.left_out}
    assert reasons[image.pk] == "The count has changed in the meantime."
    assert reasons[beds[1].original_image_id] == "Somebody has proposed a change."


def test_deleted_photos_are_left_out(beds, boss):
    seen = versions(beds[:1])
    image = beds[0].original_image
    image.deleted_at = timezone.now()
    image.save()
    result = bulk.sign_off_seen(seen=seen, user=boss)
    assert (result.signed, result.left_out[0].reason) == (0, "This photo was deleted.")


def test_versions_follow_the_marks_and_not_the_notes(beds, boss):
    before = versions(beds)
    CorrectionFactory(image=beds[0].original_image, action="note", class_id=None, x=None, y=None, text="Wet")
    assert versions(beds) == before
    made = CorrectionFactory(image=beds[0].original_image)
    assert versions(beds)[beds[0].original_image_id] != before[beds[0].original_image_id]
    made.undone_at = timezone.now()
    made.save()
    assert versions(beds) == before
