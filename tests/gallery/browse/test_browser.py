"""The gallery in Chromium: the fix in three interactions, loading more, choosing several, what it weighs."""

import gzip
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from PIL import Image
from playwright.sync_api import Browser, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from photos.models import S3Image
from photos.storage.object_store import delete_object
from processing import lifecycle, tasks
from processing.models import Job, ProcessingSession
from processing.statuses import RunStatus
from tests.accessibility import assert_accessible
from tests.browsing import DESK, PHONE, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.gallery.factories import EstimationFactory, SegmentFactory, unplaced_candidates
from tests.locations.factories import StorageLocationFactory
from tests.locations.label_pictures import picture_of
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MAX_PAGE_BYTES = 250 * 1024


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A worker's phone; fails on anything the browser complains about."""
    with open_browser(browser, live_server, viewport=PHONE) as page:
        sign_in(page.context, UserFactory(), live_server)
        yield page


def make_counted() -> ProcessingSession:
    annotated = S3ImageFactory(annotated=True, s3_key_original="annotated/2025/10/08/a.jpg")
    session = ProcessingSessionFactory(ready=True, storage_location=StorageLocationFactory(), processed_image=annotated)
    EstimationFactory(segment=SegmentFactory(session=session, number=1))
    for image in (annotated, session.original_image):
        store_pictures(image)
    return session


def make_lost() -> ProcessingSession:
    evidence = unplaced_candidates(StorageLocationFactory(name="Bay 7"), StorageLocationFactory(name="Bay 8"))
    session = ProcessingSessionFactory(needs_location=True, location_evidence=evidence)
    store_pictures(session.original_image)
    return session


def finish_newest_run(image: S3Image) -> None:
    """What the workers do, in one step."""
    job = image.jobs.order_by("-created_at").first()
    ProcessingSession.objects.filter(job=job).update(storage_location=job.chosen_location)
    with transaction.atomic():
        lifecycle.transition(lifecycle.lock_unfinished(job.pk), RunStatus.PROCESSING)
    with transaction.atomic():
        locked = lifecycle.lock_unfinished(job.pk)
        lifecycle.transition(locked, RunStatus.COMPLETED, total_detected=120, total_estimated=125)


def test_three_interactions_lead_from_the_badge_to_ready(page: Page):
    lost = make_lost()
    page.goto("/gallery/")
    page.get_by_role("link", name="look at").click()
    page.get_by_label("Bay 8").check()
    page.get_by_role("button", name="Save and process again").click()
    expect(page.get_by_text("processing again")).to_be_visible()
    card = page.locator(f"#card-{lost.original_image_id}")
    expect(card.get_by_text("Waiting")).to_be_visible()
    finish_newest_run(lost.original_image)
    expect(card.get_by_text("Ready")).to_be_visible()
    expect(card.get_by_text("Warehouse A - Rack 3 - Bay 8")).to_be_visible()


def test_phone_photographs_the_label_of_a_lost_photo(page: Page, tmp_path: Path):
    lost = make_lost()
    StorageLocationFactory(name="Bay 9", code="N1-N-09", qr_code="DEM-N1-N-09")
    label = tmp_path / "label.jpg"
    label.write_bytes(picture_of("DEM-N1-N-09"))
    page.goto(f"/gallery/{lost.original_image_id}/")
    page.get_by_role("link", name="Fix it now").click()
    expect(page.locator("dialog[open] #problem")).to_be_visible()  # only then does htmx listen to its fields
    page.locator("#label-picture").set_input_files(label)
    expect(page.get_by_label("Bay 9")).to_be_checked()
    assert_accessible(page)
    page.get_by_role("button", name="Save and process again").click()
    expect(page.locator("#photo-progress")).to_be_visible()
    assert lost.original_image.jobs.order_by("-created_at").first().chosen_location.code == "N1-N-09"


def test_the_photo_page_becomes_ready_by_itself(page: Page):
    lost = make_lost()
    page.goto(f"/gallery/{lost.original_image_id}/")
    page.get_by_role("link", name="Fix it now").click()
    page.get_by_label("Bay 7").check()
    page.get_by_role("button", name="Save and process again").click()
    expect(page.locator("#photo-progress")).to_be_visible()
    finish_newest_run(lost.original_image)
    expect(page.locator("#photo .badge--ready")).to_be_visible()
    expect(page.locator("#photo-progress")).to_have_count(0)


