"""The upload page in Chromium: choose, send, refuse, go on after an outage, and axe in every state."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, FileChooser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.models import User
from photos.models import S3Image, Upload
from processing.models import Job
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.locations.label_pictures import picture_of
from tests.photos.files import huge_png, make_picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
API = "**/api/v1/photos/upload"


PHONE, DESK = 390, 1280
both_widths = pytest.mark.parametrize("width_px", [PHONE, DESK])


@pytest.fixture
def width_px() -> int:
    """Tests that look the same at all widths take the phone's."""
    return PHONE


@pytest.fixture
def page(width_px: int, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A worker's browser on the home page; fails on anything that breaks in it."""
    client = Client()
    client.force_login(UserFactory())
    context = browser.new_context(base_url=live_server.url, viewport={"width": width_px, "height": 844})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
    page.goto("/")
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def photos(tmp_path) -> list[Path]:
    return [write(tmp_path / f"photo{number}.jpg", make_picture(size=(400, 300))) for number in range(7)]


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def choose(page: Page, *paths: Path) -> None:
    page.set_input_files("#id_files", list(paths))
    expect(page.locator("#upload-files li")).to_have_count(len(paths))


def send(page: Page) -> None:
    page.click("#upload-send")


def row(page: Page, name: str):
    return page.locator("#upload-files li", has_text=name)


def assert_accessible(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


@both_widths
def test_photos_are_chosen_sent_and_acknowledged(page, photos):
    assert_accessible(page)
    choose(page, *photos)
    expect(page.locator("#upload-heading")).to_have_text("7 photos selected")
    assert_accessible(page)
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("7 of 7 photos received")
    expect(page.locator("#receipt")).to_contain_text("0 of 7 photos stored and verified.")
    expect(page.locator("#job-rows > li")).to_have_count(7)
    assert_accessible(page)

    assert Upload.objects.get().accepted_files == 7
    S3Image.objects.update(stored_at=timezone.now())
    expect(page.locator("#receipt")).to_contain_text("7 of 7 photos stored and verified. Safe to delete")
    assert_accessible(page)


def test_photos_and_a_label_chosen_before_the_scripts_came_are_taken(page, photos, tmp_path):
    location = StorageLocationFactory()
    label = write(tmp_path / "label.jpg", picture_of(location.qr_code))
    held: list[Route] = []
    page.route("**/js/upload*.js", lambda route: held.append(route))  # noqa: PLW0108  Playwright takes no built-in
    page.goto("/", wait_until="commit")
    page.set_input_files("#label-picture", label)
    page.set_input_files("#id_files", photos[:2])
    for route in held:
        route.continue_()
    expect(page.locator("#upload-files li")).to_have_count(2)
    expect(page.locator("#upload-place [name=storage_location]")).to_have_value(location.code)
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")


def test_bad_files_are_named_and_the_good_ones_go_on(page, photos, tmp_path):
    data = photos[0].read_bytes()
    bad = {
        "cut.jpg": (data[: len(data) // 2], "damaged or was cut short"),
        "empty.jpg": (b"", "The file is empty"),
        "notes.jpg": (b"text", "not a JPEG, PNG, WebP or HEIC photo"),
        "logo.svg": (b"<svg/>", "not a JPEG, PNG, WebP or HEIC photo"),
        "huge.png": (huge_png(), "more than 200 megapixels"),
    }
    choose(page, *photos[:2], *[write(tmp_path / name, content) for name, (content, _) in bad.items()])
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received, 5 refused")
    for name, (_, reason) in bad.items():
        expect(row(page, name)).to_contain_text(reason)
    assert S3Image.objects.count() == 2
    assert_accessible(page)


def test_known_photo_is_named_with_a_link(page, photos):
    choose(page, photos[0])
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    choose(page, photos[0])
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("1 already uploaded")
    link = row(page, "photo0.jpg").get_by_role("link", name="View it")
    expect(link).to_have_attribute("href", f"/gallery/{S3Image.objects.get().image_id}/")


def test_location_holds_for_all_photos_and_a_wrong_one_is_told_before_anything_is_kept(page, photos):
    location = StorageLocationFactory(name="Claro 7")
    choose(page, *photos[:3])
    page.fill("#id_storage_location", "NOWHERE")
    send(page)
    expect(page.locator("#upload-error")).to_contain_text("There is no location with this code or name.")
    assert not S3Image.objects.exists()

    page.fill("#id_storage_location", "claro 7")
    page.locator("#location-options").get_by_role("button", name="Claro 7").click()
    expect(page.locator("#id_storage_location")).to_have_value(location.code)
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("3 of 3 photos received")
    assert Upload.objects.get().storage_location == location


def chosen_places() -> dict[str, str]:
    jobs = Job.objects.select_related("image", "chosen_location")
    return {job.image.original_filename: job.chosen_location.code for job in jobs}


def test_each_photo_carries_the_location_that_stood_in_the_field_when_it_was_added(page, photos):
    for code in ("BAY-A", "BAY-B"):
        StorageLocationFactory(code=code)
    field = page.locator("#id_storage_location")
    page.set_input_files("#id_files", photos[:1])
    field.fill("BAY-A")
    field.blur()
    expect(row(page, "photo0.jpg")).to_contain_text("for BAY-A")

    field.fill("BAY-B")
    page.set_input_files("#id_files", photos[1:3])
    expect(row(page, "photo2.jpg")).to_contain_text("for BAY-B")
    expect(row(page, "photo0.jpg")).to_contain_text("for BAY-A")
    expect(
        page.get_by_role("button", name="Also use BAY-B for the selected photo with another location")
    ).to_be_visible()
    assert_accessible(page)
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("3 of 3 photos received")
    assert chosen_places() == {"photo0.jpg": "BAY-A", "photo1.jpg": "BAY-B", "photo2.jpg": "BAY-B"}


def test_mistyped_location_is_replaced_for_all_chosen_photos(page, photos):
    StorageLocationFactory(code="BAY-B")
    page.fill("#id_storage_location", "BAY-A")
    choose(page, *photos[:2])
    page.fill("#id_storage_location", "BAY-B")
    page.get_by_role("button", name="Also use BAY-B for the 2 selected photos").click()
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    assert set(chosen_places().values()) == {"BAY-B"}


def test_photos_added_while_others_are_sent_wait_and_keep_their_own_location(page, photos):
    for code in ("BAY-A", "BAY-B"):
        StorageLocationFactory(code=code)
    held: list[Route] = []
    page.route(API, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    page.fill("#id_storage_location", "BAY-A")
    choose(page, photos[0])
    send(page)
    expect(row(page, "photo0.jpg")).to_have_attribute("data-state", "sending")

    page.set_input_files("#id_files", photos[1])
    expect(row(page, "photo1.jpg")).to_contain_text("Ready to send")
    page.fill("#id_storage_location", "BAY-B")
    page.get_by_role("button", name="Also use BAY-B for the selected photo").click()
    expect(row(page, "photo0.jpg")).to_contain_text("for BAY-A")
    page.get_by_role("button", name="Upload 1 photo").click()
    page.unroute(API)  # lets the held one go
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    assert chosen_places() == {"photo0.jpg": "BAY-A", "photo1.jpg": "BAY-B"}
    assert Upload.objects.count() == 1


def test_file_that_cannot_be_read_any_more_is_named_and_the_others_go_on(page, photos):
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")  # which keeps no copy
    page.reload()
    choose(page, *photos[:3])
    photos[1].write_bytes(photos[1].read_bytes() + b"x")
    send(page)
    expect(row(page, "photo1.jpg")).to_contain_text("The browser cannot read this file. Choose it again.")
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received, 1 refused")


def test_file_that_changes_is_named_where_the_page_cannot_hash(page, photos):
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page.reload()
    choose(page, *photos[:2])
    photos[1].write_bytes(photos[1].read_bytes() + b"x")
    later = photos[1].stat().st_mtime + 10  # a browser may not see a change within the second
    os.utime(photos[1], (later, later))
    send(page)
    expect(row(page, "photo1.jpg")).to_contain_text("The browser cannot read this file. Choose it again.")
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received, 1 refused")


def test_sign_in_in_another_tab_keeps_the_chosen_photos_and_they_are_sent(page, photos):
    choose(page, *photos[:2])
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    send(page)
    expect(page.locator("#upload-error")).to_contain_text("You are signed out. Sign in in another tab")
    assert_accessible(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    other = opened.value
    user = User.objects.get()
    user.set_password("correct horse battery")
    user.save()
    other.get_by_label("User name").fill(user.username)
    other.get_by_label("Password").fill("correct horse battery")
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/")
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")


def test_leaving_with_chosen_photos_is_asked_about(page, photos):
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    choose(page, photos[0])
    page.get_by_role("link", name="Gallery", exact=True).first.click(no_wait_after=True)
    expect(row(page, "photo0.jpg")).to_be_visible()
    page.wait_for_timeout(300)
    assert questions == ["beforeunload"]
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    page.get_by_role("link", name="Gallery", exact=True).first.click()
    page.wait_for_url("**/gallery/")
    assert len(questions) == 1


def test_file_101_is_refused_kindly(page, tmp_path):
    data = make_picture()
    files = [write(tmp_path / f"photo{number}.jpg", data + bytes([number])) for number in range(101)]
    choose(page, *files)
    expect(page.locator("#upload-send")).to_contain_text("Upload 100 photos")
    expect(row(page, "photo100.jpg")).to_contain_text("An upload takes 100 photos. Send this one in another upload.")


def test_upload_goes_on_after_the_server_was_away(page, photos):
    failures = iter([503, 0])

    def fail_twice(route: Route) -> None:
        status = next(failures, None)
        if status is None:
            route.continue_()
        elif status == 0:
            route.abort()
        else:
            route.fulfill(status=status, body="")

    page.route(API, fail_twice)
    choose(page, photos[0])
    send(page)
    expect(row(page, "photo0.jpg")).to_contain_text("trying again")
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    assert S3Image.objects.count() == 1


def test_full_disk_is_told_and_the_photos_are_sent_when_there_is_room(page, photos, settings):
    room, settings.STAGING_RESERVE_BYTES = settings.STAGING_RESERVE_BYTES, 10**18
    choose(page, *photos[:2])
    send(page)
    expect(page.locator("#upload-error")).to_contain_text("Demeter has no space for more photos at the moment.")
    expect(page.locator("#upload-files li[data-state=ready]")).to_have_count(2)
    assert_accessible(page)
    settings.STAGING_RESERVE_BYTES = room
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")


def test_photos_stored_before_the_tab_was_closed_are_not_sent_again(page, photos):
    choose(page, *photos[:3])
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("3 of 3 photos received")

    page.reload()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/photos/upload") else None)
    choose(page, *photos[:5])
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received, 3 already uploaded")
    expect(row(page, "photo0.jpg").get_by_role("link", name="View it")).to_be_visible()
    assert len(sent) == 2
    assert_accessible(page)


def test_page_that_cannot_hash_sends_and_the_server_finds_the_known_ones(page, photos):
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    for heading in ("2 of 2 photos received", "2 already uploaded"):
        page.reload()
        choose(page, *photos[:2])
        send(page)
        expect(page.locator("#upload-heading")).to_have_text(heading)
    assert S3Image.objects.count() == 2


def test_photo_whose_answer_was_lost_counts_as_received(page, photos):
    lost = iter([True])

    def lose_the_first_answer(route: Route) -> None:
        route.fetch()
        if next(lost, False):
            route.abort()
        else:
            route.continue_()

    page.route(API, lose_the_first_answer)
    choose(page, photos[0])
    send(page)
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    assert Upload.objects.get().accepted_files == 1


def test_six_photos_are_sent_at_once(page, tmp_path):
    held: list[Route] = []
    page.route(API, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    choose(page, *[write(tmp_path / f"photo{number}.jpg", make_picture()) for number in range(9)])
    send(page)
    expect(page.locator("#upload-files li[data-state=sending]")).to_have_count(6)
    page.wait_for_timeout(500)
    assert len(held) == 6

    page.unroute(API)  # lets the held ones go
    expect(page.locator("#upload-heading")).to_have_text("9 of 9 photos received")


def test_signed_out_worker_is_told(page, photos):
    page.context.clear_cookies()
    choose(page, photos[0])
    send(page)
    expect(page.locator("#upload-error")).to_contain_text("You are signed out.")
    expect(row(page, "photo0.jpg")).to_contain_text("Ready to send")


@both_widths
def test_nothing_is_wider_than_the_screen(page, photos):
    choose(page, *photos)
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1]


def test_keyboard_reaches_the_file_picker(page):
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108  Playwright takes no built-in
    while not choosers:  # Playwright asks for choosers without waiting for an answer: the first key may come too early
        page.locator("#id_files").press("Space")
        page.wait_for_timeout(500)
    assert choosers[0].is_multiple()


def test_form_works_without_javascript(browser, live_server, photos):
    client = Client()
    client.force_login(UserFactory())
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto("/")
    page.set_input_files("#id_files", photos[:2])
    page.click("#upload-send")
    expect(page.get_by_text("Received: 2 photos.")).to_be_visible()
    expect(page.locator("#job-rows > li")).to_have_count(2)
    context.close()
