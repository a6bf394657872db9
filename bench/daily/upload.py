"""Thirty photos over a network that breaks ten times, the tab closed twice in the middle.

Three bays of ten photos each, over a slow network. At ten seeded moments it is away for one to four seconds; requests
that are under way then are lost, or only their answers. After a closed tab the person opens the page again and chooses
the same photos again, unless the page still has them.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from bench.daily.house import PHONE, House
from bench.daily.rows import make_bay, write_bed
from demeter.accounts.models import User
from locations.models import StorageLocation
from photos.models import S3Image
from processing.models import Job
from tests.factories import UserFactory

BAYS, PHOTOS_A_BAY, SEED = 3, 10, 16
BREAKS, CLOSINGS = 10, (3, 7)  # after so many breaks the tab is closed
BYTES_A_SECOND, LATENCY_MS = 600_000, 100
LONGEST_SECONDS = 600


class Network:
    """A slow one that is away at times."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)
        self.breaks = 0

    def use(self, page: Page) -> None:
        self.protocol = page.context.new_cdp_session(page)
        self.protocol.send("Network.enable")
        self.set(away=False)

    def set(self, *, away: bool) -> None:
        conditions(self.protocol, away=away, bytes_a_second=BYTES_A_SECOND, latency_ms=LATENCY_MS)

    def break_once(self, page: Page) -> None:
        """After a while, for a while."""
        page.wait_for_timeout(self.random.uniform(700, 2500))
        self.set(away=True)
        page.wait_for_timeout(self.random.uniform(1000, 4000))
        self.set(away=False)
        self.breaks += 1


def conditions(protocol: CDPSession, *, away: bool, bytes_a_second: float, latency_ms: float) -> None:
    """Chromium's own emulation."""
    protocol.send(
        "Network.emulateNetworkConditions",
        {
            "offline": away,
            "latency": latency_ms,
            "downloadThroughput": bytes_a_second,
            "uploadThroughput": bytes_a_second,
        },
    )


def measure(house: House) -> Mapping[str, Any]:
    """What arrived, and where."""
    user, folder = UserFactory(), Path(tempfile.mkdtemp(prefix="demeter-daily-"))
    chosen = {
        make_bay(f"Bay {name}", f"BAY-{name}"): [
            write_bed(folder / f"{name}{number}.jpg", PHOTOS_A_BAY * index + number) for number in range(PHOTOS_A_BAY)
        ]
        for index, name in enumerate("ABC")
    }
    network, chosen_again, began = Network(), 0, time.monotonic()
    with house.page(user, PHONE) as first:
        page = first
        open_upload(page, network, chosen)
        for number in range(1, BREAKS + 1):
            network.break_once(page)
            if number in CLOSINGS:
                page.close(run_before_unload=False)
                page = first.context.new_page()
                chosen_again += open_upload(page, network, chosen)
        send_the_rest(page, user)
    return {"breaks": network.breaks, "tabs closed": len(CLOSINGS), "photos chosen again": chosen_again} | judge(
        user, chosen, time.monotonic() - began
    )


def open_upload(page: Page, network: Network, chosen: Mapping[StorageLocation, Sequence[Path]]) -> int:
    """Choose the photos of each bay after its code, and send; how many had to be chosen."""
    network.use(page)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    rows = page.locator("#upload-files li")
    page.wait_for_timeout(1000)
    if rows.count():
        return 0
    for bay, photos in chosen.items():
        field = page.locator("#upload-place [name=storage_location]")
        field.fill(bay.code)
        field.press("Tab")
        page.locator("#id_files").set_input_files(list(photos))
        expect(rows.filter(has_text=photos[-1].name)).to_be_visible()
    page.locator("#upload-send").click()
    return sum(map(len, chosen.values()))


def send_the_rest(page: Page, user: User) -> None:
    """Until all are there."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline and received(user).count() < BAYS * PHOTOS_A_BAY:
        page.wait_for_timeout(1000)
        button = page.locator("#upload-send")
        if button.is_visible() and "rest" in button.inner_text():
            button.click()
    page.wait_for_timeout(3000)


def received(user: User) -> Any:
    return S3Image.objects.photos().filter(uploaded_by_user=user)


def judge(user: User, chosen: Mapping[StorageLocation, Sequence[Path]], seconds: float) -> Mapping[str, Any]:
    """Compare with what was chosen."""
    bay_of = {photo.name: bay.pk for bay, photos in chosen.items() for photo in photos}
    images = list(received(user))
    places = dict(Job.objects.filter(image__in=images).values_list("image__original_filename", "chosen_location"))
    names = Counter(image.original_filename for image in images)
    return {
        "photos there": len(names.keys() & bay_of.keys()),
        "there twice": sum(number - 1 for number in names.values()),
        "at the right place": sum(places.get(name) == bay for name, bay in bay_of.items()),
        "seconds": round(seconds),
    }