def test_back_shows_the_whole_page_after_its_polls(page: Page):
    session = make_counted()
    lifecycle_photo = ProcessingSessionFactory().original_image
    page.goto(f"/gallery/{lifecycle_photo.pk}/")
    with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        pass
    page.goto(f"/gallery/{session.original_image_id}/")
    page.go_back()
    expect(page.locator("header.site-header")).to_be_visible()
    page.go_forward()
    page.get_by_role("link", name="History").click()
    expect(page.locator("#tab-history")).to_have_attribute("aria-current", "page")
    page.goto("/gallery/")
    page.go_back()
    expect(page.locator("header.site-header")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('htmx-history-cache')") is None


def test_pictures_gone_from_storage_come_back_by_themselves(page: Page, monkeypatch):
    monkeypatch.setattr(tasks.draw_annotated, "apply_async", lambda args, **_: tasks.draw_annotated.run(*args))
    counted = make_counted()
    image, annotated = counted.original_image, counted.processed_image
    for key in (image.s3_key_thumbnail, annotated.s3_key_original):
        delete_object(key)
    page.goto("/gallery/")
    picture = page.get_by_role("img", name=f"Photo {image.original_filename}")
    expect(picture).to_have_js_property("naturalWidth", 300)
    S3Image.objects.filter(pk=annotated.pk).update(stored_at=None)
    page.goto(f"/gallery/{image.pk}/")
    marked = page.request.get(page.get_by_role("link", name="With marks").get_attribute("href"))
    assert Image.open(BytesIO(marked.body())).size == (400, 300)


def test_deleted_photo_is_undone_at_once_or_brought_back_later(page: Page, live_server: LiveServer):
    sign_in(page.context, UserFactory(supervisor=True), live_server)
    image = make_counted().original_image
    card = page.locator(f"#card-{image.pk}")
    for way_back in ("Undo", "Restore"):
        page.goto(f"/gallery/{image.pk}/")
        page.get_by_role("button", name="Delete this photo").click()
        expect(page.get_by_text("1 photo moved to the trash.")).to_be_visible()
        expect(card).to_have_count(0)
        if way_back == "Restore":
            page.get_by_role("link", name="Trash").click()
            expect(page.get_by_text("29 days left")).to_be_visible()
        page.get_by_role("button", name=way_back).click()
        expect(page.get_by_role("status").get_by_text("1 photo restored.")).to_be_visible()
        page.goto("/gallery/")
        expect(card).to_be_visible()


def test_searching_keeps_the_modal_and_an_error_explains_itself(page: Page):
    make_lost()
    StorageLocationFactory(code="SOUTH-44", name="Southern bay")
    page.goto("/gallery/")
    page.get_by_role("link", name="look at").click()
    page.get_by_label("Find a location").fill("south-44")
    expect(page.get_by_text("Results for")).to_be_visible()
    expect(page.get_by_label("Southern bay")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="look at")).to_be_focused()


def test_scrolling_loads_page_after_page_above_real_links(page: Page):
    for _ in range(9):
        store_pictures(ProcessingSessionFactory(ready=True).original_image)
    page.goto("/gallery/?per_page=4")
    older = page.get_by_role("link", name="Older").get_attribute("href")
    for loaded in (8, 9):
        page.get_by_role("link", name="Load more photos").scroll_into_view_if_needed()
        expect(page.get_by_role("article")).to_have_count(loaded)
    expect(page.get_by_role("link", name="Load more photos")).to_have_count(0)
    page.goto(f"/gallery/{older}")
    expect(page.get_by_role("link", name="Newer")).to_be_visible()


