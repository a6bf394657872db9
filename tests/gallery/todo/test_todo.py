"""The work list: causes, what one fix unblocks, run all of one cause again, put aside."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.live_server_helper import LiveServer

from gallery.todo import causes as work
from gallery.todo import views
from gallery.todo.causes import causes
from photos.models import PhotoEvent, S3Image
from processing import worklist
from processing.jobs import reprocess
from processing.models import Job
from tests.accessibility import assert_accessible
from tests.browsing import sign_in
from tests.factories import UserFactory
from tests.gallery.factories import MOMENT, make_session_waiting, uploaded_at
from tests.locations.factories import ProductFactory, ProductStateFactory, StorageLocationFactory
from tests.photos.factories import S3ImageFactory, UploadFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed, refuse

pytestmark = pytest.mark.django_db


def make_failed(count: int) -> list[S3Image]:
    return [ProcessingSessionFactory(failed=True).original_image for _ in range(count)]


def test_causes_come_by_number_with_what_one_fix_unblocks():
    bay, other = StorageLocationFactory(name="Bay 7"), StorageLocationFactory()
    waiting = [make_session_waiting("needs_config", location=bay) for _ in range(3)]
    make_session_waiting("needs_config", location=other)
    upload = UploadFactory()
    ProcessingSessionFactory.create_batch(2, needs_location=True, job__image__upload=upload)
    make_failed(1)
    ProcessingSessionFactory(ready=True)
    found = causes()
    assert [(cause.problem.code, cause.photos) for cause in found] == [
        ("needs_config", 4),
        ("needs_location", 2),
        ("detection_failed", 1),
    ]
    first, second = found[0].fixes
    assert (first.words, first.photos, second.photos) == (bay.full_name, 3, 1)
    assert first.image_id in {session.original_image_id for session in waiting}
    assert [fix.photos for fix in found[1].fixes] == [2]


def test_a_cause_counts_what_waits_and_nothing_else():
    waiting, put_aside, deleted = make_failed(3)
    S3Image.objects.filter(pk=put_aside.pk).update(acknowledged_at=timezone.now())
    S3Image.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    ProcessingSessionFactory(ready=True)
    S3ImageFactory(annotated=True)
    assert list(S3Image.objects.to_do()) == [waiting]
    assert work.count_by_cause() == {"detection_failed": 1}


def test_long_lists_are_counted_up_to_a_number_and_say_so(monkeypatch, worker: Client):
    bay, shelf = StorageLocationFactory(name="Bay 7"), StorageLocationFactory(name="Shelf 9")
    for _ in range(4):
        uploaded_at(make_session_waiting("needs_config", location=bay), MOMENT)
    for _ in range(2):
        uploaded_at(make_session_waiting("needs_config", location=shelf), MOMENT + timedelta(days=1))
    make_failed(1)
    for module in (work, views):
        monkeypatch.setattr(module, "COUNTED_UP_TO", 3)
    first, second = causes()
    assert (first.photos, second.photos) == (3, 1)
    # The newest three name both; what is said of each is all that waits for it.
    assert [(fix.words, fix.photos) for fix in first.fixes] == [(bay.full_name, 4), (shelf.full_name, 2)]
    page = worker.get("/todo/")
    assertContains(page, "3 or more photos")
    assertContains(page, "What most of the newest 3 photos are waiting for.")


@pytest.mark.parametrize("path", ["/todo/retry/", "/todo/acknowledge/"])
def test_an_unknown_cause_is_refused(supervisor: Client, path):
    assert supervisor.post(path, {"cause": "no_such"}).status_code == 400


def test_all_of_one_cause_run_again_and_nothing_else(worker: Client):
    failed, lost = make_failed(3), ProcessingSessionFactory(needs_location=True)
    page = worker.post("/todo/retry/", {"cause": "detection_failed"}, follow=True)
    assertRedirects(page, "/todo/")
    assertContains(page, "3 photos: processing again.")
    assertNotContains(page, "Counting failed")
    assert set(Job.objects.filter(kind="reprocess").values_list("image_id", flat=True)) == {i.pk for i in failed}
    assert S3Image.objects.get(pk=lost.original_image_id).status == "failed"


def test_many_photos_are_taken_in_parts_with_the_same_queries(monkeypatch, django_assert_num_queries):
    user = UserFactory()
    make_failed(6)
    for part, left in ((2, 4), (4, 0)):
        monkeypatch.setattr(worklist, "AT_ONCE", part)
        with django_assert_num_queries(9):
            assert len(worklist.retry_cause(code="detection_failed", user=user).started) == part
        assert S3Image.objects.to_do().count() == left


def test_photos_put_aside_leave_the_list_until_they_fail_again(supervisor: Client, worker: Client):
    [image] = make_failed(1)
    assert worker.post("/todo/acknowledge/", {"cause": "detection_failed"}).status_code == 403
    page = supervisor.post("/todo/acknowledge/", {"cause": "detection_failed"}, follow=True)
    assertContains(page, "1 photo dismissed.")
    assertContains(page, "Nothing to do")
    assertContains(supervisor.get("/gallery/?status=detection_failed"), image.original_filename)
    event = PhotoEvent.objects.get(action="acknowledged")
    assert (event.image, event.user) == (image, page.context["user"])
    reprocess(image=image, user=UserFactory(), reason="Another try")
    image.refresh_from_db()
    assert image.acknowledged_at is None


def test_only_a_failed_photo_is_put_aside():
    image = ProcessingSessionFactory(ready=True).original_image
    with pytest.raises(IntegrityError), transaction.atomic():
        S3Image.objects.filter(pk=image.pk).update(acknowledged_at=timezone.now())


def test_a_chosen_location_may_hold_for_the_whole_upload(worker: Client):
    bay, upload = StorageLocationFactory(), UploadFactory()
    first, *others = ProcessingSessionFactory.create_batch(3, needs_location=True, job__image__upload=upload)
    ProcessingSessionFactory(needs_location=True)
    path = f"/gallery/{first.original_image_id}/"
    assertContains(worker.get(f"{path}problem/"), "2 other photos of the same upload")
    worker.post(f"{path}fix/", {"storage_location": bay.pk, "others": "on"})
    assert Job.objects.filter(chosen_location=bay).count() == 1 + len(others)


def test_the_list_takes_the_same_queries_for_any_number(worker: Client, django_assert_num_queries):
    for number in (1, 5):
        for _ in range(number):
            make_session_waiting("needs_config", location=StorageLocationFactory())
            ProcessingSessionFactory(needs_location=True)
        make_failed(number)
        with django_assert_num_queries(
            16
        ):  # sign-in and permissions 3, causes 1, fixes 3 + 3, in doubt 1, visits 1, recounts 1, proposals 1, blind 1,
            # accuracy 1
            worker.get("/todo/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_one_fix_unblocks_all_that_wait_for_it(browser: Browser, live_server: LiveServer):
    bay = StorageLocationFactory(name="Bay 7")
    for _ in range(3):
        make_session_waiting("needs_config", location=bay)
    make_failed(2)
    refuse(make_bed(0, 0))
    ProductFactory(common_name="Echeveria")
    ProductStateFactory(name="Growing")
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    sign_in(context, UserFactory(supervisor=True), live_server)
    page = context.new_page()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto("/todo/")
        expect(page.get_by_text("3 photos are waiting for this")).to_be_visible()
        assert_accessible(page)
    page.get_by_role("link", name="Resolve").click()
    page.locator("#id_product").select_option(index=1)
    page.get_by_label("Expected state").select_option(index=1)
    expect(page.get_by_text("2 more photos are waiting for this and will be processed again.")).to_be_visible()
    page.get_by_role("button", name="Save and process again").click()
    expect(page.get_by_text("and 2 more: processing again.")).to_be_visible()
    page.get_by_role("button", name="Process all again").click()
    expect(page.get_by_text("2 photos: processing again.")).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Too dark"])
    assert Job.objects.filter(kind="reprocess").count() == 5
    context.close()
