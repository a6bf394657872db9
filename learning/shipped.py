"""The photos that come with Demeter to choose and judge models by: no data set may have one of them."""

import hashlib
import json
from functools import cache

from django.conf import settings

TEST_PHOTOS = settings.BASE_DIR / "training" / "test_photos.json"
BENCHMARK_PHOTOS = settings.BASE_DIR / "demo" / "photos"


@cache
def shipped_test_photos() -> frozenset[str]:
    """The SHA-256 of each: those of `training/test_photos.json`, and the demo photos."""
    listed = json.loads(TEST_PHOTOS.read_text(encoding="utf-8"))
    shipped = (hashlib.sha256(path.read_bytes()).hexdigest() for path in BENCHMARK_PHOTOS.glob("*.jpg"))
    return frozenset((*listed, *shipped))
