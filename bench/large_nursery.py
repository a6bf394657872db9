"""Draws a large nursery as a foreign map program would export it: `python bench/large_nursery.py FOLDER [--bays N]`.

28 greenhouses with two beds each and 1,290 bays in three GeoJSON files, with properties of its own (`nave`, `cantero`,
`col`) and no codes. Nothing is of a real nursery; the same arguments give the same files.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

HOUSES, BAYS = 28, 1290
ORIGIN_LON, ORIGIN_LAT = -70.6480, -33.5120
METRES_PER_LON, METRES_PER_LAT = 92_870.0, 110_915.0
TURN_DEGREES = 12.0
PITCH_M, WIDTH_M, BED_M, BAY_M, COLUMN_M = 12.0, 8.0, 2.4, 3.6, 0.15
BEDS = (("CANTERO SUR", 0.8), ("CANTERO NORTE", 4.8))

Feature = dict[str, Any]


def rectangle(x_m: float, y_m: float, length_m: float, width_m: float) -> dict[str, Any]:
    """A GeoJSON rectangle from its lower left corner, in metres along and across the houses."""
    corners = [(x_m, y_m), (x_m + length_m, y_m), (x_m + length_m, y_m + width_m), (x_m, y_m + width_m), (x_m, y_m)]
    cos, sin = math.cos(math.radians(TURN_DEGREES)), math.sin(math.radians(TURN_DEGREES))
    ring = [
        [
            round(ORIGIN_LON + (x * cos - y * sin) / METRES_PER_LON, 9),
            round(ORIGIN_LAT + (x * sin + y * cos) / METRES_PER_LAT, 9),
        ]
        for x, y in corners
    ]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: dict[str, Any], **properties: str | int) -> Feature:
    """A GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def draw(bays: int = BAYS) -> dict[str, list[Feature]]:
    """The features of each file; the bays are spread evenly over the beds."""
    beds = HOUSES * len(BEDS)
    files: dict[str, list[Feature]] = {"naves": [], "canteros": [], "claros": []}
    longest_m = -(-bays // beds) * (BAY_M + COLUMN_M) + 2
    for house in range(HOUSES):
        y_m = house * PITCH_M
        files["naves"].append(feature(rectangle(0, y_m, longest_m, WIDTH_M), nave=house + 1))
        for number, (bed, bed_y_m) in enumerate(BEDS):
            outline = rectangle(0.8, y_m + bed_y_m, longest_m - 1.6, BED_M)
            files["canteros"].append(feature(outline, nave=house + 1, cantero=bed))
            index = house * len(BEDS) + number
            for col in range(bays * (index + 1) // beds - bays * index // beds):
                bay = rectangle(1 + col * (BAY_M + COLUMN_M), y_m + bed_y_m, BAY_M, BED_M)
                files["claros"].append(feature(bay, nave=house + 1, cantero=bed, col=col + 1))
    return files


def write(folder: Path, bays: int = BAYS) -> list[Path]:
    """One FeatureCollection for each kind of place."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, features in draw(bays).items():
        path = folder / f"{name}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "name": name, "features": features}))
        paths.append(path)
    return paths


def main() -> None:
    """Write the files and name them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bays", type=int, default=BAYS)
    options = parser.parse_args()
    for path in write(options.folder, options.bays):
        print(path)


if __name__ == "__main__":
    main()
