"""Real photos, where they are: they are not ours to ship, so `REAL_PHOTOS_DIR` or a folder beside the project has them.

Five photos of one tray with 13 plants and 3 empty cells each. This is a guard against a broken pipeline, not a figure
for accuracy.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings

from photos.decoding.pixels import decode_picture
from processing.counting.pyramid import Pyramid
from processing.pipeline.photo_count import count_picture

PHOTOS = Path(os.environ.get("REAL_PHOTOS_DIR", settings.BASE_DIR.parent / "shared" / "data" / "photos"))
TRAYS = sorted((PHOTOS / "cell-trays").glob("*.jpg"))
PLANTS, EMPTY_CELLS = 13, 3

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not TRAYS, reason="the real photos are not here")]


def test_real_tray_photos_are_counted_as_one_tray():
    counts = [count_picture(Pyramid.of(decode_picture(path.read_bytes()))).count for path in TRAYS]
    assert [[item.container.kind for item in count.containers] for count in counts] == [["plug"]] * len(TRAYS)
    assert sum(abs(count.total_detected - PLANTS) for count in counts) / len(counts) <= 2
    assert sum(abs(count.total_empty_containers - EMPTY_CELLS) for count in counts) / len(counts) <= 1


def test_real_phone_photos_are_described_and_decoded():
    heic = decode_picture((PHOTOS / "exif" / "IMG_2682.heic").read_bytes())
    turned = decode_picture((PHOTOS / "exif" / "portrait-orientation-6.jpg").read_bytes())
    assert heic.shape[2] == 3
    assert turned.shape[:2] == (700, 840), "stored as 700 x 840, to be turned by a quarter"
