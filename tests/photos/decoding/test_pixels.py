import struct
import zlib
from contextlib import suppress
from io import BytesIO

import cv2
import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from photos.decoding import pixels
from photos.decoding.pixels import (
    UnreadablePictureError,
    decode_picture,
    encode_jpeg,
    inspect_picture,
    make_preview,
    make_thumbnail,
)


def picture(width=400, height=200) -> Image.Image:
    """Red on the left, blue on the right, green along the top."""
    array = np.zeros((height, width, 3), dtype=np.uint8)
    array[:, : width // 2, 0] = array[:, width // 2 :, 2] = 200
    array[: height // 8] = (0, 200, 0)
    return Image.fromarray(array)


def saved(image: Image.Image, kind="JPEG", **options) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has hardly any data."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")],
)
def test_accepted_formats_are_recognised_by_content_and_decoded(kind, content_type) -> None:
    data = saved(picture(), kind)
    info = inspect_picture(data)
    assert (info.content_type, info.width_px, info.height_px) == (content_type, 400, 200)
    rgb = decode_picture(data)
    assert (rgb.shape, rgb.dtype) == ((200, 400, 3), np.uint8)
    assert np.abs(rgb[150, 50].astype(int) - (200, 0, 0)).max() < 30
    assert np.abs(rgb[150, 350].astype(int) - (0, 0, 200)).max() < 30


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_every_orientation_comes_out_upright(orientation, kind) -> None:
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turned = picture().transpose(back[orientation]) if orientation > 1 else picture()
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(turned, kind, exif=exif.tobytes())
    info = inspect_picture(data)
    assert (info.width_px, info.height_px) == (400, 200)
    for rgb in (decode_picture(data), decode_picture(data, jpeg_reduction=2), decode_picture(make_thumbnail(data))):
        height, width = rgb.shape[:2]
        assert width == 2 * height
        assert rgb[height // 20, width // 2].argmax() == 1
        assert rgb[height * 3 // 4, width // 8].argmax() == 0


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(
    ("size", "half"), [((401, 203), (102, 201, 3)), ((400, 200), (100, 200, 3)), ((3, 9), (5, 2, 3))]
)
def test_reduced_jpeg_is_the_picture_with_its_pixels_averaged(size, half, progressive) -> None:
    rgb = cv2.GaussianBlur(np.random.default_rng(4).integers(0, 256, (*size[::-1], 3), dtype=np.uint8), (0, 0), 2)
    data = saved(Image.fromarray(rgb), quality=98, progressive=progressive)
    reduced = decode_picture(data, jpeg_reduction=2)
    assert reduced.shape == half
    averaged = np.asarray(Image.fromarray(decode_picture(data)).reduce(2)).astype(int)
    assert np.abs(reduced - averaged).mean() < 2
    assert decode_picture(data).shape == (*size[::-1], 3)


def test_other_formats_are_decoded_whole() -> None:
    assert decode_picture(saved(picture(), "PNG"), jpeg_reduction=2).shape == (200, 400, 3)


def test_heic_turned_by_the_phone_comes_out_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = BytesIO()
    heif = pillow_heif.from_pillow(picture().transpose(Image.Transpose.ROTATE_90))
    heif.save(buffer, exif=exif.tobytes())
    data = buffer.getvalue()
    assert decode_picture(data).shape == (200, 400, 3)
    assert (inspect_picture(data).width_px, inspect_picture(data).height_px) == (400, 200)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("1", "PNG"), ("CMYK", "JPEG")],
)
def test_any_mode_becomes_eight_bit_rgb(mode, kind) -> None:
    image = (
        picture().convert("L").convert("I").point(lambda v: v * 256).convert("I;16")
        if mode == "I;16"
        else picture().convert(mode)
    )
    rgb = decode_picture(saved(image, kind))
    assert (rgb.shape, rgb.dtype) == ((200, 400, 3), np.uint8)
    assert rgb.max() > 60
    assert make_thumbnail(saved(image, kind))[:2] == b"\xff\xd8"


