"""The upload page in a browser: files that change, a sign-in elsewhere, a page that is left."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from bench.cases.demeter import Demeter, accept_dialogs
from bench.cases.table import Seen, check

PHOTO = "c07/landscape-control.jpg"
SENT_MS, SETTLED = 60_000, ("received", "known", "refused", "failed")


@check("c02")
def one_unreadable_file_stops_no_other(demeter: Demeter) -> Seen:
    """One of three files changes after it was chosen."""
    with tempfile.TemporaryDirectory() as folder:
        page, paths = _choose(demeter, Path(folder), 3)
        with paths[1].open("ab") as file:
            file.write(b"x")
        page.locator("#upload-send").click()
        states = _settled(page, paths)
        changed = page.locator(".file-row", has_text=paths[1].name)  # what failed is moved to the top
        state, words = changed.get_attribute("data-state"), changed.locator(".file-row__state").inner_text()
        page.close()
    is_right = state == "refused" and [one in ("received", "known") for one in states].count(True) == 2
    return Seen(is_right, f"{states}; the changed one: {words}")


@check("c04")
def a_sign_in_elsewhere_lets_the_upload_go_on(demeter: Demeter) -> Seen:
    """The session ends, and another tab signs in."""
    with tempfile.TemporaryDirectory() as folder:
        page, paths = _choose(demeter, Path(folder), 2)
        demeter.context.clear_cookies(name="sessionid")
        demeter.context.clear_cookies(name="csrftoken")
        demeter.sign_in(demeter.page)
        page.locator("#upload-send").click()
        states = _settled(page, paths)
        said = page.locator("#upload-error").inner_text()
        page.close()
    return Seen(all(state in ("received", "known") for state in states), f"{states} {said}")


@check("j11")
def a_page_with_chosen_photos_asks_before_it_is_left(demeter: Demeter) -> Seen:
    """A link is followed, and one comes back."""
    with tempfile.TemporaryDirectory() as folder:
        page, paths = _choose(demeter, Path(folder), 2)
        asked = accept_dialogs(page)
        page.locator("a[href='/jobs/']").first.click()
        page.wait_for_url("**/jobs/")
        page.go_back()
        kept = _rows(page, paths).count()
        page.close()
    return Seen("beforeunload" in asked or kept == 2, f"asked: {bool(asked)}, photos still chosen: {kept}")


def _choose(demeter: Demeter, folder: Path, number: int) -> tuple[Page, list[Path]]:
    paths = [folder / f"{folder.name}-{index}.jpg" for index in range(number)]
    for path in paths:
        path.write_bytes(demeter.read(PHOTO))
    page = demeter.context.new_page()
    page.goto("/")
    page.locator("input[type=file][name=files]").first.set_input_files([str(path) for path in paths])
    expect(_rows(page, paths)).to_have_count(number)
    return page, paths


def _rows(page: Page, paths: Sequence[Path]) -> Locator:
    """Those of these files: the browser may keep others, of an earlier case."""
    return page.locator(".file-row", has_text=paths[0].parent.name)


def _settled(page: Page, paths: Sequence[Path]) -> list[str]:
    """The states of the files once nothing is under way, or when the time is up."""
    rows, number = _rows(page, paths), len(paths)
    for _ in range(SENT_MS // 500):
        states = [row.get_attribute("data-state") or "" for row in rows.all()]
        if len(states) == number and all(state in SETTLED for state in states):
            break
        page.wait_for_timeout(500)
    return states


@check("c27")
def a_location_is_chosen_by_its_name(demeter: Demeter) -> Seen:
    """A list that is part of the page, since Firefox on Android shows no suggestions of a field (`datalist`).

    Tried in Chromium at the size of a phone: the list is made of buttons, as every browser has them.
    """
    context = demeter.open_context(
        storage_state=demeter.context.storage_state(), viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/")
    page.locator("input[name=storage_location]").press_sequentially("bay 5")
    first = page.locator("#location-options button", has_text="Bay 5").first
    first.wait_for()
    code = first.get_attribute("value") or ""
    first.click()
    page.wait_for_function("code => document.querySelector('input[name=storage_location]').value === code", arg=code)
    needed = page.locator("datalist").count()
    context.close()
    listed = f'value="{code}"' in demeter.get("/uploads/locations/?storage_location=bay+5").text()
    return Seen(
        bool(code) and listed and not needed, f"chosen from the list: {code}; lists only some browsers show: {needed}"
    )
