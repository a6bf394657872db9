"""The app without a network, in Chromium: it opens, keeps photos with their places, sends them once, for one person."""

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, Route, expect

from photos.models import S3Image, Upload
from tests.accessibility import assert_accessible
from tests.browsing import sign_in
from tests.gallery.upload.offline.phones import (
    PASSWORD,
    READER,
    SLOW_READER,
    kept,
    make_person,
    open_page,
    places,
    rows,
    visit,
    wait_for_kept,
    wait_until,
)
from tests.locations.label_pictures import picture_of
from tests.photos.factories import S3ImageFactory

# As the service worker does after a page has read which photos are kept, and before it reads the files.
FORGET_OLDEST_FILE = """keptPhotos.all().then((all) => {
  const [oldest] = all.sort((one, other) => one.at - other.at);
  return withKept("readwrite", (_photos, files) => { files.delete(oldest.id); });
})"""
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_photos_chosen_without_a_network_are_kept_and_sent_once_with_their_places(phone, photos):
    phone.set_offline(True)
    page = open_page(phone)
    expect(page.get_by_role("heading", level=1)).to_have_text("No network")
    expect(page.locator("#offline-person")).to_have_text("Photos chosen here are kept for Ana.")
    page.fill("#id_storage_location", "BAY-A")
    page.set_input_files("#id_files", photos[:2])
    assert_accessible(page)
    page.get_by_role("button", name="Send 2 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("2 photos wait for the network")
    page.fill("#id_storage_location", "BAY-B")
    page.set_input_files("#id_files", photos[2])  # and does not press the button
    expect(rows(page)).to_have_count(3)
    wait_until(page, "keptPhotos.all().then((all) => all.length === 3 && all.some(({ place }) => place === 'BAY-B'))")
    page.close()

    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("3 photos wait for the network")
    expect(rows(page).filter(has_text="photo2.jpg")).to_contain_text("for BAY-B")
    assert_accessible(page)
    page.close()

    phone.set_offline(False)
    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("3 of 3 photos received")
    assert places() == {"photo0.jpg": "BAY-A", "photo1.jpg": "BAY-A", "photo2.jpg": "BAY-B"}
    assert kept(page) == ["photo0.jpg", "photo1.jpg", "photo2.jpg"]  # until they are stored
    page.close()

    page = open_page(phone)
    expect(page.locator("#upload-progress")).to_be_hidden()
    S3Image.objects.update(stored_at=timezone.now())
    wait_until(page, "keptPhotos.all().then((all) => all.length === 0)")
    assert S3Image.objects.count() == 3
    assert Upload.objects.get().accepted_files == 3


def test_photo_whose_file_is_sent_and_forgotten_meanwhile_does_not_hide_the_others(phone, photos):
    phone.set_offline(True)
    page = open_page(phone)
    page.fill("#id_storage_location", "BAY-A")
    page.set_input_files("#id_files", photos[:3])
    page.get_by_role("button", name="Send 3 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("3 photos wait for the network")
    page.evaluate(FORGET_OLDEST_FILE)
    page.close()

    phone.set_offline(False)
    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    assert places() == {"photo1.jpg": "BAY-A", "photo2.jpg": "BAY-A"}


def test_labels_photographed_without_a_network_give_the_photos_after_them_their_place(phone, photos, tmp_path):
    label = tmp_path / "label.jpg"
    label.write_bytes(picture_of("DEM-BAY-C"))
    phone.set_offline(True)
    page = open_page(phone)
    page.set_input_files("#label-picture", label)
    expect(page.locator("#place-waits")).to_contain_text("The label is kept")
    page.set_input_files("#id_files", photos[:2])
    expect(rows(page).first).to_contain_text("for the label that you photographed")
    page.fill("#id_storage_location", "BAY-B")
    page.set_input_files("#id_files", photos[2])
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="Send 3 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("3 photos wait for the network")
    page.close()

    phone.set_offline(False)
    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("3 of 3 photos received")
    assert places() == {"photo0.jpg": "BAY-C", "photo1.jpg": "BAY-C", "photo2.jpg": "BAY-B"}


def test_labels_that_the_browser_reads_are_looked_up_later(phone, photos, tmp_path):
    label = tmp_path / "label.jpg"
    Image.new("RGB", (400, 300), (220, 30, 30)).save(label)
    phone.add_init_script(READER)
    phone.set_offline(True)
    page = open_page(phone)
    page.set_input_files("#id_files", label)
    page.set_input_files("#id_files", photos[0])
    expect(rows(page).last).to_contain_text("for the label DEM-BAY-A")
    page.get_by_role("button", name="Send 2 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("2 photos wait for the network")
    phone.set_offline(False)
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received, 1 photo of a label, not sent")
    assert places() == {"photo0.jpg": "BAY-A"}


def test_location_that_is_typed_while_a_photo_is_looked_at_stays(phone, photos, tmp_path):
    label = tmp_path / "label.jpg"
    Image.new("RGB", (400, 300), (220, 30, 30)).save(label)
    phone.add_init_script(READER + SLOW_READER)
    phone.set_offline(True)
    page = open_page(phone)
    page.set_input_files("#id_files", label)
    page.fill("#id_storage_location", "BAY-B")
    page.evaluate("endLook()")
    expect(rows(page).first).to_contain_text("for the label DEM-BAY-A")
    for number in (0, 1):
        page.set_input_files("#id_files", photos[number])
        wait_until(page, f"window.looks === {2 + number}")
        assert page.input_value("#id_storage_location") == "BAY-B"
    page.get_by_role("button", name="Send 3 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("3 photos wait for the network")
    phone.set_offline(False)
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received, 1 photo of a label, not sent")
    assert places() == {"photo0.jpg": "BAY-B", "photo1.jpg": "BAY-B"}


def test_photos_go_by_themselves_when_the_network_is_back_and_wrong_places_are_asked_about(phone, photos):
    page = open_page(phone)
    page.fill("#id_storage_location", "BAY-A")
    page.set_input_files("#id_files", photos[0])
    phone.set_offline(True)
    page.fill("#id_storage_location", "NOWHERE")
    page.set_input_files("#id_files", photos[1])
    page.get_by_role("button", name="Send 2 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("2 photos wait for the network")
    phone.set_offline(False)
    expect(page.locator("#upload-heading")).to_have_text("1 of 2 photos received")
    expect(page.locator("#upload-error")).to_contain_text("There is no location with this code or name.")
    assert places() == {"photo0.jpg": "BAY-A"}
    page.close()

    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("1 photo selected")
    page.fill("#id_storage_location", "BAY-B")
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    assert places() == {"photo0.jpg": "BAY-A", "photo1.jpg": "BAY-B"}


def sign_in_as(page: Page, username: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload photos")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_photos_survive_a_sign_out_and_are_sent_by_their_person_only(phone, photos, ana):
    make_person("bea", "Bea")
    phone.set_offline(True)
    page = open_page(phone)
    page.set_input_files("#id_files", photos[:2])
    page.get_by_role("button", name="Send 2 photos when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("2 photos wait for the network")
    page.close()

    phone.clear_cookies()  # her sign-in has ended meanwhile
    phone.set_offline(False)
    page = open_page(phone)
    note = page.locator("#device")
    expect(note).to_have_text("2 photos of Ana wait on this device. They are sent when Ana signs in here.")
    sign_in_as(page, "bea")
    expect(note).to_have_text("2 photos of Ana wait on this device. They are sent when Ana signs in here.")
    expect(page.locator("#upload-progress")).to_be_hidden()
    assert_accessible(page)
    assert not S3Image.objects.exists()
    sign_out(page)

    phone.set_offline(True)
    page.goto("/")
    expect(page.locator("#offline-nobody")).to_be_visible()
    expect(page.locator("#upload-form")).to_be_hidden()
    expect(note).to_contain_text("2 photos of Ana wait")
    assert_accessible(page)

    phone.set_offline(False)
    page.goto("/gallery/")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(note).to_have_text("2 photos on this device are not sent yet. Send them")
    note.get_by_role("link").click()
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    assert set(S3Image.objects.values_list("uploaded_by_user", flat=True)) == {ana.pk}


def test_an_old_tab_of_somebody_else_hides_no_kept_photos(phone, photos, live_server):
    old = open_page(phone)
    wait_until(old, "navigator.locks.query().then(({ held }) => held.length)")
    phone.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sign_in(phone, make_person("bea", "Bea"), live_server)
    page = open_page(phone)
    page.set_input_files("#id_files", photos[0])
    wait_for_kept(page, 1)
    page.close()
    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("1 photo selected")


def test_nothing_of_a_person_is_kept_but_the_photos(phone, ana):
    page = open_page(phone, "/gallery/")
    page.goto("/account/")
    kept_texts = page.evaluate(
        """async () => {
          const texts = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              const answer = await cache.match(request, { ignoreVary: true });
              texts.push([new URL(request.url).pathname, await answer.text()]);
            }
          }
          return texts;
        }"""
    )
    assert all(address.startswith(("/app/", "/static/", "/words/")) for address, _text in kept_texts)
    assert not any("Ana" in text for address, text in kept_texts if address.startswith("/app/"))
    sign_out(page)
    assert page.evaluate("localStorage.getItem('demeter-person')") is None
    phone.set_offline(True)
    page.goto("/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("No network")


def test_the_page_without_a_network_follows_language_and_release(phone, monkeypatch):
    page = open_page(phone)
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.close()
    assert "/es/" in visit(phone)
    phone.set_offline(True)
    page = open_page(phone, "/gallery/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("#offline-person")).to_contain_text("Ana")
    page.close()
    phone.set_offline(False)
    monkeypatch.setattr("gallery.upload.installed_app.offline_release", lambda: "next")
    assert "/next/" in visit(phone)
    page = open_page(phone)
    assert page.evaluate("caches.keys().then((names) => names.length)") == 1


def test_a_photo_that_arrives_with_another_checksum_is_kept_and_sent_again(phone, photos):
    page = open_page(phone)
    answers = iter([{"known": [], "deleted": []}] * 2)

    def know_nothing(route: Route) -> None:
        answer = next(answers, None)
        if answer is None:
            route.continue_()
        else:
            route.fulfill(json=answer)

    page.route("**/api/v1/photos/known", know_nothing)
    page.set_input_files("#id_files", photos[0])
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(rows(page)).to_contain_text("It did not arrive as it was sent. It is kept and sent again.")
    assert kept(page) == ["photo0.jpg"]
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(page.locator("#upload-heading")).to_have_text("1 already uploaded")
    S3Image.objects.update(stored_at=timezone.now())
    wait_until(page, "keptPhotos.all().then((all) => all.length === 0)")
    assert S3Image.objects.count() == 1


# A private window, as here, keeps no copies on disk, so the file must stay there: only the page can no longer read it.
NOTE_CHOSEN = """() => {
  const { add } = keptPhotos;
  window.chosen = [];
  keptPhotos.add = (photo, file) => { chosen.push(file); return add(photo, file); };
}"""
LOSE_FIRST = """() => {
  const gone = () => Promise.reject(new DOMException("gone", "NotFoundError"));
  Object.assign(chosen[0], { arrayBuffer: gone, slice: () => ({ arrayBuffer: gone }) });
}"""


def test_a_file_that_is_gone_is_sent_from_the_kept_copy(phone, photos):
    page = open_page(phone)
    page.evaluate(NOTE_CHOSEN)
    page.set_input_files("#id_files", photos[:2])
    wait_for_kept(page, 2)
    page.evaluate(LOSE_FIRST)
    page.get_by_role("button", name="Upload 2 photos").click()
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")


def test_a_kept_copy_stays_when_neither_it_nor_the_file_can_be_read_now(phone, photos):
    page = open_page(phone)
    page.evaluate(NOTE_CHOSEN)
    page.set_input_files("#id_files", photos[0])
    wait_for_kept(page, 1)
    page.evaluate(LOSE_FIRST)
    page.evaluate("void (keptPhotos.file = async () => { throw new Error('no memory'); })")
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(rows(page)).to_contain_text("The browser cannot read this file. Choose it again.")
    page.close()
    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")


def test_each_photo_keeps_the_answer_that_was_given_when_it_was_chosen(phone, photos):
    page = open_page(phone)
    page.select_option("#id_visit", "retake")
    page.set_input_files("#id_files", photos[0])
    wait_for_kept(page, 1)
    page.close()
    page = open_page(phone)
    expect(page.locator("#upload-heading")).to_have_text("1 photo selected")
    expect(page.locator("#id_visit")).to_have_value("")
    page.set_input_files("#id_files", photos[1])
    expect(rows(page)).to_have_count(2)
    page.select_option("#id_visit", "parts")
    page.get_by_role("button", name="Upload 2 photos").click()
    expect(page.locator("#upload-heading")).to_have_text("2 of 2 photos received")
    answers = dict(S3Image.objects.values_list("original_filename", "visit_answer"))
    assert answers == {"photo0.jpg": "retake", "photo1.jpg": "parts"}


KEEP_SENT = """async ([user, sums]) => {
  for (const [number, sha256] of sums.entries()) {
    const photo = { id: `!${number}`, user, name: "Ana", at: 0, place: "", arrived: true, sha256 };
    await keptPhotos.add(photo, new File(["photo"], "sent.jpg"));
  }
}"""


def test_no_photo_without_a_checksum_and_no_hundred_unstored_ones_keep_another(phone, photos, ana):
    page = open_page(phone)
    page.set_input_files("#id_files", photos[0])
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    page.evaluate("keptPhotos.all().then(([photo]) => keptPhotos.change(photo.id, { sha256: '' }))")
    waiting = [S3ImageFactory(sha256=f"{number:064x}").sha256 for number in range(100)]
    page.evaluate(KEEP_SENT, [str(ana.pk), waiting])
    S3Image.objects.exclude(sha256__in=waiting).update(stored_at=timezone.now())
    page.reload()
    wait_for_kept(page, 100)


def test_upload_goes_on_where_the_browser_may_not_store(browser, live_server, ana, photos):
    context = browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    sign_in(context, ana, live_server)
    page = open_page(context)
    page.set_input_files("#id_files", photos[0])
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(page.locator("#upload-heading")).to_have_text("1 of 1 photo received")
    context.close()
