"""Copies that broke off, and files that only look so."""

import random
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from photos.decoding.jpeg import clean_jpeg, take_apart
from photos.decoding.pixels import UnreadablePictureError, decode_picture
from photos.decoding.scan import find_damage
from photos.upload.checks import CheckedFile, check_file
from tests.photos.files import make_picture, upload_file

END = b"\xff\xd9"
KINDS = {
    "baseline": {},
    "optimised": {"optimize": True},
    "progressive": {"progressive": True},
    "without subsampling": {"subsampling": 0},
    "with restarts": {"restart_marker_blocks": 16},
}


def make_jpeg(mode="RGB", **options) -> bytes:
    """As detailed as a photo: the same in every run."""
    small = Image.frombytes("RGB", (96, 64), random.Random(7).randbytes(96 * 64 * 3))
    output = BytesIO()
    small.resize((480, 320), Image.Resampling.BICUBIC).convert(mode).save(output, "JPEG", quality=90, **options)
    return output.getvalue()


def parts_of(data: bytes) -> tuple[bytes, bytes]:
    """What stands before the data of the scans, and these without the end marker."""
    scans = take_apart(data).scans
    return data[: len(data) - len(scans)], scans.removesuffix(END)


@pytest.fixture(params=[*KINDS, "L", "CMYK"])
def whole(request) -> bytes:
    return make_jpeg(**KINDS[request.param]) if request.param in KINDS else make_jpeg(request.param)


def test_whole_picture_is_counted(whole):
    assert find_damage(clean_jpeg(whole)) == ""
    assert decode_picture(whole).shape == (320, 480, 3)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("end", [b"", END])
def test_copy_that_broke_off_is_not_counted(whole, share, end):
    head, scans = parts_of(whole)
    cut = head + scans[: int(share * len(scans))]
    with pytest.raises(UnreadablePictureError, match="Part of the picture is missing"):
        decode_picture(cut + end)
    assert end or check_file(upload_file("cut.jpg", cut)).code == "damaged_file"


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\x55"])
@pytest.mark.parametrize("end", [b"", END])
def test_copy_whose_rest_was_filled_up_is_not_counted(whole, filling, end):
    head, scans = parts_of(whole)
    half = len(scans) // 2
    with pytest.raises(UnreadablePictureError):
        decode_picture(head + scans[:half] + filling * (len(scans) - half) + end)


@pytest.mark.parametrize("kind", ["baseline", "optimised", "without subsampling", "with restarts"])
def test_hole_in_the_middle_is_not_counted(kind):
    head, scans = parts_of(make_jpeg(**KINDS[kind]))
    start, size = len(scans) // 3, len(scans) // 5
    for hole in (bytes(size), b"", random.Random(3).randbytes(size)):
        with pytest.raises(UnreadablePictureError):
            decode_picture(head + scans[:start] + hole + scans[start + size :] + END)


def test_missing_end_marker_alone_costs_nothing(whole):
    without = whole.removesuffix(END)
    assert isinstance(check_file(upload_file("photo.jpg", without)), CheckedFile)
    assert np.array_equal(decode_picture(without), decode_picture(whole))


@pytest.mark.parametrize("lost_bytes", [1, 4, 12])
def test_missing_end_of_a_png_alone_costs_nothing(lost_bytes):
    whole = make_picture("PNG", size=(400, 300))
    without = whole[:-lost_bytes]
    assert isinstance(check_file(upload_file("photo.png", without)), CheckedFile)
    assert np.array_equal(decode_picture(without), decode_picture(whole))


@pytest.mark.parametrize("filling", [bytes(5000), b"\0", b"12345678"])
def test_bytes_between_data_and_end_marker_cost_nothing(whole, filling):
    assert np.array_equal(decode_picture(whole[:-2] + filling + END), decode_picture(whole))


@pytest.mark.parametrize("behind", [bytes(5000), b"film" * 500, make_picture()])
def test_what_hangs_behind_the_end_costs_nothing(whole, behind):
    assert np.array_equal(decode_picture(whole + behind), decode_picture(whole))
    assert isinstance(check_file(upload_file("photo.jpg", whole + behind)), CheckedFile)


def test_cut_first_picture_before_a_second_one_is_not_counted(whole):
    head, scans = parts_of(whole)
    with pytest.raises(UnreadablePictureError):
        decode_picture(head + scans[: len(scans) // 2] + make_picture())


@pytest.mark.parametrize("format_name", ["WEBP", "PNG"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_copy_of_another_format_filled_with_zeros_is_refused(format_name, share):
    data = make_picture(format_name, size=(400, 300))
    kept = int(share * len(data))
    assert check_file(upload_file("x", data[:kept] + bytes(len(data) - kept))).code == "damaged_file"


def test_gap_in_a_webp_is_refused():
    data = make_picture("WEBP", size=(800, 600))
    middle = len(data) // 2
    assert check_file(upload_file("x", data[:middle] + bytes(4096) + data[middle + 4096 :])).code == "damaged_file"
