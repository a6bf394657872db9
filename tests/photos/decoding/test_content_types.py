from io import BytesIO

import pillow_heif
import pytest
from PIL import Image

from photos.decoding.content_types import content_type_of, is_complete
from tests.photos.files import make_exif, make_picture


def make_heic() -> bytes:
    output = BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((64, 48), 40).convert("RGB")).save(output)
    return output.getvalue()


def make_jpeg_with_preview() -> bytes:
    """A phone's JPEG: its EXIF holds a small JPEG, with an end marker of its own."""
    exif = make_exif().tobytes()
    preview = make_picture(size=(16, 12))
    return make_picture(exif=exif + preview)


PICTURES = {
    "image/jpeg": make_picture(),
    "image/png": make_picture("PNG"),
    "image/webp": make_picture("WEBP"),
    "image/heic": make_heic(),
}
OTHERS = {
    "progressive": ("image/jpeg", make_picture(progressive=True)),
    "with preview": ("image/jpeg", make_jpeg_with_preview()),
    "with restarts": ("image/jpeg", make_picture(restart_marker_blocks=1)),
    "lossless": ("image/webp", make_picture("WEBP", lossless=True)),
}
ALL = {**{name: (name, data) for name, data in PICTURES.items()}, **OTHERS}


@pytest.mark.parametrize("name", ALL)
def test_whole_picture_is_known_and_complete(name):
    content_type, data = ALL[name]
    assert content_type_of(data) == content_type
    assert is_complete(data, content_type)


@pytest.mark.parametrize("name", ALL)
def test_picture_cut_anywhere_is_incomplete(name):
    content_type, data = ALL[name]
    for end in range(16, len(data) - 1, max(1, len(data) // 97)):
        assert not is_complete(data[:end], content_type), end


def test_bytes_behind_the_end_do_no_harm():
    """Phones hang films and second pictures on their JPEGs."""
    assert is_complete(PICTURES["image/jpeg"] + b"\x00" * 100, "image/jpeg")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xd8", b"text", b"<svg/>", b"GIF89a......", b"BM......", b"II*\x00....", b"%PDF-1.7....",
        b"RIFF\x00\x00\x00\x00WAVE", b"\x00\x00\x00\x1cftypavif", b"\x00\x00\x00\x1cftypmp42", b"PK\x03\x04",
    ],
)  # fmt: skip
def test_anything_else_is_unknown(data):
    assert content_type_of(data) is None


def test_box_without_length_does_not_hang():
    assert not is_complete(b"\x00\x00\x00\x02ftypheic" + b"\x00" * 16, "image/heic")
