"""An annotated picture that S3 has dropped is drawn again as its run left it."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from photos import storage
from photos.models import S3Image
from photos.pixels import decode_picture
from processing import annotate, rows
from processing.counting.boxes import make_detections
from processing.redrawing import annotated_url, restore_annotated
from tests.gallery.factories import EstimationFactory, SegmentFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import make_picture
from tests.processing.factories import SessionFactory

pytestmark = pytest.mark.django_db
SIZE = (400, 300)


@pytest.fixture
def counted():
    """A run with a bed of three plants, whose picture was drawn once."""
    picture = S3ImageFactory(annotated=True, s3_key_original=f"annotated/2025/10/08/{uuid4()}.jpg")
    session = SessionFactory(ready=True, processed_image=picture)
    segment = SegmentFactory(
        session=session, number=1, polygon=[[20, 20], [380, 20], [380, 280], [20, 280]], detected=3, estimated=4
    )
    EstimationFactory(segment=segment, count=4)
    boxes = np.array([[40, 40, 80, 80], [100, 60, 140, 100], [200, 150, 240, 190]], dtype=np.float32)
    rows.save_detections(segment, make_detections(boxes, [0.9, 0.8, 0.7], [0, 0, 0]))
    storage.put_object(session.original_image.s3_key_original, make_picture(size=SIZE), content_type="image/jpeg")
    return session


def test_expired_picture_is_drawn_again_at_the_size_of_the_photo(counted):
    old = timezone.now() - timedelta(days=30)
    S3Image.objects.filter(pk=counted.processed_image_id).update(stored_at=old)
    counted.refresh_from_db()
    assert annotated_url(counted.original_image_id, counted.processed_image).startswith("/api/v1/photos/")

    key = restore_annotated(counted)

    data = storage.read_object(key)
    assert Image.open(BytesIO(data)).size == SIZE
    drawn, plain = decode_picture(data), decode_picture(storage.read_original(counted.original_image))
    assert np.abs(drawn.astype(int) - plain).max() > 60
    counted.processed_image.refresh_from_db()
    assert counted.processed_image.stored_at > old
    assert annotated_url(counted.original_image_id, counted.processed_image) == storage.presigned_url(key)


def test_counts_of_the_legend_are_those_of_the_run(counted, monkeypatch):
    shown = []
    draw = annotate.draw
    monkeypatch.setattr(annotate, "draw", lambda rgb, counts, boxes: shown.extend(counts) or draw(rgb, counts, boxes))
    restore_annotated(counted)
    assert [(count.detected, count.estimated) for count in shown] == [(3, 4)]


def test_picture_that_is_there_is_left_alone(counted):
    key = counted.processed_image.s3_key_original
    storage.put_object(key, b"as it was", content_type="image/jpeg")
    assert restore_annotated(counted) == key
    assert storage.read_object(key) == b"as it was"


def test_run_without_a_picture_has_none():
    session = SessionFactory(ready=True)
    assert restore_annotated(session) is None
    assert annotated_url(session.original_image_id, None) is None


def test_lost_original_is_named(counted):
    storage.delete_object(counted.original_image.s3_key_original)
    with pytest.raises(storage.OriginalLostError):
        restore_annotated(counted)