def test_photos_are_chosen_by_click_shift_and_key_and_deleted_together(page: Page, live_server: LiveServer):
    sign_in(page.context, UserFactory(supervisor=True), live_server)
    page.set_viewport_size(DESK)
    for _ in range(5):
        store_pictures(ProcessingSessionFactory(ready=True).original_image)
    page.goto("/gallery/?days=7")
    boxes, chosen = page.get_by_role("checkbox", name="Choose photo"), page.locator("[data-chosen]")
    expect(chosen).to_be_hidden()
    boxes.nth(0).click()
    expect(chosen).to_have_text("1 selected")
    boxes.nth(2).click(modifiers=["Shift"])
    expect(chosen).to_have_text("3 selected")
    page.keyboard.press("Shift+ArrowRight")
    expect(chosen).to_have_text("4 selected")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(chosen).to_have_text("5 selected")
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(chosen).to_be_hidden()
    boxes.nth(1).focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("5 photos moved to the trash.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("article")).to_have_count(5)
    expect(page).to_have_url(f"{live_server.url}/gallery/?days=7")


@pytest.mark.parametrize("scripts", [True, False])
def test_all_photos_of_the_filter_are_chosen_at_once(browser: Browser, live_server: LiveServer, scripts: bool):
    for _ in range(4):
        store_pictures(ProcessingSessionFactory(ready=True).original_image)
    with open_browser(browser, live_server, viewport=PHONE, java_script_enabled=scripts) as page:
        sign_in(page.context, UserFactory(supervisor=True), live_server)
        page.goto("/gallery/?per_page=2&review=unsigned")
        expect(page.get_by_role("button", name="Delete")).to_be_hidden()
        page.get_by_text("Select all 4").click()
        if scripts:
            expect(page.locator("[data-chosen]")).to_have_text("4 selected")
            assert_accessible(page)
            page.get_by_role("checkbox", name="Choose photo").first.uncheck()
            expect(page.get_by_label("Select all 4")).not_to_be_checked()
            page.get_by_text("Select all 4").click()
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("4 photos moved to the trash.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("4 photos restored.")).to_be_visible()


def test_chosen_photos_get_one_location(page: Page):
    bay = StorageLocationFactory(code="SOUTH-44", name="Southern bay")
    for _ in range(2):
        store_pictures(ProcessingSessionFactory(needs_location=True).original_image)
    page.goto("/gallery/")
    for number in range(2):
        page.get_by_role("checkbox", name="Choose photo").nth(number).check()
    page.get_by_role("button", name="Set location").click()
    page.get_by_label("Find a location").fill("south-44")
    expect(page.get_by_text("Results for")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Southern bay").check()
    page.get_by_role("button", name="Save and process again").click()
    expect(page.get_by_text("2 photos: processing again.")).to_be_visible()
    assert Job.objects.filter(chosen_location=bay).count() == 2


def test_everything_works_without_javascript(browser: Browser, live_server: LiveServer):
    lost = make_lost()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, UserFactory(), live_server)
    page = context.new_page()
    page.goto("/gallery/")
    page.get_by_role("link", name="look at").click()
    page.get_by_label("Find a location").fill("no such place")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No location matches")).to_be_visible()
    page.get_by_label("Bay 7").check()
    page.get_by_role("button", name="Save and process again").click()
    expect(page).to_have_url(f"{live_server.url}/gallery/{lost.original_image_id}/")
    expect(page.get_by_text("processing again")).to_be_visible()
    context.close()


def test_the_gallery_is_light_and_asks_nobody_else(page: Page, live_server: LiveServer) -> None:
    """A first page of 50: HTML, CSS and scripts as they travel compressed; pictures from S3, all else from us."""
    for session in ProcessingSessionFactory.create_batch(50, ready=True, storage_location=StorageLocationFactory()):
        store_pictures(session.original_image)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  Playwright takes no built-in
    page.goto("/gallery/", wait_until="networkidle")
    read = [one for one in answers if one.request.resource_type in ("document", "stylesheet", "script")]
    assert len(read) > 3
    assert sum(len(gzip.compress(one.body())) for one in read) < MAX_PAGE_BYTES
    hosts = {urlsplit(one.url).netloc for one in answers}
    assert hosts == {urlsplit(live_server.url).netloc, urlsplit(settings.S3_PUBLIC_ENDPOINT_URL).netloc}
