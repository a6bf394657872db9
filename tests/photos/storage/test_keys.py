from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from photos.storage import keys

IMAGE_ID = UUID("5f0c2c0e-0000-4000-8000-000000000001")
UPLOADED = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "prefix"),
    [
        (keys.thumbnail_key, "thumbnails"),
        (keys.preview_key, "previews"),
    ],
)
def test_derived_key_is_a_dated_jpg(make, prefix):
    assert make(IMAGE_ID, UPLOADED) == f"{prefix}/2025/10/08/{IMAGE_ID}.jpg"


def test_annotated_picture_has_a_key_for_what_it_shows():
    key = keys.annotated_key(IMAGE_ID, UPLOADED, "0123abcd")
    assert key == f"annotated/2025/10/08/{IMAGE_ID}-0123abcd.jpg"
    assert key.startswith(keys.annotated_prefix(IMAGE_ID, UPLOADED))


@pytest.mark.parametrize(
    ("content_type", "extension"),
    [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp"), ("image/heic", "heic")],
)
def test_original_key_extension_follows_content(content_type, extension):
    assert keys.original_key(IMAGE_ID, UPLOADED, content_type) == f"originals/2025/10/08/{IMAGE_ID}.{extension}"


def test_day_of_key_is_utc():
    late_in_chile = datetime(2025, 10, 7, 23, 0, tzinfo=timezone(timedelta(hours=-3)))
    assert keys.original_key(IMAGE_ID, late_in_chile, "image/jpeg").startswith("originals/2025/10/08/")


def test_retention_spares_originals():
    assert keys.RETENTION_DAYS == {"temp_uploads/": 1, "thumbnails/": 90, "annotated/": 30}


def test_staged_name_is_grouped_by_session():
    assert keys.staged_name(IMAGE_ID, IMAGE_ID, "image/png") == f"{IMAGE_ID}/{IMAGE_ID}.png"
