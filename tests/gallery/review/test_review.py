"""Review: the queue and its order, the next photo, each post with every role, and the markers' JSON."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects, assertTemplateUsed
from syrupy.assertion import SnapshotAssertion

from gallery.review.queue import count_waiting, next_photo, waiting_photos
from photos.models import S3Image
from processing.models import Correction, ProcessingSession
from tests.factories import UserFactory
from tests.gallery.factories import uploaded_at
from tests.gallery.test_api import masked
from tests.locations.factories import StorageLocationFactory
from tests.processing.factories import CorrectionFactory, JobFactory, ProcessingSessionFactory, make_bed, refuse

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PLANT, EMPTY, DEAD = range(3)
POSTS = ("correct", "undo", "redo", "note", "sign-off")
REMOVE = {"action": "remove", "class_id": PLANT, "x": 0.1, "y": 0.1}


@pytest.fixture
def bed():
    """Three plants and an empty place; two hidden plants are supposed."""
    return make_bed(PLANT, PLANT, PLANT, EMPTY, location=StorageLocationFactory(), estimated=5)


def path_of(session, name: str) -> str:
    return f"/gallery/{session.original_image_id}/{name}/"


def waiting(confidence: str = "0.9000", **fields) -> ProcessingSession:
    return ProcessingSessionFactory(ready=True, avg_confidence=confidence, **fields)


def images(*sessions: ProcessingSession) -> list:
    return [session.original_image_id for session in sessions]


# --- Who may ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", POSTS)
def test_only_supervisors_review(bed, name, worker, viewer, stranger, supervisor):
    path = path_of(bed, name)
    assertRedirects(Client().post(path), f"/login/?next={path}", fetch_redirect_response=False)
    for client in (worker, viewer, stranger):
        assert client.post(path, REMOVE).status_code == 403
        assertNotContains(client.get("/review/"), "Review", status_code=403)
    assert supervisor.get(path).status_code == 405
    assert supervisor.post(path, REMOVE).status_code == 302
    assert Correction.objects.count() == (name == "correct")


@pytest.mark.parametrize("name", POSTS)
def test_foreign_and_deleted_photos_are_not_found(bed, name, supervisor):
    assert supervisor.post(f"/gallery/{uuid4()}/{name}/", REMOVE).status_code == 404
    S3Image.objects.update(deleted_at=timezone.now())
    assert supervisor.post(path_of(bed, name), REMOVE).status_code == 404


def test_the_photo_page_offers_the_review_to_supervisors_alone(bed, supervisor, worker, viewer):
    page = f"/gallery/{bed.original_image_id}/"
    assertContains(supervisor.get(page), "Sign off 5 plants")
    assertContains(supervisor.get(page), 'href="/review/"')
    assertContains(worker.get(page), f'data-correct="{page}propose/"')
    assertNotContains(viewer.get(page), "data-correct")
    for client in (worker, viewer):
        response = client.get(page)
        assertNotContains(response, "Sign off")
        assertNotContains(response, "/review/")
        assertContains(response, "data-markers")


# --- Posts -----------------------------------------------------------------------------------------------------------
def test_a_correction_by_form_leads_back_to_the_photo(bed, supervisor):
    response = supervisor.post(path_of(bed, "correct"), REMOVE)
    assertRedirects(response, f"/gallery/{bed.original_image_id}/", fetch_redirect_response=False)
    page = supervisor.get(f"/gallery/{bed.original_image_id}/")
    assertContains(page, "By hand: 0 added, 1 removed, 0 changed. The model counted 5.")
    assertContains(page, "Sign off 4 plants")
    assertContains(page, "Corrected.")


def test_a_correction_by_script_gets_the_count_and_the_containers(bed, supervisor):
    response = supervisor.post(path_of(bed, "correct"), {**REMOVE, "action": "retype", "class_id": DEAD}, headers=HTMX)
    assertTemplateUsed(response, "gallery/photo/_reviewed.html")
    assertContains(response, 'data-say="Corrected. 4 plants, 2 of them seen."')
    assertContains(response, 'id="details" class="details card stack" hx-swap-oob="true"')
    assertContains(response, "[[1, 2, 4]]")
    assertNotContains(response, "<html")
    assert "HX-Trigger" not in response.headers


def test_a_correction_of_somebody_else_who_used_this_browser_is_not_made(bed, supervisor):
    other = UserFactory(supervisor=True)
    answer = supervisor.post(path_of(bed, "correct"), {**REMOVE, "sent_by": other.pk}, headers=HTMX)
    assert answer.status_code == 403
    assert not Correction.objects.exists()


def test_a_correction_brings_the_shown_tab_up_to_date(bed, supervisor):
    headers = {**HTMX, "HX-Current-URL": f"http://testserver/gallery/{bed.original_image_id}/?tab=trace"}
    response = supervisor.post(path_of(bed, "correct"), REMOVE, headers=headers)
    assertContains(response, "<strong>Remove plant</strong>")
    assertNotContains(response, "containers-title")


def test_undo_and_redo_have_the_marks_read_again(bed, supervisor):
    supervisor.post(path_of(bed, "correct"), REMOVE)
    undone = supervisor.post(path_of(bed, "undo"), headers=HTMX)
    assert "marksChanged" in undone.headers["HX-Trigger"]
    assertContains(undone, "Undone: remove plant. 5 plants, 3 of them seen.")
    redone = supervisor.post(path_of(bed, "redo"), headers=HTMX)
    assertContains(redone, "Redone: remove plant. 4 plants, 2 of them seen.")


def test_a_step_of_the_browser_names_its_correction_and_may_come_twice(bed, supervisor):
    name = uuid4()
    supervisor.post(path_of(bed, "correct"), {**REMOVE, "sent_as": name}, headers=HTMX)
    for action, words in (("undo", "Undone: remove plant. 5 plants"), ("redo", "Redone: remove plant. 4 plants")):
        for _ in range(2):
            answer = supervisor.post(path_of(bed, "correct"), {"action": action, "made_as": name}, headers=HTMX)
            assertContains(answer, words)
            assert "HX-Trigger" not in answer.headers
    for bad in ({"made_as": "x"}, {}, {"made_as": uuid4()}):
        answer = supervisor.post(path_of(bed, "correct"), {"action": "undo", **bad}, headers=HTMX)
        assert answer.status_code == 422


@pytest.mark.parametrize("name", ["undo", "redo"])
def test_nothing_to_undo_is_told(bed, supervisor, name):
    CorrectionFactory(image=bed.original_image)
    response = supervisor.post(path_of(bed, name), headers=HTMX)
    assertContains(response, f"You have nothing to {name} on this photo.", status_code=422)
    assert "HX-Trigger" not in response.headers


@pytest.mark.parametrize(
    "bad",
    [
        {"action": "move"},
        {"class_id": "3"},
        {"class_id": "plant"},
        {"x": "1.01"},
        {"y": "-0.1"},
        {"x": "nan"},
        {"x": ""},
        {"x": 0.5, "y": 0.5},
    ],
)
def test_bad_corrections_are_refused_with_a_reason(bed, supervisor, bad):
    response = supervisor.post(path_of(bed, "correct"), {**REMOVE, **bad}, headers=HTMX)
    assertContains(response, "banner--error", status_code=422)
    assert not Correction.objects.exists()


def test_a_note_is_shown_and_escaped(bed, supervisor):
    assertContains(supervisor.post(path_of(bed, "note"), {"text": ""}, headers=HTMX), "1 to 2000", status_code=422)
    response = supervisor.post(path_of(bed, "note"), {"text": "<b>dry</b>\x00"}, headers=HTMX)
    assertContains(response, "&lt;b&gt;dry&lt;/b&gt;")
    assertNotContains(response, "By hand")


def test_signing_off_and_taking_it_back(bed, supervisor):
    stale = supervisor.post(path_of(bed, "sign-off"), {"seen": 4}, headers=HTMX)
    assertContains(stale, "The count has changed to 5 in the meantime.", status_code=422)
    assert supervisor.post(path_of(bed, "sign-off"), {}, headers=HTMX).status_code == 422
    assertContains(supervisor.post(path_of(bed, "sign-off"), {"seen": 5}, headers=HTMX), "Signed off")
    bed.refresh_from_db()
    assert bed.validated
    answer = supervisor.get(f"/api/v1/photos/{bed.original_image_id}").json()["processing_session"]
    assert (answer["validated"], answer["validated_by"]) == (True, bed.validated_by_user.username)
    assert supervisor.post(path_of(bed, "sign-off"), {"reopen": "on"}).status_code == 302
    bed.refresh_from_db()
    assert not bed.validated


def test_signing_off_may_go_on_to_the_next_photo(bed, supervisor):
    path = path_of(bed, "sign-off")
    stale = supervisor.post(path, {"seen": 4, "next": "on"})
    assertRedirects(stale, f"/gallery/{bed.original_image_id}/", fetch_redirect_response=False)
    stale = supervisor.post(path, {"seen": 4, "next": "on"}, headers=HTMX)
    assertContains(stale, "The count has changed to 5 in the meantime.", status_code=422)
    onward = supervisor.post(path, {"seen": 5, "next": "on"})
    assertRedirects(onward, f"/review/next/?after={bed.original_image_id}", fetch_redirect_response=False)
    by_script = supervisor.post(path, {"seen": 5, "next": "on"}, headers=HTMX)
    assert by_script.status_code == 204
    assert json.loads(by_script.headers["HX-Trigger"]) == {"signedOff": {"said": "Signed off: 5 plants."}}


def test_a_photo_without_a_count_cannot_be_reviewed(supervisor):
    session = ProcessingSessionFactory(processing=True)
    response = supervisor.post(path_of(session, "correct"), REMOVE)
    assert response.status_code == 302
    assertContains(supervisor.get(f"/gallery/{session.original_image_id}/"), "This photo has no count yet.")


def test_a_correction_takes_few_queries(bed, supervisor, django_assert_num_queries):
    CorrectionFactory.create_batch(3, image=bed.original_image)
    with django_assert_num_queries(36):  # of these 8 for what is listed for the place, 2 for the interval
        supervisor.post(path_of(bed, "correct"), REMOVE, headers=HTMX)


# --- Queue -----------------------------------------------------------------------------------------------------------
def test_the_queue_starts_with_doubts_then_the_least_sure():
    sure, unsure = waiting("0.9500"), waiting("0.4000")
    doubtful = waiting("0.9000", review_reasons=[{"code": "no_container"}])
    partial = waiting("0.8000", partial=True)
    assert [row.card.image_id for row in waiting_photos()] == images(partial, doubtful, unsure, sure)
    assert count_waiting() == 4


def test_only_the_newest_count_of_visible_photos_waits():
    signed = waiting()
    ProcessingSession.objects.filter(pk=signed.pk).update(
        validated=True, validated_by_user=signed.original_image.uploaded_by_user, validation_date=timezone.now()
    )
    deleted = waiting()
    S3Image.objects.filter(pk=deleted.original_image_id).update(deleted_at=timezone.now())
    ProcessingSessionFactory(processing=True)
    again = waiting()
    uploaded_at(again, timezone.now() - timedelta(days=1))
    job = JobFactory(image=again.original_image, finished=True, status="completed")
    newer = ProcessingSessionFactory(counted=True, job=job)
    ProcessingSessionFactory(job=JobFactory(image=again.original_image))
    assert [row.session for row in waiting_photos()] == [newer]


def test_next_goes_through_the_queue_and_begins_again():
    partial, unsure, same, sure = waiting(partial=True), waiting("0.4"), waiting("0.4"), waiting("0.95")
    order = images(partial, unsure, same, sure)
    assert next_photo(None) == order[0]
    assert [next_photo(image) for image in order] == [*order[1:], order[0]]
    assert next_photo(uuid4()) == order[0]
    ProcessingSession.objects.exclude(pk=unsure.pk).delete()
    assert next_photo(order[1]) is None


def test_the_page_of_the_queue(supervisor):
    session = waiting(review_reasons=[{"code": "no_container"}])
    response = supervisor.get("/review/")
    assertContains(response, "1 count to sign off")
    assertContains(response, "no bed, crate or tray was found in the photo")
    assertContains(response, f'href="/gallery/{session.original_image_id}/#viewer"')
    ProcessingSession.objects.all().delete()
    assertContains(supervisor.get("/review/"), "Nothing to review")


def test_the_queue_takes_the_same_queries_for_any_length(supervisor, django_assert_num_queries):
    for _ in range(5):
        waiting()
    # Sign-in and permissions 3, photos 1, their newest runs 1, intervals 1, number 1, proposals 1.
    with django_assert_num_queries(8):
        supervisor.get("/review/")


def test_next_leads_to_the_photo_or_to_the_empty_queue(supervisor):
    assertRedirects(supervisor.get("/review/next/"), "/review/", fetch_redirect_response=False)
    session = waiting()
    target = f"/gallery/{session.original_image_id}/"
    response = supervisor.get("/review/next/", {"after": uuid4()})
    assertRedirects(response, target, fetch_redirect_response=False)
    assert supervisor.get("/review/next/", {"after": "x"}).status_code == 400


# --- Refused photos --------------------------------------------------------------------------------------------------
def test_the_page_and_the_queue_say_why_a_photo_was_refused(bed, supervisor, worker):
    refuse(bed)
    path = f"/gallery/{bed.original_image_id}/"
    offer = "sign it off to update the stock"
    assertContains(supervisor.get(path), "hardly any light")
    assertContains(supervisor.get(path), offer)
    assertNotContains(worker.get(path), offer)
    assertContains(supervisor.get(f"{path}problem/"), f'href="{path}#counts"')
    assertNotContains(worker.get(f"{path}problem/"), offer)
    waiting("0.1000")
    row = waiting_photos()[0]
    assert (row.card.image_id, row.refusal.title) == (bed.original_image_id, "Too dark")
    assertContains(supervisor.get("/review/"), "Refused: hardly any light")


def test_signing_off_a_refused_photo_settles_it_and_is_traced(bed, supervisor):
    refuse(bed)
    answer = supervisor.post(path_of(bed, "sign-off"), {"seen": 5}, headers=HTMX)
    assertContains(answer, 'id="photo-state" class="stack" hx-swap-oob="true"')
    assertContains(answer, "although the run refused it: too dark")
    assertContains(answer, "Location not configured")  # what else it needs comes next
    page = supervisor.get(f"/gallery/{bed.original_image_id}/?tab=trace")
    assertContains(page, "although the run refused it (too dark: hardly any light)")
    assertContains(page, ", refused: hardly any light")
    assertContains(supervisor.post(path_of(bed, "sign-off"), {"reopen": "on"}, headers=HTMX), "hardly any light")
    assert S3Image.objects.get().problem == "too_dark"


# --- Markers ---------------------------------------------------------------------------------------------------------
def test_markers_are_columns_after_corrections(bed, viewer, snapshot: SnapshotAssertion):
    image = bed.original_image
    CorrectionFactory(image=image, action="remove", x=0.1, y=0.1)
    CorrectionFactory(image=image, action="retype", x=0.16, y=0.1, class_id=DEAD)
    CorrectionFactory(image=image)
    CorrectionFactory(image=image, x=0.9, undone_at=timezone.now())
    answer = masked(viewer.get(f"/api/v1/photos/{image.pk}/markers").json())
    for name, key in (("preview_url", image.s3_key_preview), ("original_url", image.s3_key_original)):
        assert answer.pop(name) == f"s3:{key}"
    assert answer.pop("session_id") == str(bed.session_id)
    assert answer == snapshot


def test_a_mark_takes_few_bytes(viewer):
    bed = make_bed(*[PLANT] * 100)
    marks = viewer.get(f"/api/v1/photos/{bed.original_image_id}/markers").json()["marks"]
    assert len(json.dumps(marks)) / 100 < 30


def test_an_original_that_browsers_do_not_show_is_left_out(bed, viewer):
    path = f"/api/v1/photos/{bed.original_image_id}/markers"
    S3Image.objects.update(content_type="image/heic")
    assert viewer.get(path).json()["original_url"] is None
    S3Image.objects.update(content_type="image/jpeg", width_px=20_000, height_px=9_000)
    assert viewer.get(path).json()["original_url"] is None


@pytest.mark.parametrize(
    ("content_type", "exif", "shown"),
    [
        ("image/jpeg", {"orientation": 6}, True),
        ("image/jpeg", {"orientation": 6, "orientation_in_xmp": True}, False),
        ("image/webp", {"orientation": 6}, False),
        ("image/png", {"orientation": 3}, False),
        ("image/png", {"orientation": 1}, True),
        ("image/webp", None, True),
    ],
)
def test_an_original_that_browsers_do_not_turn_as_the_marks_have_it_is_left_out(bed, viewer, content_type, exif, shown):
    S3Image.objects.update(content_type=content_type, exif_metadata=exif)
    answer = viewer.get(f"/api/v1/photos/{bed.original_image_id}/markers").json()
    assert (answer["original_url"] is not None) is shown


def test_markers_take_the_same_queries_for_any_photo(viewer, django_assert_num_queries):
    for things in (2, 200):
        bed = make_bed(*[PLANT] * things)
        CorrectionFactory.create_batch(things // 2, image=bed.original_image)
        with django_assert_num_queries(
            9
        ):  # sign-in and permissions 3, photo, session, containers, boxes, corrections, proposals
            viewer.get(f"/api/v1/photos/{bed.original_image_id}/markers")


def test_markers_are_for_people_who_may_see_photos(bed, stranger, viewer):
    path = f"/api/v1/photos/{bed.original_image_id}/markers"
    assert Client().get(path).status_code == 401
    assert stranger.get(path).status_code == 403
    assert viewer.post(path).status_code == 405
    assert viewer.get(f"/api/v1/photos/{uuid4()}/markers").status_code == 404
    assert viewer.get(f"/api/v1/photos/{ProcessingSessionFactory().original_image_id}/markers").status_code == 404


def test_added_plants_beside_the_containers_have_their_row(bed, supervisor):
    supervisor.post(path_of(bed, "correct"), {"action": "add", "class_id": PLANT, "x": 0.95, "y": 0.95})
    assertContains(supervisor.get(f"/gallery/{bed.original_image_id}/"), "Outside the containers")
