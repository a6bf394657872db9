"""Counts in the shadow: beside the live ones, once each, in no stock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from demeter.common.exceptions import ConflictError, NotFoundError
from learning import shadow
from learning.models import ShadowCount, TrainingRun
from photos.decoding.pixels import decode_picture
from photos.storage import object_store
from processing.models import ProcessingSession
from processing.runtime import inference
from stock.models import StockMovement
from tests.learning.factories import TrainingRunFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter
from tests.processing.pipeline.test_stages import run as count_live
from tests.processing.pipeline.test_stages import tray_and_bed, upload

pytestmark = pytest.mark.django_db


class HalfBlindDetector(PaintedDetector):
    """Sees the left half of a picture."""

    def detect(self, rgb, **options):
        return super().detect(rgb[:, : rgb.shape[1] // 2], **options)


@pytest.fixture(autouse=True)
def painted_models(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)
    models = inference.Models(HalfBlindDetector(), PaintedSegmenter(), {})
    monkeypatch.setattr(shadow, "fetch_models", lambda _trained: None)
    monkeypatch.setattr(shadow, "read_models", lambda _folder: models)
    monkeypatch.setattr(shadow, "decode_picture", decode_picture)


@pytest.fixture
def run():
    return shadow.switch_shadow(TrainingRunFactory(trained_now=True).pk, on=True)


def test_new_photos_are_counted_beside_and_nothing_follows(run):
    session = count_live(upload(tray_and_bed(), StorageLocationFactory(configured=True))).session
    movements = StockMovement.objects.count()
    assert shadow.has_due()
    assert shadow.count_due() == 1
    row = ShadowCount.objects.get()
    assert (row.live, row.session_id) == (session.total_estimated, session.session_id)
    assert 0 < row.total < row.live
    assert row.seconds > 0
    session.refresh_from_db()
    assert session.total_estimated == row.live
    assert StockMovement.objects.count() == movements
    assert not shadow.has_due()
    assert shadow.count_due() == 0


def test_what_the_shadow_says_is_summed_up(run):
    session = count_live(upload(tray_and_bed(), StorageLocationFactory(configured=True))).session
    assert shadow.read_shadow(run) is None
    shadow.count_due()
    found = shadow.read_shadow(run)
    assert (found.photos, found.live, found.judged) == (1, session.total_estimated, 0)
    assert found.difference < -0.2


def test_earlier_photos_and_photos_in_the_trash_are_not_counted(run):
    session = count_live(upload(tray_and_bed(), StorageLocationFactory(configured=True))).session
    ProcessingSession.objects.filter(pk=session.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert not shadow.has_due()
    ProcessingSession.objects.filter(pk=session.pk).update(created_at=timezone.now())
    session.original_image.deleted_at = timezone.now()
    session.original_image.save()
    assert not shadow.has_due()


def test_a_lost_original_does_not_stop_the_others(run):
    place = StorageLocationFactory(configured=True)
    lost = count_live(upload(tray_and_bed(), place)).session.original_image
    picture = tray_and_bed()
    picture[0, 0] = 7
    count_live(upload(picture, place))
    object_store.delete_object(lost.s3_key_original)
    assert shadow.count_due() == 1


def test_one_training_is_in_the_shadow(run):
    other = TrainingRunFactory(trained_now=True)
    with pytest.raises(ConflictError, match="is on trial"):
        shadow.switch_shadow(other.pk, on=True)
    shadow.switch_shadow(run.pk, on=False)
    assert shadow.switch_shadow(other.pk, on=True).in_shadow
    with pytest.raises(NotFoundError):
        shadow.switch_shadow(10**6, on=True)
    assert TrainingRun.objects.filter(in_shadow=True).count() == 1
