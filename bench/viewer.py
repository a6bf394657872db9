"""How smooth the viewer is: `python bench/viewer.py [5000] [--throttle 4]`, on servers and a database of its own.

Opens a photo with that many marks in Chromium, its CPU throttled, drags it to and fro, seen whole and close, and prints
frames per second and the longest frame. Then removes marks by key and prints the milliseconds from the key to the
picture and to the answer of the server. Run it on an idle machine: the server shares it with the browser.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in this thread
django.setup()

from django.db import connection  # noqa: E402 - Django first
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from pytest_django.live_server_helper import LiveServer  # noqa: E402

from photos.decoding.pixels import encode_jpeg  # noqa: E402
from photos.storage.bucket import ensure_bucket  # noqa: E402
from photos.storage.object_store import put_object  # noqa: E402
from processing.models import Detection, ProcessingSession  # noqa: E402
from tests.chromium import FLAGS, find_chromium  # noqa: E402
from tests.factories import UserFactory  # noqa: E402
from tests.gallery.browse.test_browser import sign_in  # noqa: E402
from tests.processing.factories import make_bed  # noqa: E402
from tests.processing.fakes import paint_picture  # noqa: E402
from tests.services import stop_services  # noqa: E402

WIDTH_PX, HEIGHT_PX, PREVIEW_PX = 4000, 3000, (1600, 1200)
DRAGS, STEPS, CORRECTIONS = 8, 40, 30
RECORD_FRAMES = """() => {
    window.frames_ms = [];
    let last = performance.now();
    const next = (now) => {
        window.frames_ms.push(now - last);
        last = now;
        window.frame = requestAnimationFrame(next);
    };
    window.frame = requestAnimationFrame(next);
}"""
STOP_FRAMES = "() => { cancelAnimationFrame(window.frame); return window.frames_ms.slice(1); }"
RECORD_CORRECTIONS = """() => {
    window.timings = [];
    const note = (name) => {
        const timing = window.timings.at(-1);
        if (timing && !(name in timing)) timing[name] = performance.now() - timing.start;
    };
    document.addEventListener("keydown", ({ key }) => {
        if (key !== "x") return;
        window.timings.push({ start: performance.now() });
        window.answered = new Promise((resolve) => { window.resolveAnswered = resolve; });
    }, true);
    const viewer = document.getElementById("viewer");
    viewer.addEventListener("viewer:changed", () => requestAnimationFrame(() => note("shown")));
    document.addEventListener("htmx:load", ({ target }) => {
        if (target.id !== "counts") return;
        note("answered");
        window.resolveAnswered();
    });
}"""


@contextmanager
def own_server() -> Iterator[LiveServer]:
    """The web server on an empty database; both are thrown away with the servers of the run."""
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    server = LiveServer("localhost")
    try:
        yield server
    finally:
        server.stop()
        stop_services()


def make_photo(marks: int) -> ProcessingSession:
    """A photo whose marks stand in rows all over it."""
    session = make_bed()
    image, segment = session.original_image, session.segments.get()
    type(image).objects.filter(pk=image.pk).update(width_px=WIDTH_PX, height_px=HEIGHT_PX)
    columns = round((marks * WIDTH_PX / HEIGHT_PX) ** 0.5)
    step_px = WIDTH_PX / (columns + 1)
    Detection.objects.bulk_create(
        Detection(
            segment=segment,
            class_id=(0, 0, 0, 0, 0, 0, 0, 1, 0, 2)[number % 10],
            center_x_px=step_px * (number % columns + 1),
            center_y_px=step_px * (number // columns + 1),
            width_px=step_px * 0.8,
            height_px=step_px * 0.8,
            confidence=0.8,
        )
        for number in range(marks)
    )
    ensure_bucket()
    for key, size in ((image.s3_key_original, (WIDTH_PX, HEIGHT_PX)), (image.s3_key_preview, PREVIEW_PX)):
        put_object(str(key), encode_jpeg(paint_picture(*size)), content_type="image/jpeg")
    return session


def time_panning(page: Page, name: str) -> None:
    """Drag the picture to and fro and print the frames."""
    box = page.locator(".viewer__map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(RECORD_FRAMES)
    for drag in range(DRAGS):
        # Twice the same way, so that the view leaves what is drawn around it.
        reach = 0.4 * box["width"] * (1 if drag % 4 < 2 else -1)
        page.mouse.move(x + reach, y + reach / 3)
        page.mouse.down()
        page.mouse.move(x - reach, y - reach / 3, steps=STEPS)
        page.mouse.up()
    frames_ms = page.evaluate(STOP_FRAMES)
    print(
        f"panning, {name}: {1000 * len(frames_ms) / sum(frames_ms):.0f} frames/s over {sum(frames_ms) / 1000:.1f} s, "
        f"95 % of frames under {statistics.quantiles(frames_ms, n=20)[-1]:.0f} ms, longest {max(frames_ms):.0f} ms"
    )


def time_corrections(page: Page) -> None:
    """Remove marks by key and print how long each takes until it is seen, and until the new count is there."""
    page.locator(".viewer__map").focus()
    page.evaluate(RECORD_CORRECTIONS)
    for _ in range(CORRECTIONS):
        page.keyboard.press(".")
        page.keyboard.press("x")
        page.evaluate("() => window.answered")
    timings = page.evaluate("window.timings")
    for name in ("shown", "answered"):
        found_ms = [timing[name] for timing in timings]
        worst_ms = statistics.quantiles(found_ms, n=20)[-1]
        print(f"correction {name}: median {statistics.median(found_ms):.0f} ms, 95 % under {worst_ms:.0f} ms")


def main() -> None:
    """Draw, drag, correct."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("marks", type=int, nargs="?", default=5000)
    parser.add_argument("--throttle", type=float, default=4, help="how many times slower the browser's CPU is made")
    options = parser.parse_args()
    with own_server() as server, sync_playwright() as playwright:
        session = make_photo(options.marks)
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 900})
        sign_in(context, UserFactory(supervisor=True), server)
        page = context.new_page()
        page.goto(f"/gallery/{session.original_image_id}/")
        page.locator(".viewer__live").wait_for()
        page.wait_for_load_state("networkidle")
        throttle = context.new_cdp_session(page)
        throttle.send("Emulation.setCPUThrottlingRate", {"rate": options.throttle})
        print(f"{options.marks} marks, browser {options.throttle:g} times slower, load {os.getloadavg()[0]:.1f}")
        time_panning(page, "the whole picture")
        page.locator(".viewer__map").focus()
        for _ in range(4):
            page.keyboard.press("+")
        time_panning(page, "four times nearer")
        time_corrections(page)
        chromium.close()


if __name__ == "__main__":
    main()
