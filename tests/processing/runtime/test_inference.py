import subprocess
import sys
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import openvino
import pytest

from bench.accuracy.models import choose_weights
from photos.decoding.pixels import UnreadablePictureError, decode_picture
from processing.counting.boxes import NO_DETECTIONS, make_detections
from processing.counting.pyramid import Pyramid
from processing.runtime import inference
from processing.runtime.weights import TRAINED_DIR, WeightsError, read_weights
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture

SLICER = inference.SahiSlicer()


@pytest.fixture
def painted(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


def test_importing_it_does_not_load_ultralytics_or_torch() -> None:
    code = (
        "import django, sys; django.setup(); import processing.runtime.inference;"
        "sys.exit(bool({'ultralytics', 'torch', 'openvino'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("kind", ["segment", "box", "plug"])
def test_containers_and_plants_of_a_photo(painted, kind) -> None:
    rgb, place = paint_picture(1600, 1200), (200, 160, 1400, 1040)
    paint_container(rgb, kind, place)
    paint_grid(rgb, place, rows=10, columns=12, side=40, empty=(5, 6))
    steps: list[tuple[int, int]] = []
    photo = Pyramid.of(rgb)
    (container,) = inference.find_containers(photo).containers
    found = inference.detect_plants(photo, container, on_tile=lambda done, total: steps.append((done, total)))
    assert (container.kind, found.count(0), found.count(1)) == (kind, 118, 2)
    assert steps
    assert steps[-1][0] == steps[-1][1]


def test_plants_that_stand_in_no_outline_get_one(painted) -> None:
    rgb = paint_picture(1600, 1200)
    paint_container(rgb, "plug", (100, 100, 700, 500))
    paint_grid(rgb, (100, 100, 700, 500), rows=4, columns=6, side=40)
    paint_grid(rgb, (900, 700, 1500, 1100), rows=4, columns=6, side=40)
    tray, bed = inference.find_containers(Pyramid.of(rgb)).containers
    assert (tray.kind, bed.kind) == ("plug", "segment")
    assert len(inference.detect_plants(Pyramid.of(rgb), bed)) == 24


@pytest.mark.parametrize("size", [(10, 8), (640, 640), (641, 640), (3000, 2000), (4032, 3024)])
def test_windows_cover_every_pixel(size) -> None:
    width, height = size
    seen = np.zeros((height, width), dtype=bool)
    for x1, y1, x2, y2 in SLICER.windows(size, slice_wh=(640, 480), overlap_px=128):
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        seen[y1:y2, x1:x2] = True
    assert seen.all()


def test_openvino_is_told_to_compute_in_32_bits() -> None:
    """It does by itself on a processor without bfloat16, so what it is told counts."""
    core = Mock()
    assert inference._make_core(lambda: core) is core
    core.set_property.assert_called_once_with("CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def test_a_side_shorter_than_the_overlap_is_one_slice() -> None:
    assert SLICER.windows((1000, 90), slice_wh=(640, 96), overlap_px=160) == [(0, 0, 640, 90), (360, 0, 1000, 90)]


def test_a_long_narrow_tray_is_looked_at(painted) -> None:
    rgb, place = paint_picture(1600, 1200), (100, 500, 1500, 700)
    paint_container(rgb, "plug", place)
    paint_grid(rgb, place, rows=2, columns=14, side=40)
    (tray,) = inference.find_containers(Pyramid.of(rgb)).containers
    assert inference.detect_plants(Pyramid.of(rgb), tray).count(0) == 28


WHOLE, PART, NEIGHBOUR = (0, 0, 40, 40), (20, 0, 40, 40), (42, 0, 82, 40)


def test_of_what_lies_on_one_plant_the_surest_stays() -> None:
    found = make_detections([WHOLE, PART, NEIGHBOUR], [0.7, 0.9, 0.8], [0, 0, 0])
    kept = found.select(SLICER.suppress(found, metric="IOS", threshold=0.5))
    assert sorted(map(tuple, kept.xyxy.tolist())) == [PART, NEIGHBOUR]


def test_of_nothing_nothing_stays() -> None:
    assert len(SLICER.suppress(NO_DETECTIONS, metric="IOU", threshold=0.5)) == 0


def test_weights_with_other_classes_are_refused() -> None:
    weights = replace(read_weights("detector"), classes=("cat",))
    with pytest.raises(WeightsError, match="cat"):
        inference.YoloDetector(weights)


@pytest.mark.slow
def test_the_shipped_models_load_and_look(tmp_path, settings, capfd) -> None:
    settings.YOLO_CONFIG_DIR = tmp_path
    rgb = paint_picture(800, 600)
    detector = inference.YoloDetector(read_weights("detector", TRAINED_DIR))
    segmenter = inference.YoloSegmenter(read_weights("segmenter", TRAINED_DIR))
    capped = detector.detect(rgb, imgsz=640, confidence=0.0001, nms_iou=0.9, max_detections=5)
    assert capped.capped
    assert len(capped) == 5
    masks = segmenter.segment(rgb, imgsz=1024, confidence=0.0001, nms_iou=0.9, max_containers=3)
    assert all(found.mask.shape == (600, 800) for found in masks)
    assert capfd.readouterr().out == ""
    assert openvino.Core.func is inference._make_core
    for model in (detector.model, segmenter.model):
        compiled = model.yolo.predictor.model.backend.ov_compiled_model
        assert compiled.get_property("INFERENCE_PRECISION_HINT") == openvino.Type.f32
        assert compiled.get_property("EXECUTION_DEVICES") == ["CPU"]
    with pytest.raises(UnreadablePictureError, match="not a JPEG"):
        decode_picture(b"ultralytics would look for another reader")


@pytest.mark.slow
def test_a_checkpoint_is_measured_without_conversion(tmp_path, settings) -> None:
    """As `bench.accuracy --detector FILE.pt` does with a candidate."""
    settings.YOLO_CONFIG_DIR = tmp_path
    candidate = choose_weights("detector", TRAINED_DIR, TRAINED_DIR / "detector.pt")
    detector = inference.YoloDetector(candidate)
    found = detector.detect(paint_picture(64, 64), imgsz=64, confidence=0.0001, nms_iou=0.9, max_detections=5)
    assert len(found) == 5
