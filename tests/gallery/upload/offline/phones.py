"""Phones without a network, in tests: what they keep, and what arrived."""

import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from demeter.accounts.models import User
from processing.models import Job
from tests.factories import UserFactory

PASSWORD = "correct horse battery"
PATIENCE_SECONDS = 60
KEPT_PAGE = """async () => {
  for (const name of await caches.keys()) if (await (await caches.open(name)).match(name)) return name;
  return false;
}"""
READER = """
window.BarcodeDetector = class {
  async detect(bitmap) {
    const pen = new OffscreenCanvas(1, 1).getContext("2d");
    pen.drawImage(bitmap, 0, 0, 1, 1);
    const [red] = pen.getImageData(0, 0, 1, 1).data;
    return red > 180 ? [{ rawValue: "DEM-BAY-A", boundingBox: { width: bitmap.width / 2 } }] : [];
  }
};
"""
SLOW_READER = """
const looked = new Promise((resolve) => { window.endLook = resolve; });
const { detect } = BarcodeDetector.prototype;
BarcodeDetector.prototype.detect = async function (bitmap) {
  await looked;
  try { return await detect.call(this, bitmap); } finally { window.looks = (window.looks ?? 0) + 1; }
};
"""


def make_person(username: str, name: str) -> User:
    user = UserFactory(username=username, first_name=name, last_name="")
    user.set_password(PASSWORD)
    user.save()
    return user


def wait_until(page: Page, promised: str) -> None:
    """Until the promise gives true; to `wait_for_function` a promise itself is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(promised):
        assert time.monotonic() < end, f"still not: {promised}"
        page.wait_for_timeout(100)


def visit(context: BrowserContext) -> str:
    """Open Demeter with a network, until the page for times without one is kept; its address."""
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wanted = page.locator("#device").get_attribute("data-offline")
    wait_until(page, f"async () => (await ({KEPT_PAGE})()) === '{wanted}'")
    page.close()
    return wanted


def open_page(context: BrowserContext, path: str = "/") -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def places() -> dict[str, str | None]:
    jobs = Job.objects.select_related("image", "chosen_location")
    return {job.image.original_filename: job.chosen_location and job.chosen_location.code for job in jobs}


def kept(page: Page) -> list[str]:
    """The names of the photos that this browser keeps."""
    return sorted(
        page.evaluate(
            "keptPhotos.all().then((all) => Promise.all(all.map(async ({id}) => (await keptPhotos.file(id)).name)))"
        )
    )


def rows(page: Page):
    return page.locator("#upload-files li")


NOTE_PERSON = "([id, name]) => localStorage.setItem('demeter-person', JSON.stringify({ id, name, uploads: true }))"


def keep_for(context: BrowserContext, person: User, path: Path) -> None:
    """Without a network, as the person who signed in last."""
    page = open_page(context)
    page.evaluate(NOTE_PERSON, [str(person.pk), person.first_name])
    page.reload()
    expect(page.locator("#offline-person")).to_contain_text(person.first_name)
    page.fill("#id_storage_location", "BAY-A")
    page.set_input_files("#id_files", path)
    page.get_by_role("button", name="Send 1 photo when the network is back").click()
    expect(page.locator("#upload-heading")).to_have_text("1 photo waits for the network")
    page.close()


def wait_for_kept(page: Page, number: int) -> None:
    wait_until(page, f"keptPhotos.all().then((all) => all.length === {number})")
