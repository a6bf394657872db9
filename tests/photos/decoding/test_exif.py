import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photos.decoding import exif as exif_module
from photos.decoding.exif import GpsPosition, PhotoExif, exif_json, gps_json, read_exif
from tests.photos.files import make_exif, make_picture

LOCAL = {0x9003: "2025:10:08 07:30:15"}


def read(**tags) -> PhotoExif:
    return read_exif(make_picture(exif=make_exif(**tags)))


def test_exif_of_a_phone_photo_has_the_names_of_the_spec():
    assert exif_json(read()) == {
        "camera_make": "Apple",
        "camera_model": "iPhone 13 Pro",
        "datetime_original": "2025-10-08T07:30:15-03:00",
        "datetime_zone_source": "offset",
        "gps_latitude": -33.4487500,
        "gps_longitude": -70.65,
        "gps_altitude": 567.0,
        "orientation": 1,
    }
    assert gps_json(read()) == {"lat": -33.44875, "lon": -70.65, "altitude": 567.0, "accuracy": 4.5}


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
def test_exif_is_read_from_every_format(format_name):
    assert read_exif(make_picture(format_name, exif=make_exif())).camera_make == "Apple"


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"""


def test_orientation_that_only_the_xmp_has_is_told_apart():
    in_xmp, in_both = BytesIO(), BytesIO()
    picture = Image.new("RGB", (64, 48))
    picture.save(in_xmp, "JPEG", xmp=XMP)
    picture.save(in_both, "JPEG", xmp=XMP, exif=make_exif(orientation=8))
    assert exif_json(read_exif(in_xmp.getvalue())) == {"orientation": 6, "orientation_in_xmp": True}
    assert "orientation_in_xmp" not in exif_json(read_exif(in_both.getvalue()))


def test_exif_is_read_from_heic():
    output = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48))).save(output, exif=make_exif().tobytes())
    assert read_exif(output.getvalue()).position == GpsPosition(-33.44875, -70.65, 567.0, 4.5)


def test_utc_time_ends_with_z():
    assert exif_json(read(details={**LOCAL, 0x9011: "+00:00"}))["datetime_original"] == "2025-10-08T07:30:15Z"


def test_time_without_zone_takes_it_from_the_gps_clock():
    gps = {7: (10.0, 31.0, 2.0), 29: "2025:10:08"}
    exif = read(details=LOCAL, gps=gps)
    assert exif.taken_at == datetime(2025, 10, 8, 10, 30, 15, tzinfo=UTC)
    assert (exif.taken_at.utcoffset(), exif.zone_source) == (timedelta(hours=-3), "gps")


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {7: (10.0, 38.0, 0.0), 29: "2025:10:08"},
        {7: (10.0, 33.0, 0.0), 29: "2025:10:08"},
        {7: (10.0, 31.0, 0.0), 29: "2024:10:08"},
        {7: (10.0, 45.0, 0.0), 29: "2025:10:08"},
        {7: (11.0, 0.0, 0.0), 29: "2025:10:08", 1: "N", 2: (19.0, 23.0, 0.0), 3: "W", 4: (99.0, 6.0, 0.0)},
        {7: (10.0, 30.0, 0.0), 29: "9999:12:31"},
    ],
    ids=["none", "no quarter", "3 minutes off", "a year off", "no zone", "far from the longitude", "year 9999"],
)
def test_time_without_zone_stays_naive_when_nothing_tells_it(gps):
    exif = read(details=LOCAL, gps=gps)
    assert exif.taken_at == datetime(2025, 10, 8, 7, 30, 15)
    assert exif_json(exif)["datetime_original"] == "2025-10-08T07:30:15"
    assert exif_json(exif)["datetime_zone_source"] == "unknown"


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "2025:13:40 99:00:00", "2025:10:08"])
def test_what_is_no_date_is_kept_as_it_is_written(text):
    exif = read(details={0x9003: text})
    assert (exif.taken_at, exif.unreadable_date) == (None, text)
    assert exif_json(exif)["datetime_unreadable"] == text


@pytest.mark.parametrize("text", ["yesterday", "    ", "    :  :     :  :  "])
def test_no_date_is_no_date(text):
    exif = read(details={0x9003: text})
    assert (exif.taken_at, exif.unreadable_date) == (None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025:10:08 24:08:19", datetime(2025, 10, 8, 0, 8, 19)),
        ("2025-10-08 07:30:15", datetime(2025, 10, 8, 7, 30, 15)),
        ("2025/10/08 07:30", datetime(2025, 10, 8, 7, 30)),
        ("2025-10-08T07:30:15.123", datetime(2025, 10, 8, 7, 30, 15)),
        ("2025:10:08 07:30:60", datetime(2025, 10, 8, 7, 30, 59)),
        ("2569:10:08 07:30:15", datetime(2569, 10, 8, 7, 30, 15)),
        ("9999:12:31 23:59:59", datetime(9999, 12, 31, 23, 59, 59)),
    ],
)
def test_clock_is_read_in_the_forms_that_cameras_write(text, moment):
    assert read(details={0x9003: text}, gps={}).taken_at == moment


@pytest.mark.parametrize(("text", "hours"), [("2025-10-08T07:30:15-06:00", -6), ("2025-10-08T07:30:15Z", 0)])
def test_zone_behind_the_clock_is_read(text, hours):
    exif = read(details={0x9003: text}, gps={})
    assert (exif.taken_at.utcoffset(), exif.zone_source) == (timedelta(hours=hours), "offset")


@pytest.mark.parametrize("original", [{}, {0x9003: "0000:00:00 00:00:00"}])
def test_digitised_time_stands_in_for_a_missing_original(original):
    exif = read(details={**original, 0x9004: "2025:10:08 07:30:15", 0x9012: "-06:00"}, gps={})
    assert exif.taken_at == datetime(2025, 10, 8, 13, 30, 15, tzinfo=UTC)
    assert exif.unreadable_date is None


@pytest.mark.parametrize("offset", ["+99:00", "Chile", "", "-15:00"])
def test_absurd_offset_is_left_out(offset):
    assert read(details={**LOCAL, 0x9011: offset}, gps={}).zone_source == "unknown"


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {2: (33.0, 0.0, 0.0), 4: (70.0, 0.0, 0.0)},
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (10.0, 0.0, 0.0)},
        {1: "N", 2: (33.0, 0.0, 0.0), 3: "E", 4: (181.0, 0.0, 0.0)},
        {1: "X", 2: (33.0, 0.0, 0.0), 3: "E", 4: (10.0, 0.0, 0.0)},
    ],
    ids=["none", "no fix", "no hemisphere", "beyond the pole", "beyond the date line", "unknown hemisphere"],
)
def test_absurd_position_is_left_out(gps):
    exif = read(gps=gps)
    assert exif.position is None
    assert gps_json(exif) is None
    assert exif.camera_make == "Apple"


def test_altitude_below_the_sea_is_negative():
    gps = {1: "N", 2: (31.0, 30.0, 0.0), 3: "E", 4: (35.0, 28.0, 0.0), 5: b"\x01", 6: 430.0}
    assert read(gps=gps).position.altitude == -430.0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -5.0, 1e12, 10**400, "high", None, (), ("a",), object()])
def test_number_outside_reason_is_left_out(value):
    assert exif_module._number(value, above=0, below=1e6) is None


def test_hostile_text_is_made_harmless():
    exif = read(make="A\x00p\x1bple <script>", model="x" * 5000)
    assert exif.camera_make == "Apple <script>"
    assert exif_module._text("a lone \ud800 surrogate") == "a lone  surrogate"
    assert len(exif.camera_model) == 200
    json.dumps(exif_json(exif)).encode()


@pytest.mark.parametrize("data", [b"", b"no picture", make_picture()[:200], b"\xff\xd8\xff\xe1\xff\xffExif\x00\x00II"])
def test_no_exif_is_no_error(data):
    assert read_exif(data) == PhotoExif()


EXIF_BYTES = make_exif().tobytes()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(EXIF_BYTES) - 1), st.integers(0, 255)), max_size=30))
def test_damaged_exif_never_raises_and_fits_a_json_column(changes):
    damaged = bytearray(EXIF_BYTES)
    for position, byte in changes:
        damaged[position] = byte
    exif = read_exif(make_picture(exif=bytes(damaged)))
    text = json.dumps([exif_json(exif), gps_json(exif)], allow_nan=False)
    assert "\\u0000" not in text
    text.encode()
    position = exif.position
    assert position is None or (abs(position.lat) <= 90 and abs(position.lon) <= 180)


VALUES = st.one_of(
    st.none(), st.text(max_size=20), st.binary(max_size=20), st.floats(), st.integers(),
    st.tuples(st.floats(), st.floats(), st.floats()), st.lists(st.integers(), max_size=4),
)  # fmt: skip
TAGS = st.dictionaries(st.sampled_from([1, 2, 3, 4, 5, 6, 7, 29, 31, *LOCAL, 0x9011, 0x010F, 0x0112, 0x8827]), VALUES)


@settings(max_examples=300)
@given(TAGS, TAGS, TAGS)
def test_any_tag_values_give_json(tags, details, gps):
    exif = exif_module._describe(tags, details, gps)
    json.dumps([exif_json(exif), gps_json(exif)], allow_nan=False).encode()
