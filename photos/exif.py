"""What a photo says about itself: camera, time, orientation, position. Pure; hostile bytes are normal input.

`photos.ingest` calls `read_exif` once for each photo and keeps `exif_json` and `gps_json` in its row. Whatever is
missing, damaged or absurd is left out; nothing here raises. Tag numbers: Exif 2.32, sections 4.6.4 to 4.6.6.
"""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from numbers import Real
from typing import Any, Literal

from PIL import Image

from photos.pixels import OPENERS

MAKE, MODEL, ORIENTATION, EXIF_IFD, GPS_IFD = 0x010F, 0x0110, 0x0112, 0x8769, 0x8825
EXPOSURE_TIME, F_NUMBER, ISO, TAKEN, FOCAL_LENGTH = 0x829A, 0x829D, 0x8827, 0x9003, 0x920A
OFFSETS = (0x9011, 0x9010)  # of the original's time, else of the file's time
LAT_REF, LAT, LON_REF, LON, ALTITUDE_REF, ALTITUDE, GPS_TIME, GPS_DATE, GPS_ERROR = 1, 2, 3, 4, 5, 6, 7, 29, 31

TEXT_LIMIT = 200
FIRST_YEAR = 1990  # no digital camera before
LONGEST_OFFSET = timedelta(hours=14)
# Zones are quarters of an hour; a phone's clock and its last GPS fix may be some minutes apart.
ZONE_STEP, ZONE_TOLERANCE = timedelta(minutes=15), timedelta(minutes=5)