def test_transparency_becomes_white() -> None:
    assert (decode_picture(saved(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG")) == 255).all()


def test_thumbnail_and_preview_fit_their_sides() -> None:
    data = saved(picture(4000, 2000))
    for made, side in ((make_thumbnail(data), 300), (make_preview(data), 1600)):
        with Image.open(BytesIO(made)) as image:
            assert (image.format, image.size) == ("JPEG", (side, side // 2))


def test_small_pictures_are_not_enlarged() -> None:
    info = inspect_picture(make_preview(saved(picture(40, 20), "PNG")))
    assert (info.width_px, info.height_px) == (40, 20)


def test_encoded_array_decodes_to_the_same_picture() -> None:
    rgb = np.asarray(picture())
    assert np.abs(decode_picture(encode_jpeg(rgb)).astype(int) - rgb).mean() < 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"just some text", "not a JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "not a JPEG"),
        (saved(picture(), "GIF"), "not a JPEG"),
        (saved(picture(), "TIFF"), "not a JPEG"),
        (saved(picture(), "PNG")[:-40], "damaged"),
        (saved(picture(), "WEBP")[:60], "damaged|not a JPEG"),
        (saved(picture(), "HEIF")[:-200], "damaged|not a JPEG"),
        (png_header(50, 50), "damaged"),
        (png_header(30_000, 30_000), "200 megapixels"),
        (png_header(15_000, 15_000), "200 megapixels"),
    ],
)
@pytest.mark.parametrize("read", [decode_picture, make_thumbnail, make_preview])
def test_what_cannot_be_shown_is_refused_with_its_reason(data, reason, read) -> None:
    with pytest.raises(UnreadablePictureError, match=reason):
        read(data)


def test_a_picture_too_large_is_refused_from_its_header() -> None:
    with pytest.raises(UnreadablePictureError, match="200 megapixels"):
        inspect_picture(png_header(30_000, 30_000))


def test_a_picture_of_exactly_the_limit_is_accepted(monkeypatch) -> None:
    monkeypatch.setattr(pixels, "MAX_PIXELS", 400 * 200)
    assert decode_picture(saved(picture())).shape == (200, 400, 3)


@settings(max_examples=120)
@given(
    place=st.integers(0, 2000), flips=st.binary(min_size=1, max_size=40), kind=st.sampled_from(["JPEG", "PNG", "WEBP"])
)
def test_damaged_bytes_decode_or_are_refused(place, flips, kind) -> None:
    data = bytearray(saved(picture(64, 48), kind))
    start = place % len(data)
    data[start : start + len(flips)] = flips
    for read in (inspect_picture, decode_picture, make_thumbnail):
        with suppress(UnreadablePictureError):
            assert read(bytes(data)) is not None


@pytest.mark.parametrize("make", [make_thumbnail, make_preview])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_no_camera_and_no_position_leaves_with_a_preview(make, kind) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Nina"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 26.0, 55.5), 3: "W", 4: (70.0, 39.0, 0.0)})
    data = saved(picture(), kind, exif=exif.tobytes())
    assert b"Camera of Nina" in data
    made = make(data)
    assert b"Camera of Nina" not in made
    with Image.open(BytesIO(made)) as image:
        assert len(image.getexif()) == 0
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


# --- Colours --------------------------------------------------------------------------------------------------------
def swapped_profile() -> bytes:
    """A profile that calls the first channel green and the second one red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "else".encode("utf-16-be"))


def wrong_in_itself() -> Image.Image:
    """`picture()` with red and green exchanged, which the profile puts right."""
    red, green, blue = picture().split()
    return Image.merge("RGB", (green, red, blue))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_embedded_profile_decides_the_colours(kind) -> None:
    data = saved(wrong_in_itself(), kind, icc_profile=swapped_profile())
    for rgb in (decode_picture(data), decode_picture(make_preview(data)), decode_picture(make_thumbnail(data))):
        height, width = rgb.shape[:2]
        assert rgb[height // 20, width // 2].argmax() == 1
        assert rgb[height * 3 // 4, width // 8].argmax() == 0


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 200, swapped_profile()[:300]])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_damaged_profile_changes_nothing(kind, profile) -> None:
    data = saved(picture(), kind, icc_profile=profile)
    assert np.abs(decode_picture(data).astype(int) - decode_picture(saved(picture(), kind)).astype(int)).max() == 0


def test_profile_for_other_pictures_changes_nothing() -> None:
    assert decode_picture(saved(picture().convert("L"), "PNG", icc_profile=swapped_profile())).shape == (200, 400, 3)


# --- Odd things in good files ---------------------------------------------------------------------------------------
def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    return jpeg[:2] + bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content + jpeg[2:]


def odd_tags(orientation: int = 6) -> bytes:
    """EXIF that Pillow reads and cannot write: an altitude as signed fraction, a resolution as text."""
    entries = [(0x0112, 3, 1, orientation), (0x011A, 2, 4, int.from_bytes(b"abc\0", "little"))]
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    gps = struct.pack("<HHHIIHHII", 2, 6, 10, 1, 200, 5, 99, 1, 0) + bytes(4)
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", 3) + body + struct.pack("<HHII", 0x8825, 4, 1, 60) + bytes(4)
    return b"Exif\0\0" + head.ljust(60, b"\0") + gps.ljust(140, b"\0") + struct.pack("<ii", -5, -1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_odd_tags_are_no_reason_to_lose_a_photo(orientation) -> None:
    data = with_segment(saved(picture()), 0xE1, odd_tags(orientation))
    upright = (200, 400, 3) if orientation < 5 else (400, 200, 3)
    assert decode_picture(data).shape == upright
    assert (inspect_picture(data).height_px, inspect_picture(data).width_px) == upright[:2]
    assert make_preview(data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize(
    "tags", [odd_tags(), b"nonsense", b"Exif\0\0II", b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(50)]
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_odd_tags_of_other_formats_are_no_reason_either(kind, tags) -> None:
    data = saved(picture(), kind, exif=tags)
    info, rgb = inspect_picture(data), decode_picture(data)
    assert (info.height_px, info.width_px) == rgb.shape[:2]
    assert make_preview(data)


@pytest.mark.parametrize(
    ("marker", "content"),
    [
        (0xE0, b"JFIF\0"),
        (0xE1, b"Exif\0\0XX*\0"),
        (0xE1, b"Exif\0\0"),
        (0xE2, b"MPF\0II*\0\x08\0\0\0\xff\xff"),
        (0xE2, b"ICC_PROFILE\0"),
        (0xED, b"Photoshop 3.0\x008BIM\x04\x04"),
        (0xEE, b"Adobe"),
        (0xFE, b"\xff" * 60_000),
    ],
)
def test_odd_segments_are_no_reason_to_lose_a_photo(marker, content) -> None:
    data = with_segment(saved(picture()), marker, content)
    assert inspect_picture(data).width_px == 400
    assert decode_picture(data).shape == (200, 400, 3)


@pytest.mark.parametrize("stray", [b"\0\0", b"junk!", b"\xff\xff\xff", b"\x00\xff\x00"])
def test_stray_bytes_between_segments_are_passed_over(stray) -> None:
    data, position = saved(picture()), 20
    assert data[position : position + 2] == b"\xff\xdb"
    assert decode_picture(data[:position] + stray + data[position:]).shape == (200, 400, 3)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize(
    "odd",
    [
        chunk(b"tEXt", b"history\0" + b"x" * 1_500_000),
        chunk(b"zTXt", b"history\0\0" + zlib.compress(bytes(80_000_000))),
        chunk(b"tEXt", b"no keyword") * 5000,
        chunk(b"tIME", b"short"),
        chunk(b"eXIf", b"no EXIF at all"),
        chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(80_000_000))),
        chunk(b"tEXt", b"wrong checksum\0")[:-1] + b"!",
    ],
)
def test_odd_chunks_are_no_reason_to_lose_a_photo(odd) -> None:
    png = saved(picture(), "PNG")
    for data in (png[:33] + odd + png[33:], png[:-12] + odd + png[-12:]):
        assert inspect_picture(data).width_px == 400
        assert decode_picture(data).shape == (200, 400, 3)


def test_orientation_behind_the_pixels_turns_size_and_picture() -> None:
    exif, png = Image.Exif(), saved(picture(), "PNG")
    exif[0x0112] = 6
    data = png[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + png[-12:]
    assert (inspect_picture(data).width_px, inspect_picture(data).height_px) == (200, 400)
    assert decode_picture(data).shape == decode_picture(make_preview(data)).shape == (400, 200, 3)


def moving(kind: str) -> bytes:
    frames = [picture(), Image.new("RGB", (400, 200), "white")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


@pytest.mark.parametrize(
    "data",
    [
        moving("PNG"),
        moving("WEBP"),
        moving("MPO"),
        saved(picture()) + saved(picture().convert("L")),  # a gain map, as Ultra HDR has it
        saved(picture(), progressive=True),
        saved(picture().convert("L").convert("RGB"), "PNG", compress_level=0),
    ],
    ids=["moving PNG", "moving WebP", "MPO", "gain map", "progressive", "stored PNG"],
)
def test_first_picture_of_a_file_is_counted(data) -> None:
    assert inspect_picture(data).width_px == 400
    rgb = decode_picture(data)
    assert rgb.shape == (200, 400, 3)
    assert rgb.mean() < 120
