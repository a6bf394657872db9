import pytest

from photos.upload.checks import CheckedFile, RefusedFile, check_file, clean_filename
from tests.photos.files import BAD_FILES, huge_png, make_exif, make_picture, photo, upload_file


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_refused_with_its_reason(name):
    data, code = BAD_FILES[name]
    refused = check_file(upload_file(name, data))
    assert isinstance(refused, RefusedFile)
    assert (refused.filename, refused.code) == (name, code)
    assert refused.message.endswith(".")


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_picture_cut_short_is_damaged(format_name, share):
    data = make_picture(format_name, size=(400, 300))
    assert check_file(upload_file("cut", data[: int(len(data) * share)])).code == "damaged_file"


def test_picture_with_a_broken_header_is_damaged():
    data = bytearray(make_picture("PNG"))
    data[12:16] = b"XXXX"
    assert check_file(upload_file("x.png", bytes(data))).code == "damaged_file"


def test_picture_of_900_megapixels_is_refused():
    assert check_file(upload_file("huge.png", huge_png())).code == "too_many_pixels"


def test_picture_just_over_the_limit_is_refused_without_being_decoded():
    assert check_file(upload_file("large.png", huge_png(14_200))).code == "too_many_pixels"


def test_file_beyond_20_megabytes_is_refused():
    data = make_picture() + bytes(20 * 1024 * 1024)
    assert check_file(upload_file("long.jpg", data)).code == "file_too_large"


def test_good_photo_is_described_by_its_bytes_not_by_its_name():
    checked = check_file(photo("wrong.png", exif=make_exif(orientation=6)))
    assert isinstance(checked, CheckedFile)
    assert (checked.content_type, checked.width_px, checked.height_px) == ("image/jpeg", 48, 64)
    assert len(checked.sha256) == 64


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("photo1.jpg", "photo1.jpg"),
        ("C:\\Users\\ana\\photo1.jpg", "photo1.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\x1b[31m\ud800.jpg", "ab[31m.jpg"),
        ("", "photo"),
        (None, "photo"),
        ("\u202egpj.exe", "gpj.exe"),
        ("Cajo\u0301n.jpg", "Caj\u00f3n.jpg"),
    ],
)
def test_file_name_is_made_harmless(name, cleaned):
    assert clean_filename(name) == cleaned


def test_long_file_name_keeps_its_end():
    assert clean_filename("x" * 300 + ".jpg") == "x" * 251 + ".jpg"
