"""Draws the demo nursery: run `python demo/nursery/draw.py` to write the three GeoJSON files beside it again.

Four greenhouses (naves), each with a north and a south bed (cantero) of fifteen bays (claros) of about 7.4 m2
between the columns, turned a little against north as real ones are. The same seed gives the same files.
"""

import json
import math
import random
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ORIGIN_LON, ORIGIN_LAT = -99.1003, 19.3998
TURN_DEGREES = 8.0
# Metres per degree at 19.4 degrees north on the WGS 84 ellipsoid.
METRES_PER_LON, METRES_PER_LAT = 105_037.9, 110_696.9
WAREHOUSES, BAYS = 4, 15
WAREHOUSE_PITCH_M, WAREHOUSE_WIDTH_M, WAREHOUSE_LENGTH_M = 11.0, 7.0, 59.0
BED_WIDTH_M, BAY_LENGTH_M, COLUMN_M = 2.0, 3.7, 0.15
BEDS = {"N": ("Cantero Norte", 4.2), "S": ("Cantero Sur", 0.8)}

Feature = dict[str, Any]


def rectangle(x_m: float, y_m: float, length_m: float, width_m: float) -> dict[str, Any]:
    """A GeoJSON rectangle from its lower left corner, in metres along and across the naves."""
    corners = [(x_m, y_m), (x_m + length_m, y_m), (x_m + length_m, y_m + width_m), (x_m, y_m + width_m), (x_m, y_m)]
    cos, sin = math.cos(math.radians(TURN_DEGREES)), math.sin(math.radians(TURN_DEGREES))
    ring = [
        [
            round(ORIGIN_LON + (x * cos - y * sin) / METRES_PER_LON, 8),
            round(ORIGIN_LAT + (x * sin + y * cos) / METRES_PER_LAT, 8),
        ]
        for x, y in corners
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: dict[str, Any], **properties: str) -> Feature:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def draw_bays(area_code: str, y_m: float, dice: random.Random) -> list[Feature]:
    """The bays of one bed, from west to east; no two are quite the same length."""
    bays, x_m = [], 1.0
    for number in range(1, BAYS + 1):
        length_m = BAY_LENGTH_M + dice.uniform(-0.25, 0.25)
        code = f"{area_code}-{number:02d}"
        geometry = rectangle(x_m, y_m, length_m, BED_WIDTH_M)
        bays.append(feature(geometry, code=code, name=f"Claro {number}", area=area_code, qr_code=f"DEM-{code}"))
        x_m += length_m + COLUMN_M
    return bays


def draw_nursery(seed: int = 1) -> dict[str, list[Feature]]:
    """All features by layer."""
    dice = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    layers: dict[str, list[Feature]] = {"warehouses": [], "areas": [], "locations": []}
    for number in range(1, WAREHOUSES + 1):
        code, y_m = f"N{number}", (number - 1) * WAREHOUSE_PITCH_M
        geometry = rectangle(0.0, y_m, WAREHOUSE_LENGTH_M, WAREHOUSE_WIDTH_M)
        layers["warehouses"].append(feature(geometry, code=code, name=f"Nave {number}", type="greenhouse"))
        for position, (name, bed_y_m) in BEDS.items():
            area_code = f"{code}-{position}"
            bed = rectangle(0.8, y_m + bed_y_m, WAREHOUSE_LENGTH_M - 1.2, BED_WIDTH_M)
            layers["areas"].append(feature(bed, code=area_code, name=name, position=position, warehouse=code))
            layers["locations"] += draw_bays(area_code, y_m + bed_y_m, dice)
    return layers


def write_layers(folder: Path) -> None:
    """One FeatureCollection for each layer, one feature a line."""
    for layer, features in draw_nursery().items():
        lines = ",\n".join(json.dumps(each) for each in features)
        text = f'{{"type": "FeatureCollection", "name": "{layer}", "features": [\n{lines}\n]}}\n'
        (folder / f"{layer}.geojson").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_layers(FOLDER)
