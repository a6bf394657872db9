"""How long a GPS match takes among many locations: `python bench/locations.py [100000]`, on a database of its own.

Draws a field of bays of 7.4 m2 (2.0 x 3.7 m, 0.15 m apart), matches random points in it without a stated error
(the polygon decides) and with one of 8 m (all bays within it are ranked), and prints the milliseconds.
"""

import math
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django
from django.db import connection

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
django.setup()

from locations.geo import metres_per_degree  # noqa: E402 - Django first
from locations.matching import match_gps  # noqa: E402
from locations.models import StorageArea, StorageLocation, Warehouse  # noqa: E402

LON, LAT = -99.1, 19.4
LON_M, LAT_M = metres_per_degree(LAT)
MATCHES = 500


def rectangle(x_m: float, y_m: float, width_m: float, height_m: float) -> dict:
    """A GeoJSON rectangle, in metres from the corner of the field."""
    corners = ((0, 0), (width_m, 0), (width_m, height_m), (0, height_m), (0, 0))
    ring = [[LON + (x_m + x) / LON_M, LAT + (y_m + y) / LAT_M] for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def draw_bays(area: StorageArea, count: int, in_a_row: int) -> Iterator[StorageLocation]:
    """Bays in rows, measured as the import does."""
    for number in range(count):
        row, column = divmod(number, in_a_row)
        bay = StorageLocation(code=f"B{number}", name=f"Bay {number}", storage_area=area)
        bay.polygon = rectangle(column * 3.85, row * 2.15, 3.7, 2.0)
        bay.measure_polygon()
        yield bay


def fill_database(count: int, in_a_row: int) -> None:
    """One warehouse, one area, all bays."""
    field = rectangle(-1, -1, in_a_row * 4, in_a_row * 4)
    warehouse = Warehouse.objects.create(code="W", name="W", polygon=field)
    area = StorageArea.objects.create(code="A", name="A", position="C", warehouse=warehouse, polygon=field)
    StorageLocation.objects.bulk_create(draw_bays(area, count, in_a_row), batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def time_matches(accuracy_m: float | None, in_a_row: int, dice: random.Random) -> None:
    """Match random points of the field and print how long it took."""
    milliseconds, outcomes = [], {"matched": 0, "ambiguous": 0, "outside": 0}
    for _ in range(MATCHES):
        lon = LON + dice.uniform(0, in_a_row * 3.85) / LON_M
        lat = LAT + dice.uniform(0, in_a_row * 2.15) / LAT_M
        start = time.perf_counter()
        outcome = match_gps(lon=lon, lat=lat, accuracy_m=accuracy_m).outcome
        milliseconds.append((time.perf_counter() - start) * 1000)
        outcomes[outcome] += 1
    milliseconds.sort()
    median, worst = milliseconds[MATCHES // 2], milliseconds[int(MATCHES * 0.99)]
    print(f"error {accuracy_m or '-'} m: median {median:.1f} ms, 99 % {worst:.1f} ms, {outcomes}")


def main() -> None:
    """Write, match, drop."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    in_a_row = math.isqrt(count)
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        start = time.perf_counter()
        fill_database(count, in_a_row)
        print(f"{count} locations written in {time.perf_counter() - start:.0f} s")
        dice = random.Random(1)
        time_matches(None, in_a_row, dice)
        time_matches(8.0, in_a_row, dice)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    main()
