"""Promoted models at work: chosen by what grows there, one pair for all containers of a photo, shipped ones in need."""

import pytest

from locations.models import LocationConfig
from processing import lifecycle
from processing.models import Job, Promotion, Segment
from processing.pipeline import stages
from processing.runtime import inference, registry
from processing.runtime.weights import WeightsError
from processing.statuses import Phase, RunStatus, SegmentStatus
from tests.learning.factories import TrainedModelsFactory
from tests.locations.factories import ProductFactory, ProductFamilyFactory, StorageLocationFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter
from tests.processing.pipeline.test_stages import run, tray_and_bed, upload

pytestmark = pytest.mark.django_db
WORKER = "gpu@test"


class NothingDetector(PaintedDetector):
    """Sees no plant."""

    def detect(self, rgb, **options):
        return inference.NO_DETECTIONS


@pytest.fixture(autouse=True)
def painted_models(monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    registry.forget_loaded()
    monkeypatch.setattr(inference, "load_detector", NothingDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)
    trained = inference.Models(PaintedDetector(), PaintedSegmenter(), {})
    monkeypatch.setattr(registry, "fetch_models", str)
    monkeypatch.setattr(registry, "read_models", lambda _folder: trained)
    yield
    registry.forget_loaded()


@pytest.fixture
def place():
    return StorageLocationFactory(configured=True)


def promote(place) -> Promotion:
    category = place.configs.get().product.family.category
    return Promotion.objects.create(category=category, trained=TrainedModelsFactory(), figures={})


def test_a_photo_is_counted_by_the_models_of_its_group_and_names_them(place):
    before = run(upload(tray_and_bed(), place)).session
    assert before.total_detected == 0
    assert before.model_versions == registry.shipped_versions()
    row = promote(place)
    picture = tray_and_bed()
    picture[0, 0] = 9
    session = run(upload(picture, place)).session
    assert session.total_detected == 52
    assert session.model_versions == registry.versions_of(row.trained)
    assert session.model_version != before.model_version
    elsewhere = StorageLocationFactory(configured=True)
    fern = ProductFamilyFactory(code="FERNS", name="Ferns", category__code="FERN", category__name="Fern")
    LocationConfig.objects.filter(location=elsewhere).update(product=ProductFactory(family=fern))
    picture[0, 0] = 99
    assert run(upload(picture, elsewhere)).session.total_detected == 0
    before.refresh_from_db()
    assert before.total_detected == 0


def test_a_promotion_in_the_middle_of_a_photo_waits_for_the_next(place):
    job = upload(tray_and_bed(), place)
    stages.store_photos([job.image_id], worker=WORKER)
    _, segments = stages.open_photo(job.image_id, worker=WORKER)
    promote(place)
    for segment in segments:
        stages.detect(segment.pk, worker=WORKER)
    stages.close_photo(job.pk, worker=WORKER)
    job = Job.objects.select_related("session").get(pk=job.pk)
    assert (job.status, job.session.total_detected) == (RunStatus.COMPLETED, 0)
    assert job.session.model_versions == registry.shipped_versions()


def test_a_photo_whose_models_vanish_begins_again_with_the_shipped_ones(place, monkeypatch):
    promote(place)
    job = upload(tray_and_bed(), place)
    stages.store_photos([job.image_id], worker=WORKER)
    _, segments = stages.open_photo(job.image_id, worker=WORKER)

    def gone(_trained):
        raise WeightsError("A file is missing in the storage")

    monkeypatch.setattr(registry, "fetch_models", gone)
    registry.forget_loaded()
    stages.detect(segments[0].pk, worker=WORKER)
    stages.detect(segments[1].pk, worker=WORKER)
    job.refresh_from_db()
    assert (job.status, job.phase, job.attempt) == (RunStatus.PROCESSING, Phase.LOCATE, 1)
    assert not Segment.objects.exists()
    lifecycle.count_lost_worker(job)
    done = run(job)
    assert done.status == RunStatus.COMPLETED
    assert done.session.model_versions == registry.shipped_versions()
    assert set(done.session.segments.values_list("status", flat=True)) == {SegmentStatus.DONE}
