"""What a photo says about itself: camera, time, orientation, position. Pure; hostile bytes are normal input.

`photos.ingest.storing` calls `read_exif` once for each photo and keeps `exif_json` and `gps_json` in its row. Missing,
damaged or absurd values are left out; nothing here raises. Tag numbers: Exif 2.32, sections 4.6.4 to 4.6.6.
"""

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from numbers import Real
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from photos.decoding.tags import is_turned_by_xmp, read_tags

MAKE, MODEL, ORIENTATION, EXIF_IFD, GPS_IFD = 0x010F, 0x0110, 0x0112, 0x8769, 0x8825
EXPOSURE_TIME, F_NUMBER, ISO, FOCAL_LENGTH = 0x829A, 0x829D, 0x8827, 0x920A
CLOCKS = (0x9003, 0x9004)  # when it was taken, else when it was digitised, which is the same for a camera
OFFSETS = (0x9011, 0x9012, 0x9010)  # of the time taken, else of the time digitised, else of the file's time
LAT_REF, LAT, LON_REF, LON, ALTITUDE_REF, ALTITUDE, GPS_TIME, GPS_DATE, GPS_ERROR = 1, 2, 3, 4, 5, 6, 7, 29, 31

TEXT_LIMIT = 200
LONGEST_OFFSET = timedelta(hours=14)
# A fresh GPS fix agrees with the phone's clock to a minute; the age of an old one would look like a time zone.
ZONE_STEP, ZONE_TOLERANCE = timedelta(minutes=15), timedelta(minutes=1)
# How far a time zone may be from solar time (15 degrees an hour): Galicia in summer is 2 h 37 min ahead.
FROM_SUN = timedelta(hours=2, minutes=45)
# `2026:11:26 09:00:00` as Exif has it; some programs write dashes, slashes, a T, fractions or the zone behind it, some
# cameras 24:08 for eight minutes after midnight. A date without a time is no moment.
CLOCK = re.compile(r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)[ T]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d*)?)? ?(Z|[+-]\d\d:?\d\d)?")

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
    """The EXIF values that are stored. `taken_at` is naive (the camera's wall clock) if `zone_source` is "unknown".

    It is the camera's clock, even in the year 9999: `photos.dates` judges it. `unreadable_date` is an invalid date as
    written, such as `0000:00:00 00:00:00`.
    """

    camera_make: str | None = None
    camera_model: str | None = None
    orientation: int = 1
    orientation_in_xmp: bool = False  # and there alone: browsers do not read it there
    taken_at: datetime | None = None
    unreadable_date: str | None = None
    zone_source: ZoneSource = "unknown"
    position: GpsPosition | None = None
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None


def read_exif(data: bytes) -> PhotoExif:
    """Read the EXIF of a JPEG, PNG, WebP or HEIC file; empty where there is none."""
    tags = read_tags(data)
    try:
        exif = _describe(tags, tags.get_ifd(EXIF_IFD), tags.get_ifd(GPS_IFD))
        return replace(exif, orientation_in_xmp=exif.orientation != 1 and is_turned_by_xmp(data))
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
        "datetime_unreadable": exif.unreadable_date,
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
    position = _position(gps)
    taken_at, zone_source = _taken_at(details, gps, lon=position.lon if position else None)
    orientation = tags.get(ORIENTATION, 1)
    iso = _number(details.get(ISO), above=0, below=1e7)
    return PhotoExif(
        camera_make=_text(tags.get(MAKE)),
        camera_model=_text(tags.get(MODEL)),
        orientation=orientation if orientation in range(1, 9) else 1,
        taken_at=taken_at,
        unreadable_date=_unreadable_date(details) if taken_at is None else None,
        zone_source=zone_source,
        position=position,
        exposure_seconds=_number(details.get(EXPOSURE_TIME), above=0, below=1e5),
        f_number=_number(details.get(F_NUMBER), above=0, below=1e3),
        iso=int(iso) if iso is not None else None,
        focal_length_mm=_number(details.get(FOCAL_LENGTH), above=0, below=1e4),
    )


