"""The contact sheet: which counts it shows, and signing off the ticked ones, also without scripts and sent twice."""

import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from gallery.review import sheet as sheets
from locations.nursery import write_nursery
from processing.models import ProcessingSession
from processing.review import corrections
from processing.review.blind_counts import record_blind_count
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import CorrectionFactory, ProposalFactory, make_bed, refuse

pytestmark = pytest.mark.django_db
PLANT, EMPTY, DEAD = range(3)
SHEET = "/review/sheet/"


@pytest.fixture
def bay():
    return StorageLocationFactory(name="Bay 7")


@pytest.fixture
def sure(bay):
    """Two counts that nobody needs to look at closely."""
    return [make_bed(PLANT, PLANT, EMPTY, location=bay), make_bed(PLANT, DEAD)]


def ticked(page) -> list[str]:
    return re.findall(r'name="photo" value="([^"]+)"[^>]*checked', page.content.decode())


def signed() -> int:
    return ProcessingSession.objects.filter(validated=True).count()


def test_all_ticked_counts_are_signed_off_at_once_and_the_form_may_be_sent_twice(sure, supervisor):
    page = supervisor.get(SHEET)
    assertContains(page, "2 of 2")
    assertContains(page, "M100 100h0M160 100h0")
    assertContains(page, "Look closer")
    for _time in range(2):
        answer = supervisor.post(SHEET, {"photo": ticked(page)}, follow=True)
        assertContains(answer, "2 counts are signed off.")
    assert signed() == 2
    assertContains(supervisor.get(SHEET), "Nothing to sign off together")


def test_unticked_and_changed_counts_are_not_signed_off(sure, supervisor):
    page = supervisor.get(SHEET)
    image = sure[0].original_image
    CorrectionFactory(image=image, action="note", class_id=None, x=None, y=None, text="Wet leaves")
    corrections.correct(image=image, user=UserFactory(), action="remove", class_id=PLANT, x=0.1, y=0.1)
    answer = supervisor.post(SHEET, {"photo": ticked(page)}, follow=True)
    assertContains(answer, "1 count is signed off.")
    assertContains(answer, f"Not signed off: {image.original_filename}. The count has changed in the meantime.")
    left = supervisor.get(SHEET)
    assertContains(supervisor.post(SHEET, {"photo": []}, follow=True), "No photo was ticked")
    assert (signed(), len(ticked(left))) == (1, 1)


def test_only_what_is_beyond_doubt_is_shown(sure, supervisor):
    doubtful, refused, proposed, recounted = (make_bed(PLANT) for _number in range(4))
    ProcessingSession.objects.filter(pk=doubtful.pk).update(partial=True)
    refuse(refused)
    ProposalFactory(image=proposed.original_image)
    record_blind_count(image=recounted.original_image, user=UserFactory(), seen=9)
    assert {value[:36] for value in ticked(supervisor.get(SHEET))} == {str(bed.original_image_id) for bed in sure}


def test_photos_that_are_to_be_counted_blind_are_left_out(sure, supervisor):
    write_nursery(blind_recount_percent=100)
    assertContains(supervisor.get(SHEET), "Nothing to sign off together")
    for bed in sure:
        record_blind_count(image=bed.original_image, user=UserFactory(), seen=bed.total_detected)
    assert len(ticked(supervisor.get(SHEET))) == 2


def test_the_filters_of_the_gallery_narrow_it(sure, bay, supervisor):
    ProcessingSession.objects.filter(pk=sure[0].pk).update(avg_confidence="0.99")
    sure[0].original_image.storage_location = bay
    sure[0].original_image.save()
    house = bay.storage_area.warehouse_id
    page = supervisor.get(SHEET, {"warehouse_id": house})
    assert [value[:36] for value in ticked(page)] == [str(sure[0].original_image_id)]
    answer = supervisor.post(SHEET, {"photo": ticked(page), "filters": f"warehouse_id={house}"})
    assert answer["Location"] == f"{SHEET}?warehouse_id={house}"
    assertContains(supervisor.get(SHEET, {"date_from": "soon"}), "Some filters could not be read", status_code=400)


def test_bad_forms_are_refused_and_other_roles_turned_away(sure, supervisor, worker, viewer):
    for value in ("x", "0:1", f"{sure[0].original_image_id}:zz"):
        assert supervisor.post(SHEET, {"photo": value}).status_code == 400
    for client in (worker, viewer):
        assert client.get(SHEET).status_code == 403
        assert client.post(SHEET, {"photo": ticked(supervisor.get(SHEET))}).status_code == 403
    assert signed() == 0


def test_the_sheet_takes_the_same_queries_for_any_number(supervisor, monkeypatch, django_assert_num_queries):
    for _time in range(2):
        for _number in range(3):
            make_bed(PLANT, PLANT)
        # Sign-in and permissions 3, what to choose from 3, number, photos, cards, intervals, versions, marks 3.
        with django_assert_num_queries(14):
            supervisor.get(SHEET)
    monkeypatch.setattr(sheets, "AT_ONCE", 4)
    page = supervisor.get(SHEET)
    assert len(ticked(page)) == 4
    assertContains(page, "4 of 6")
    assertNotContains(page, "or more")
