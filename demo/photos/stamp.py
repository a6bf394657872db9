"""Writes camera, time and GPS into the demo photos, so that they behave like photos from a phone in the demo nursery.

    python demo/photos/stamp.py

Safe to repeat: pixels stay as they are, only the EXIF segment is exchanged. The points state an error of half a metre,
as a receiver with corrections writes, so that GPS alone settles the bays. One photo gets no GPS, one lies in a location
without configuration.
"""

import json
from pathlib import Path

from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from shapely.geometry import shape

PHOTOS_DIR = Path(__file__).parent
LOCATIONS = PHOTOS_DIR.parent / "nursery" / "locations.geojson"

# Photo -> (time, location); the spots of locations/demo.py. None: a browser that stripped the GPS.
TAKEN = {
    "bed-rosettes-close.jpg": ("2026:11:20 08:12:05", "N1-N-03"),
    "bed-columnar-cacti.jpg": ("2026:11:20 08:15:41", "N1-S-05"),
    "bed-wide-mixed.jpg": ("2026:11:20 08:31:20", "N4-N-11"),
    "crates-globular-cacti.jpg": ("2026:11:20 09:02:33", "N2-N-04"),
    "crates-blue.jpg": ("2026:11:20 09:06:10", "N2-S-12"),
    "plug-tray-round-cells.jpg": ("2026:11:20 09:20:02", "N3-N-02"),
    "plug-tray-square-cells.jpg": ("2026:11:20 09:24:48", None),
    "crate-yellow-single.jpg": ("2026:11:20 09:41:15", "N4-S-13"),
}
MAKE, MODEL, EXIF_IFD, TIME, OFFSET, GPS_IFD, ERROR = 0x010F, 0x0110, 0x8769, 0x9003, 0x9011, 0x8825, 0x1F
ERROR_M = IFDRational(5, 10)
START, EXIF_SIGNATURE = b"\xff\xd8", b"Exif\0\0"
APPLICATION_MARKERS = range(0xE0, 0xF0)


def to_dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees as EXIF writes them: degrees, minutes, and seconds to the millimetre."""
    minutes = abs(degrees) * 60
    whole_degrees, whole_minutes = int(minutes // 60), int(minutes % 60)
    seconds = (minutes - int(minutes)) * 60
    return IFDRational(whole_degrees), IFDRational(whole_minutes), IFDRational(round(seconds * 100_000), 100_000)


def make_exif(time: str, point: tuple[float, float] | None) -> Image.Exif:
    """EXIF of a photo taken at `time` (Mexico City) at the point (lon, lat)."""
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Demeter", "Synthetic nursery"
    exif.get_ifd(EXIF_IFD).update({TIME: time, OFFSET: "-06:00"})
    if point is not None:
        lon, lat = point
        exif.get_ifd(GPS_IFD).update(
            {1: "N" if lat >= 0 else "S", 2: to_dms(lat), 3: "E" if lon >= 0 else "W", 4: to_dms(lon), ERROR: ERROR_M}
        )
    return exif


def exchange_exif(jpeg: bytes, exif: Image.Exif) -> bytes:
    """The same JPEG with this EXIF segment instead of its own; its other segments and its scan are copied."""
    kept, position = [], len(START)
    while jpeg[position + 1] in APPLICATION_MARKERS:
        end = position + 2 + int.from_bytes(jpeg[position + 2 : position + 4])
        if jpeg[position + 4 : position + 10] != EXIF_SIGNATURE:
            kept.append(jpeg[position:end])
        position = end
    payload = exif.tobytes()
    segment = b"\xff\xe1" + (len(payload) + 2).to_bytes(2) + payload
    return b"".join([START, *kept, segment, jpeg[position:]])


def main() -> None:
    """Stamp every photo of the table."""
    features = json.loads(LOCATIONS.read_text(encoding="utf-8"))["features"]
    centres = {feature["properties"]["code"]: shape(feature["geometry"]).centroid.coords[0][:2] for feature in features}
    for name, (time, code) in TAKEN.items():
        path = PHOTOS_DIR / name
        exif = make_exif(time, centres[code] if code else None)
        path.write_bytes(exchange_exif(path.read_bytes(), exif))


if __name__ == "__main__":
    main()