# --- Time -----------------------------------------------------------------------------------------------------------
def _taken_at(
    details: Mapping[int, Any], gps: Mapping[int, Any], *, lon: float | None
) -> tuple[datetime | None, ZoneSource]:
    """The moment with the time zone that the camera recorded, else with the one that its GPS time implies."""
    clocks = (_parse_clock(_text(details.get(tag))) for tag in CLOCKS)
    local, offset = next((clock for clock in clocks if clock is not None), (None, None))
    if local is None:
        return None, "unknown"
    offsets = (offset, *(_parse_offset(_text(details.get(tag))) for tag in OFFSETS))
    written = next((offset for offset in offsets if offset is not None), None)
    if written is not None:
        return local.replace(tzinfo=written), "offset"
    implied = _offset_by_gps(local, gps, lon=lon)
    return (local.replace(tzinfo=implied), "gps") if implied is not None else (local, "unknown")


def _parse_clock(text: str | None) -> tuple[datetime, timezone | None] | None:
    """A wall clock, and the zone if one follows it."""
    found = CLOCK.match(text or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    hour = 0 if hour == 24 else hour  # of the day that is written
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None
    return local, _parse_offset(found[7])


def _unreadable_date(details: Mapping[int, Any]) -> str | None:
    """The text in place of a date if it has digits; blanks mean that the camera had no clock."""
    texts = (_text(details.get(tag)) for tag in CLOCKS)
    return next((text for text in texts if text and any(map(str.isdigit, text))), None)


def _parse_offset(text: str | None) -> timezone | None:
    """`+02:00`, `-03:30` or `Z`."""
    if text == "Z":
        return UTC
    try:
        offset = datetime.strptime(text or "", "%z").utcoffset()
    except ValueError:
        return None
    return timezone(offset) if offset is not None and abs(offset) <= LONGEST_OFFSET else None


def _offset_by_gps(local: datetime, gps: Mapping[int, Any], *, lon: float | None) -> timezone | None:
    """The difference between the wall clock and GPS time (UTC), if it is a time zone of this longitude.

    GPS time is that of the last fix, which may be hours old.
    """
    clock = _numbers(gps.get(GPS_TIME))
    day = _parse_clock(f"{_text(gps.get(GPS_DATE))} 00:00:00")
    if clock is None or day is None:
        return None
    if not all(0 <= part < limit for part, limit in zip(clock, (24, 60, 61), strict=True)):
        return None
    ahead = local - day[0] - timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2])
    offset = round(ahead / ZONE_STEP) * ZONE_STEP
    if abs(ahead - offset) > ZONE_TOLERANCE or offset not in _offsets_in_use():
        return None
    is_far = lon is not None and abs(offset - timedelta(hours=lon / 15)) > FROM_SUN
    return None if is_far else timezone(offset)


@cache
def _offsets_in_use() -> frozenset[timedelta]:
    """The UTC offsets of all time zones this year, in winter and in summer."""
    zones = [ZoneInfo(name) for name in available_timezones() if "/" in name and not name.startswith("Etc/")]
    moments = [datetime(datetime.now(UTC).year, month, 1) for month in (1, 7)]
    found = (zone.utcoffset(moment) for zone in zones for moment in moments)
    return frozenset(offset for offset in found if offset is not None)


def _iso(moment: datetime) -> str:
    """`2025-10-08T10:30:15Z`, `...-03:00` with another zone, without any for a bare wall clock."""
    text = moment.isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


# --- Position -------------------------------------------------------------------------------------------------------
def _position(gps: Mapping[int, Any]) -> GpsPosition | None:
    lat = _degrees(gps.get(LAT), gps.get(LAT_REF), positive="N", negative="S", limit=90)
    lon = _degrees(gps.get(LON), gps.get(LON_REF), positive="E", negative="W", limit=180)
    if lat is None or lon is None or (lat, lon) == (0, 0):  # receivers write 0, 0 without a fix
        return None
    altitude = _number(gps.get(ALTITUDE), above=-1e-9, below=1e5)
    if altitude is not None and gps.get(ALTITUDE_REF) in (1, b"\x01"):
        altitude = -altitude
    return GpsPosition(lat, lon, altitude, _number(gps.get(GPS_ERROR), above=0, below=1e6))


def _degrees(value: Any, reference: Any, *, positive: str, negative: str, limit: int) -> float | None:
    """Decimal degrees from degrees, minutes and seconds; None without a hemisphere."""
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
    if not isinstance(value, tuple | list) or len(value) != 3:
        return None
    first, second, third = map(_float, value)
    if first is None or second is None or third is None:
        return None
    return first, second, third


def _float(value: Any) -> float | None:
    """A finite number, also from a fraction; None for a fraction over zero."""
    if not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except (OverflowError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None
