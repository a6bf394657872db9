"""Corrections, notes and sign-offs by programs: the same as on the pages, and safe to send twice."""

from uuid import uuid4

import pytest

from processing.models import Correction
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import CorrectionFactory, make_bed

pytestmark = pytest.mark.django_db
PLANT = 0
REMOVE = {"action": "remove", "class_id": PLANT, "x": 0.1, "y": 0.1}


@pytest.fixture
def bed():
    """Three plants; nothing hidden."""
    return make_bed(PLANT, PLANT, PLANT, location=StorageLocationFactory())


def post(client, session, name, body=None):
    path = f"/api/v1/photos/{session.original_image_id}/{name}"
    return client.post(path, body or {}, content_type="application/json")


def test_correction_sent_twice_corrects_once(bed, supervisor):
    body = {**REMOVE, "sent_as": str(uuid4())}
    first, again = post(supervisor, bed, "corrections", body), post(supervisor, bed, "corrections", body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["processing_session"]["total_detected"] == 2
    other = post(supervisor, bed, "corrections", {**body, "action": "add"})
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")
    assert Correction.objects.count() == 1


def test_correction_needs_an_id_of_its_own(bed, supervisor):
    answer = post(supervisor, bed, "corrections", REMOVE)
    assert answer.status_code == 400
    assert "sent_as" in answer.json()["error"]["message"]


def test_undo_and_redo_name_the_correction_and_do_it_once(bed, supervisor):
    made = post(supervisor, bed, "corrections", {**REMOVE, "sent_as": str(uuid4())}).json()["correction"]
    newer = post(supervisor, bed, "notes", {"text": "Wet leaves"}).json()["correction"]
    named, newest = ({"correction_id": row["correction_id"]} for row in (made, newer))
    for body in (newest, newest, named, named):
        answer = post(supervisor, bed, "corrections/undo", body)
        assert (answer.status_code, bool(answer.json()["correction"]["undone_at"])) == (200, True)
    assert answer.json()["processing_session"]["total_detected"] == 3
    for _time in range(2):
        answer = post(supervisor, bed, "corrections/redo", named)
        assert (answer.status_code, answer.json()["correction"]["undone_at"]) == (200, None)
    assert answer.json()["processing_session"]["total_detected"] == 2
    foreign = {"correction_id": CorrectionFactory(image=bed.original_image).pk}
    assert post(supervisor, bed, "corrections/undo", foreign).status_code == 404


def test_corrections_are_listed_page_by_page(bed, viewer, supervisor):
    for text in ("one", "two"):
        post(supervisor, bed, "notes", {"text": text})
    answer = viewer.get(f"/api/v1/photos/{bed.original_image_id}/corrections?per_page=1&page=2").json()
    assert [row["text"] for row in answer["corrections"]] == ["two"]
    assert answer["pagination"] == {"page": 2, "per_page": 1, "total_pages": 2, "total_items": 2}


def test_sign_off_says_what_was_seen_and_can_be_withdrawn(bed, supervisor):
    assert post(supervisor, bed, "sign-off").status_code == 400
    assert post(supervisor, bed, "sign-off", {"seen": 4000}).status_code == 409
    bed.refresh_from_db()
    answer = post(supervisor, bed, "sign-off", {"seen": bed.total_estimated}).json()["processing_session"]
    assert answer["validated"] is True
    assert answer["validation_date"].endswith("Z")
    assert post(supervisor, bed, "sign-off/withdraw").json()["processing_session"]["validated"] is False
