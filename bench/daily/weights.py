"""How heavy pages are on a phone that has none of them yet, and how soon something is to be seen.

Bytes are those over the wire, as `bin/up` serves them, until nothing has been loaded for a while. First paint and the
picture are with the browser's CPU four times slower over a slow 4G network (150 ms, 1.6 Mbit/s), medians of five.
"""

import statistics
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from bench.daily.house import PHONE, House
from bench.daily.rows import make_bay, make_photo, put_away
from bench.daily.upload import conditions
from demeter.accounts.models import User
from tests.factories import UserFactory
from tests.locations.factories import (
    LocationConfigFactory,
    StorageAreaFactory,
    StorageLocationFactory,
    WarehouseFactory,
    square,
)

PHOTOS, HOUSES, BAYS_A_HOUSE = 40, 28, 8
SLOWER, SLOW_4G = 4, {"bytes_a_second": 1_600_000 / 8, "latency_ms": 150}
TIMES = 5
KINDS = {"Document": "page", "Stylesheet": "styles", "Script": "scripts", "Image": "pictures"}
PICTURE = ".viewer__live:not([hidden]) .viewer__map img"
FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
PICTURE_AT = """selector => {
    const picture = document.querySelector(selector);
    return picture?.complete && picture.naturalWidth ? performance.now() : null;
}"""


def measure(house: House) -> Mapping[str, Any]:
    """Kilobytes by kind, and milliseconds, by page."""
    put_away()
    make_houses()
    bay = make_bay("Bay 1", "H1-A-01")
    for _ in range(PHOTOS):
        make_photo(120, bay)
    last = make_photo(300, bay, annotated=True)
    pages = {
        "gallery": "/gallery/",
        "photo": f"/gallery/{last.original_image_id}/",
        "map": "/map/",
        "upload": "/",
    }
    user = UserFactory(supervisor=True)
    return {name: weigh(house, user, path) | time_paint(house, user, path) for name, path in pages.items()}


def make_houses() -> None:
    """Twenty-eight in a row of four, with a bench of bays each."""
    for number in range(HOUSES):
        where = {"east_m": 60.0 * (number % 7), "north_m": 80.0 * (number // 7)}
        warehouse = WarehouseFactory(
            code=f"H{number + 1}", name=f"House {number + 1}", polygon=square(**where, side_m=50)
        )
        area = StorageAreaFactory(
            warehouse=warehouse, code=f"H{number + 1}-A", name="Bench A", polygon=square(**where, side_m=40)
        )
        for bay in range(BAYS_A_HOUSE):
            location = StorageLocationFactory(
                storage_area=area,
                code=f"H{number + 1}-A-{bay + 1:02}x",
                name=f"Bay {bay + 1}",
                polygon=square(east_m=where["east_m"] - 16 + 4 * bay, north_m=where["north_m"], side_m=3),
            )
            LocationConfigFactory(location=location)


def weigh(house: House, user: User, path: str) -> Mapping[str, float]:
    """Kilobytes by kind."""
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = defaultdict(float)
    with house.page(user, PHONE) as page:
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))
        protocol.on(
            "Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"])
        )
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2000)
    by_kind: dict[str, float] = defaultdict(float)
    for request, size in sizes.items():
        by_kind[KINDS.get(kinds.get(request, ""), "data")] += size / 1000
    return {"kB": round(sum(by_kind.values())), **{f"kB {kind}": round(size) for kind, size in by_kind.items()}}


def time_paint(house: House, user: User, path: str) -> Mapping[str, float]:
    """Milliseconds to the first paint and, where there is one, to the picture of the photo."""
    paints, pictures = [], []
    for _ in range(TIMES):
        with house.page(user, PHONE) as page:
            protocol = page.context.new_cdp_session(page)
            protocol.send("Network.enable")
            conditions(protocol, away=False, **SLOW_4G)
            protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(path, wait_until="commit")
            paints.append(wait_for(page, FIRST_PAINT))
            if path.startswith("/gallery/") and path != "/gallery/":
                expect(page.locator(PICTURE).first).to_be_attached()
                pictures.append(wait_for(page, PICTURE_AT, PICTURE))
    found = {"ms to the first paint": round(statistics.median(paints))}
    return found | ({"ms to the picture": round(statistics.median(pictures))} if pictures else {})


def wait_for(page: Page, script: str, argument: object = None) -> float:
    """The number that it returns in the end."""
    for _ in range(1200):
        number = page.evaluate(script, argument)
        if number is not None:
            return float(number)
        page.wait_for_timeout(50)
    raise RuntimeError("never painted")
