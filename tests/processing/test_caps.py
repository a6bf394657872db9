"""No cap bites: a tray of 288 and a bed of 800 are counted whole, and a cap that is touched is said."""

from dataclasses import replace

import numpy as np
import pytest

from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.pyramid import Pyramid
from processing.pipeline.photo_count import count_picture
from processing.runtime import inference
from processing.runtime.weights import read_weights
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture

LARGEST_TRAY, LARGEST_BED = 16 * 18, 25 * 32
LIBRARY_CAP = 300
MANY_CRATES = 12


@pytest.fixture
def painted(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


def stand(kind, *, rows, columns, side):
    rgb, place = paint_picture(2400, 1800), (200, 150, 2200, 1650)
    paint_container(rgb, kind, place)
    paint_grid(rgb, place, rows=rows, columns=columns, side=side)
    return rgb


def total_and_codes(rgb, parameters=DEFAULT_PARAMETERS):
    count = count_picture(Pyramid.of(rgb), parameters=parameters).count
    return count.total_detected, [problem.kind for problem in count.problems]


def test_a_tray_of_288_is_counted_whole(painted):
    total, codes = total_and_codes(stand("plug", rows=16, columns=18, side=60))
    assert total == LARGEST_TRAY
    assert "too_many_detections" not in codes


def test_a_bed_of_800_is_counted_whole(painted):
    total, codes = total_and_codes(stand("segment", rows=25, columns=32, side=36))
    assert total == LARGEST_BED
    assert "too_many_detections" not in codes


def test_every_crate_of_a_photo_full_of_them_is_found(painted):
    rgb = paint_picture(2400, 1800)
    for row in range(MANY_CRATES):
        for column in range(MANY_CRATES):
            left, top = 20 + column * 195, 20 + row * 145
            paint_container(rgb, "box", (left, top, left + 150, top + 100))
    assert len(inference.find_containers(Pyramid.of(rgb)).containers) == MANY_CRATES**2
    assert DEFAULT_PARAMETERS.segmentation.max_containers >= 2 * MANY_CRATES**2


@pytest.mark.parametrize(("kind", "rows", "columns"), [("plug", 16, 18), ("segment", 25, 32)])
def test_a_look_at_the_cap_is_a_problem(painted, kind, rows, columns):
    looks = replace(DEFAULT_PARAMETERS.looks, max_detections=40)
    rgb = stand(kind, rows=rows, columns=columns, side=36)
    _, codes = total_and_codes(rgb, replace(DEFAULT_PARAMETERS, looks=looks))
    assert "too_many_detections" in codes


def test_one_look_may_see_more_than_the_largest_tray_and_bed():
    assert DEFAULT_PARAMETERS.looks.max_detections > 2 * LARGEST_TRAY
    assert DEFAULT_PARAMETERS.looks.max_detections > 2 * LARGEST_BED


@pytest.mark.slow
def test_the_real_detector_gives_as_many_boxes_as_the_parameters_allow():
    detector = inference.YoloDetector(read_weights("detector"))
    noise = np.random.default_rng(0).integers(0, 255, (640, 640, 3), dtype=np.uint8)
    most = DEFAULT_PARAMETERS.looks.max_detections
    found = detector.detect(noise, imgsz=640, confidence=1e-6, nms_iou=0.99, max_detections=most)
    assert LIBRARY_CAP < len(found) <= most
    assert found.capped is (len(found) == most)
