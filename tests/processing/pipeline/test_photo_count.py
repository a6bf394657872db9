from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from photos.decoding.pixels import UnreadablePictureError, decode_picture, encode_jpeg
from processing.pipeline.photo_count import Stopwatch, open_picture
from tests.processing.fakes import paint_picture


def encoded(rgb, kind: str) -> bytes:
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, kind)
    return buffer.getvalue()


def test_a_phase_inside_another_is_told_apart(monkeypatch) -> None:
    moments = iter([0.0, 1.0, 1.5, 2.5, 4.5, 6.0, 10.0, 11.0])
    monkeypatch.setattr("processing.pipeline.photo_count.time.perf_counter", lambda: next(moments))
    watch = Stopwatch()
    with watch.phase("segment"):  # 0.0
        with watch.phase("decode"):  # 1.0 to 1.5
            pass
        with watch.phase("decode"):  # 2.5 to 4.5
            pass
    with watch.phase("detect"):  # 6.0 ended the first
        pass
    assert watch.seconds == {"decode": 2.5, "segment": 3.5, "detect": 1.0}


@pytest.mark.parametrize(("kind", "reductions"), [("JPEG", [2, 1]), ("PNG", [1]), ("WEBP", [1])])
def test_a_jpeg_is_decoded_when_it_is_looked_at_and_anything_else_at_once(kind, reductions) -> None:
    rgb, asked, watch = paint_picture(640, 480), [], Stopwatch()

    def decode(data: bytes, *, jpeg_reduction: int = 1):
        asked.append(jpeg_reduction)
        return decode_picture(data, jpeg_reduction=jpeg_reduction)

    photo = open_picture(encoded(rgb, kind), decode=decode, watch=watch)
    assert photo.resolution_wh == (640, 480)
    assert photo.whole(0.4).shape == (192, 256, 3)
    assert photo.rgb.shape == (480, 640, 3)
    assert asked == reductions
    assert list(watch.seconds) == ["decode"]


def test_damaged_pictures_say_so_when_opened_or_looked_at() -> None:
    data = encode_jpeg(np.random.default_rng(1).integers(0, 256, (400, 600, 3), dtype=np.uint8))
    photo = open_picture(data[: len(data) // 2])
    for scale in (0.2, 0.9):
        with pytest.raises(UnreadablePictureError, match="Part of the picture is missing"):
            photo.whole(scale)
    with pytest.raises(UnreadablePictureError, match="not a JPEG"):
        open_picture(b"nothing of the kind")
