"""Judging a training: the same numbers as live counts, on held-out photos and the benchmark, kept with the run."""

import hashlib
import json

import pytest

from learning import judging
from learning.exchange.pictures import PictureGoneError
from learning.figures import JudgedPhoto, compare, share_off
from learning.judging import exams_of, judge
from learning.models import DataSetPhoto
from learning.shipped import BENCHMARK_PHOTOS, shipped_test_photos
from learning.work_folder import folder_of
from photos.decoding.pixels import decode_picture, encode_jpeg
from photos.models import S3Image
from processing.pipeline.beside import count_beside
from processing.pipeline.photo_count import open_picture
from processing.review.outcome import config_of
from processing.runtime import inference
from tests.learning.factories import DataSetFactory, TrainingRunFactory, judged_photo
from tests.locations.factories import DensityParametersFactory, StorageLocationFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter
from tests.processing.pipeline.test_stages import run as count_live
from tests.processing.pipeline.test_stages import tray_and_bed, upload

PAINTED = inference.Models(PaintedDetector(), PaintedSegmenter(), {})


@pytest.fixture(autouse=True)
def painted_models(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)
    monkeypatch.setattr(judging, "read_models", lambda _folder: PAINTED)
    monkeypatch.setattr(judging, "decode_picture", decode_picture)


@pytest.mark.parametrize(
    ("counted", "truth", "off"), [(90, 100, -0.1), (0, 100, -1), (300, 100, 1), (0, 0, 0), (3, 0, 1), (100, 100, 0)]
)
def test_an_error_is_a_share_of_the_true_number_at_most_all_of_it(counted, truth, off):
    assert share_off(counted, truth) == pytest.approx(off)


def test_figures_are_of_one_set_before_and_after():
    rows = [
        JudgedPhoto(**judged_photo("held_out", "a", 100, 90, 95, refused_after=True)),
        JudgedPhoto(**judged_photo("held_out", "b", 100, 110, 95)),
        JudgedPhoto(**judged_photo("benchmark", "c", 100, 100, 0)),
    ]
    found = compare(rows, "held_out")
    assert (found.photos, found.before.bias, found.after.refused) == (2, pytest.approx(0), 1)
    assert (found.before.error, found.after.error) == (pytest.approx(0.1), pytest.approx(0.05))
    assert compare(rows, "benchmark").after.error == 1
    assert compare([], "benchmark") is None


def test_the_benchmark_are_shipped_photos_that_no_data_set_takes():
    truths = json.loads(judging.BENCHMARK.read_text())
    readme = (BENCHMARK_PHOTOS / "README.md").read_text()
    for name, truth in truths.items():
        data = (BENCHMARK_PHOTOS / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() in shipped_test_photos()
        [row] = [line for line in readme.splitlines() if f"`{name}`" in line]
        assert int(row.split("|")[3]) == truth
    assert "bed-wide-mixed.jpg" not in truths  # its scene was trained on


@pytest.mark.django_db
def test_a_photo_is_judged_as_it_is_counted_live():
    """With the density of its product, which changes the estimate of hidden plants."""
    place = StorageLocationFactory(configured=True)
    config = place.configs.get()
    DensityParametersFactory(
        product=config.product, packaging=config.packaging, container_type__kind="plug", container_type__capacity=30
    )
    session = count_live(upload(tray_and_bed(), place)).session
    photo = open_picture(encode_jpeg(tray_and_bed(), 95), decode=decode_picture)
    beside = count_beside(photo, config_of(session), PAINTED)
    assert beside.total == session.total_estimated
    assert not beside.refused
    assert count_beside(photo, config_of(session), None).total == beside.total


@pytest.mark.django_db
def test_held_out_photos_with_a_known_number_are_examined():
    data_set = DataSetFactory()
    photos = [exam for exam in exams_of(data_set) if exam.set_name == "held_out"]
    assert [(exam.truth, exam.photo.split) for exam in photos] == [(1, "held_out")] * 2  # only marks are known
    assert len([exam for exam in exams_of(data_set) if exam.set_name == "benchmark"]) == 7


@pytest.mark.django_db
def test_judging_keeps_each_photo_and_goes_on_where_it_was(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    run = TrainingRunFactory(job={"judging_seconds": 108})
    folder = folder_of(run)
    folder.mkdir(parents=True)
    (folder / "progress.json").write_text(json.dumps({"stage": "convert", "done": 892, "all": 1000, "seconds": 9}))
    (folder / "job.json").write_text(json.dumps(run.job))
    picture = encode_jpeg(tray_and_bed(), 95)
    seen = []

    def read(exam):
        seen.append(exam.name)
        if len(seen) == 3:
            raise KeyboardInterrupt
        if exam.name == "1.jpg":
            raise PictureGoneError(exam.name)
        return picture

    monkeypatch.setattr(judging.Exam, "read", read)
    with pytest.raises(KeyboardInterrupt):
        judge(run)
    assert [row["name"] for row in json.loads((folder / "judged.json").read_text())] == ["0.jpg"]
    judge(run)
    rows = json.loads((folder / "judged.json").read_text())
    assert len(rows) == 8
    assert seen.count("0.jpg") == 1
    assert {row["before"] for row in rows} == {row["after"] for row in rows}
    told = json.loads((folder / "progress.json").read_text())
    assert (told["stage"], told["done"], told["seconds"]) == ("judging", 892 + 96, 9)


@pytest.mark.django_db
def test_a_held_out_photo_of_the_gallery_is_counted_with_what_grew_there():
    place = StorageLocationFactory(configured=True)
    session = count_live(upload(tray_and_bed(), place)).session
    image = S3Image.objects.get(pk=session.original_image_id)
    photo = DataSetPhoto(image_id=image.pk, sha256=image.sha256, location_id=place.pk, moment=image.moment)
    exam = judging.Exam("held_out", "x", 52, photo)
    assert exam.config() == config_of(session)
    assert hashlib.sha256(exam.read()).hexdigest() == image.sha256