ZoneSource = Literal["offset", "gps", "unknown"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GpsPosition:
    """Degrees (WGS 84), metres above the sea, and the receiver's own error in metres."""

    lat: float
    lon: float
    altitude: float | None = None
    accuracy: float | None = None


@dataclass(frozen=True)
class PhotoExif:
    """All that is kept. `taken_at` is naive (the camera's wall clock) when `zone_source` is "unknown"."""

    camera_make: str | None = None
    camera_model: str | None = None
    orientation: int = 1
    orientation_in_xmp: bool = False  # and there alone: browsers do not read it there
    taken_at: datetime | None = None
    zone_source: ZoneSource = "unknown"
    position: GpsPosition | None = None
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None


def read_exif(data: bytes) -> PhotoExif:
    """Read the EXIF of a JPEG, PNG, WebP or HEIC file; empty where there is none."""
    try:
        with Image.open(BytesIO(data), formats=OPENERS) as image:
            tags = image.getexif()
            exif = _describe(tags, tags.get_ifd(EXIF_IFD), tags.get_ifd(GPS_IFD))
            return replace(exif, orientation_in_xmp=exif.orientation != 1 and not _has_orientation(image))
    except Exception as error:  # noqa: BLE001 - parsers of hostile bytes fail in every way there is
        logger.info("EXIF left out: %r", error)
        return PhotoExif()


def exif_json(exif: PhotoExif) -> dict[str, str | float | int]:
    """The column `exif_metadata`, with the spec's names; only what is known."""
    position = exif.position
    values: dict[str, Any] = {
        "camera_make": exif.camera_make,
        "camera_model": exif.camera_model,
        "datetime_original": exif.taken_at and _iso(exif.taken_at),
        "datetime_zone_source": exif.taken_at and exif.zone_source,
        "gps_latitude": position and position.lat,
        "gps_longitude": position and position.lon,
        "gps_altitude": position and position.altitude,
        "orientation": exif.orientation,
        "orientation_in_xmp": exif.orientation_in_xmp or None,
        "exposure_seconds": exif.exposure_seconds,
        "f_number": exif.f_number,
        "iso": exif.iso,
        "focal_length_mm": exif.focal_length_mm,
    }
    return {name: value for name, value in values.items() if value is not None}


def gps_json(exif: PhotoExif) -> dict[str, float | None] | None:
    """The column `gps_coordinates`: {lat, lon, altitude, accuracy}."""
    if exif.position is None:
        return None
    position = exif.position
    return {
        "lat": position.lat,
        "lon": position.lon,
        "altitude": position.altitude,
        "accuracy": position.accuracy,
    }


def _describe(tags: Mapping[int, Any], details: Mapping[int, Any], gps: Mapping[int, Any]) -> PhotoExif:
    taken_at, zone_source = _taken_at(details, gps)
    orientation = tags.get(ORIENTATION, 1)
    iso = _number(details.get(ISO), above=0, below=1e7)
    return PhotoExif(
        camera_make=_text(tags.get(MAKE)),
        camera_model=_text(tags.get(MODEL)),
        orientation=orientation if orientation in range(1, 9) else 1,
        taken_at=taken_at,
        zone_source=zone_source,
        position=_position(gps),
        exposure_seconds=_number(details.get(EXPOSURE_TIME), above=0, below=1e5),
        f_number=_number(details.get(F_NUMBER), above=0, below=1e3),
        iso=int(iso) if iso is not None else None,
        focal_length_mm=_number(details.get(FOCAL_LENGTH), above=0, below=1e4),
    )


def _has_orientation(image: Image.Image) -> bool:
    """Whether the EXIF block itself says how the picture is turned; Pillow looks into the XMP as well."""
    block = Image.Exif()
    block.load(image.info.get("exif", b""))
    return ORIENTATION in block


# --- Time -----------------------------------------------------------------------------------------------------------
def _taken_at(details: Mapping[int, Any], gps: Mapping[int, Any]) -> tuple[datetime | None, ZoneSource]:
    """The moment, with the zone that the camera wrote, else with the one that its GPS clock implies."""
    local = _parse_time(_text(details.get(TAKEN)))
    if local is None:
        return None, "unknown"
    for tag in OFFSETS:
        offset = _parse_offset(_text(details.get(tag)))
        if offset is not None:
            return local.replace(tzinfo=offset), "offset"
    offset = _offset_by_gps(local, gps)
    return (local.replace(tzinfo=offset), "gps") if offset is not None else (local, "unknown")


def _parse_time(text: str | None) -> datetime | None:
    try:
        moment = datetime.strptime((text or "")[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    return moment if moment.year >= FIRST_YEAR else None


def _parse_offset(text: str | None) -> timezone | None:
    """`+02:00`, `-03:30` or `Z`."""
    if text == "Z":
        return UTC
    try:
        offset = datetime.strptime(text or "", "%z").utcoffset()
    except ValueError:
        return None
    return timezone(offset) if offset is not None and abs(offset) <= LONGEST_OFFSET else None


def _offset_by_gps(local: datetime, gps: Mapping[int, Any]) -> timezone | None:
    """GPS time is UTC: what the wall clock is ahead of it, in whole quarters of an hour, is the zone."""
    clock = _numbers(gps.get(GPS_TIME))
    if clock is None:
        return None
    day = _parse_time(f"{_text(gps.get(GPS_DATE))} 00:00:00")
    if day is None or not all(0 <= part < limit for part, limit in zip(clock, (24, 60, 61), strict=True)):
        return None
    ahead = local - (day + timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2]))
    offset = round(ahead / ZONE_STEP) * ZONE_STEP
    return timezone(offset) if abs(offset) <= LONGEST_OFFSET and abs(ahead - offset) <= ZONE_TOLERANCE else None


def _iso(moment: datetime) -> str:
    """`2025-10-08T10:30:15Z`, `...-03:00` with another zone, without any for a bare wall clock."""
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


# --- Position -------------------------------------------------------------------------------------------------------
def _position(gps: Mapping[int, Any]) -> GpsPosition | None:
    lat = _degrees(gps.get(LAT), gps.get(LAT_REF), positive="N", negative="S", limit=90)
    lon = _degrees(gps.get(LON), gps.get(LON_REF), positive="E", negative="W", limit=180)
    if lat is None or lon is None or (lat, lon) == (0, 0):  # 0, 0 is what receivers write without a fix
        return None
    altitude = _number(gps.get(ALTITUDE), above=-1e-9, below=1e5)
    if altitude is not None and gps.get(ALTITUDE_REF) in (1, b"\x01"):
        altitude = -altitude
    return GpsPosition(lat, lon, altitude, _number(gps.get(GPS_ERROR), above=0, below=1e6))


def _degrees(value: Any, reference: Any, *, positive: str, negative: str, limit: int) -> float | None:
    """Degrees, minutes and seconds with their hemisphere; without a hemisphere nothing is guessed."""
    parts = _numbers(value)
    hemisphere = (_text(reference) or "")[:1].upper()
    if parts is None or hemisphere not in (positive, negative) or not all(part >= 0 for part in parts):
        return None
    degrees = round(parts[0] + parts[1] / 60 + parts[2] / 3600, 7)
    if degrees > limit:
        return None
    return -degrees if hemisphere == negative else degrees


# --- Values ---------------------------------------------------------------------------------------------------------
def _text(value: Any) -> str | None:
    """Printable characters only: JSON columns refuse NULs and lone surrogates, and pages need no control characters."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        return None
    printable = "".join(character for character in text[: 4 * TEXT_LIMIT] if character.isprintable())
    return printable.strip()[:TEXT_LIMIT] or None


def _number(value: Any, *, above: float, below: float) -> float | None:
    """A number between two limits; the first of a list."""
    number = _float(value[0] if isinstance(value, tuple) and value else value)
    return round(number, 9) if number is not None and above < number < below else None


def _numbers(value: Any) -> tuple[float, float, float] | None:
    """Three numbers."""
    if not isinstance(value, tuple | list) or len(value) != 3:
        return None
    first, second, third = map(_float, value)
    if first is None or second is None or third is None:
        return None
    return first, second, third


def _float(value: Any) -> float | None:
    """A finite number, also from a fraction; a fraction over zero is none."""
    if not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except (OverflowError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None
