"""Photos that are sent while Demeter is closed, as Android does it, in Chromium."""

import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from photos.models import S3Image, Upload
from tests.browsing import sign_in
from tests.gallery.upload.offline.phones import (
    PATIENCE_SECONDS,
    keep_for,
    make_person,
    open_page,
    places,
    rows,
    wait_for_kept,
    wait_until,
)
from tests.locations.label_pictures import picture_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def keep_three(context: BrowserContext, photos: list[Path], label: Path) -> None:
    """Without a network: one for a label, one for a bay, one for a bay that does not exist; then the app is closed."""
    label.write_bytes(picture_of("DEM-BAY-C"))
    context.set_offline(True)
    page = open_page(context)
    page.set_input_files("#label-picture", label)
    expect(page.locator("#place-waits")).to_contain_text("The label is kept")
    page.set_input_files("#id_files", photos[0])
    for code, path in (("BAY-B", photos[1]), ("NOWHERE", photos[2])):
        page.fill("#id_storage_location", code)
        page.set_input_files("#id_files", path)
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Send 3 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("3 photos wait for the network")
    wait_until(page, "keptPhotos.all().then((all) => all.length === 3 && all.every(({ wanted }) => wanted))")
    wait_until(page, "navigator.serviceWorker.ready.then((r) => r.sync.getTags()).then((tags) => tags.length)")
    page.close()
    [worker] = context.service_workers
    end = time.monotonic() + PATIENCE_SECONDS
    while worker.evaluate("navigator.locks.query().then(({ held }) => held.length)") > len(context.pages):
        assert time.monotonic() < end, "the closed page still holds its lock"


def come_back(context: BrowserContext) -> Page:
    """To the network, and let the browser send what waits, as it does by itself sooner or later. The page that is open
    then sends nothing."""
    context.set_offline(False)
    page = open_page(context, "/gallery/")
    client, registrations = context.new_cdp_session(page), []
    client.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    client.send("ServiceWorker.enable")
    end = time.monotonic() + PATIENCE_SECONDS
    while not registrations:
        assert time.monotonic() < end, "there is no service worker"
        page.wait_for_timeout(100)
    sync = {"registrationId": registrations[-1]["registrationId"], "tag": "photos", "lastChance": False}
    client.send("ServiceWorker.dispatchSyncEvent", {"origin": page.evaluate("location.origin"), **sync})
    return page


def test_android_sends_while_demeter_is_closed(android, photos, tmp_path):
    keep_three(android, photos, tmp_path / "label.jpg")
    page = come_back(android)
    wait_until(page, "keptPhotos.all().then((all) => all.filter(({ arrived }) => arrived).length === 2)")
    page.reload()
    expect(page.locator("#device")).to_contain_text("1 photo on this device is not sent yet.")
    assert places() == {"photo0.jpg": "BAY-C", "photo1.jpg": "BAY-B"}
    page.goto("/")
    expect(page.locator("#upload-heading")).to_have_text("1 photo selected")  # whose location is asked for
    S3Image.objects.update(stored_at=timezone.now())
    wait_until(page, "keptPhotos.all().then((all) => all.length === 1)")


def test_android_sends_nothing_for_somebody_else(android, photos, tmp_path, live_server):
    keep_three(android, photos, tmp_path / "label.jpg")
    android.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sign_in(android, make_person("bea", "Bea"), live_server)
    page = come_back(android)
    wait_until(page, "navigator.serviceWorker.ready.then((r) => r.sync.getTags()).then((tags) => !tags.length)")
    assert not S3Image.objects.exists()
    expect(page.locator("#device")).to_have_text(
        "3 photos of Ana wait on this device. They are sent when Ana signs in here."
    )


def test_android_begins_another_upload_when_one_is_full(android, photos, tmp_path, settings):
    keep_three(android, photos, tmp_path / "label.jpg")
    settings.UPLOAD_MAX_TOTAL_BYTES = max(path.stat().st_size for path in photos)
    page = come_back(android)
    wait_until(page, "keptPhotos.all().then((all) => all.filter(({ arrived }) => arrived).length === 2)")
    assert places() == {"photo0.jpg": "BAY-C", "photo1.jpg": "BAY-B"}
    assert Upload.objects.count() == 2


def test_android_forgets_a_place_only_if_that_is_wrong(android, photos, tmp_path):
    photos[1].write_bytes(photos[1].read_bytes()[:200])  # the server refuses it, but not for its place
    keep_three(android, photos, tmp_path / "label.jpg")
    page = come_back(android)
    wait_until(page, "keptPhotos.all().then((all) => all.filter(({ wanted }) => !wanted).length === 2)")
    kept_places = "keptPhotos.all().then((all) => all.filter(({ wanted }) => !wanted).map(({ place }) => place).sort())"
    assert page.evaluate(kept_places) == ["", "BAY-B"]


def test_android_keeps_photos_whose_label_nobody_could_look_up(android, photos, tmp_path):
    keep_three(android, photos, tmp_path / "label.jpg")
    android.route("**/place-by-code/", lambda route: route.fulfill(status=404, json={"error": {"code": "not_found"}}))
    page = come_back(android)
    wait_until(page, "keptPhotos.all().then((all) => all.some(({ arrived }) => arrived))")
    wait_until(page, "navigator.serviceWorker.ready.then((r) => r.sync.getTags()).then((tags) => !tags.length)")
    assert places() == {"photo1.jpg": "BAY-B"}


def test_a_photo_that_somebody_deleted_since_it_arrived_is_not_sent_again(android, photos, tmp_path):
    keep_three(android, photos, tmp_path / "label.jpg")
    page = come_back(android)
    wait_until(page, "keptPhotos.all().then((all) => all.filter(({ arrived }) => arrived).length === 2)")
    S3Image.objects.update(deleted_at=timezone.now())
    page.goto("/")
    wait_for_kept(page, 1)
    expect(page.locator("#upload-heading")).to_have_text("1 photo selected")  # the one with the wrong location
    assert S3Image.objects.count() == 2


@pytest.mark.parametrize("has_old_tab", [False, True])
def test_android_sends_for_who_is_signed_in_beside_photos_of_others(
    android, photos, tmp_path, live_server, has_old_tab
):
    bea = make_person("bea", "Bea")
    if has_old_tab:
        old = open_page(android)
        wait_until(old, "navigator.locks.query().then(({ held }) => held.length)")
    keep_three(android, photos, tmp_path / "label.jpg")
    keep_for(android, bea, photos[3])
    android.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sign_in(android, bea, live_server)
    page = come_back(android)
    wait_until(page, "keptPhotos.all().then((all) => all.some(({ arrived }) => arrived))")
    assert places() == {"photo3.jpg": "BAY-A"}
    assert set(S3Image.objects.values_list("uploaded_by_user", flat=True)) == {bea.pk}
