import numpy as np
import pytest

from processing.counting.boxes import NO_DETECTIONS, make_detections
from processing.counting.containers import Container
from processing.counting.corrections import Counts
from processing.counting.totals import Estimate, count_container
from processing.pictures import drawing
from processing.pictures.drawing import ByHand
from tests.processing.fakes import paint_picture

BED = Container("segment", ((100.0, 150.0), (700.0, 150.0), (700.0, 550.0), (100.0, 550.0)), 0.9)
FOUND = make_detections([(150, 200, 200, 250), (300, 300, 350, 350), (500, 400, 560, 460)], [0.9, 0.8, 0.7], [0, 1, 2])


def counted(container=BED, found=FOUND, estimate=None):
    return count_container(container, found, estimate or Estimate("none", found.count(0)))


@pytest.mark.parametrize("size", [(4032, 3024), (800, 600), (120, 90), (40, 30)])
def test_picture_keeps_its_size_and_the_original_is_untouched(size) -> None:
    rgb = paint_picture(*size)
    before = rgb.copy()
    drawn = drawing.draw(rgb, [counted()], [FOUND])
    assert drawn.shape == rgb.shape
    assert (rgb == before).all()
    assert (drawn != rgb).any()


def test_each_class_is_drawn_in_its_colour() -> None:
    drawn = drawing.draw(paint_picture(800, 600), [counted()], [FOUND])
    for class_name, (x, y) in {"plant": (150, 225), "empty": (300, 325), "dead": (500, 430)}.items():
        near = drawn[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3).astype(int)
        assert np.abs(near - drawing.CLASS_COLOURS[class_name]).max(axis=1).min() < 40, class_name


def test_container_is_tinted_inside_only() -> None:
    drawn = drawing.draw(paint_picture(800, 600), [counted(found=NO_DETECTIONS)], [NO_DETECTIONS])
    assert (drawn[480, 400] != 128).any()
    assert (drawn[580, 750] == 128).all()


def test_legend_counts_classes_and_kinds() -> None:
    tray = Container("plug", BED.polygon, 0.8)
    rows = drawing.legend_rows([counted(), counted(estimate=Estimate("local_scale", 1500)), counted(tray)])
    assert [text for _, text in rows] == [
        "3 (~1 502)",
        "3",
        "3",
        "2x: 2 (~1 501)",
        "1x: 1",
    ]


def test_legend_has_no_words_that_one_of_two_readers_does_not_know() -> None:
    none = np.zeros((0, 4), dtype=np.float32)
    by_hand = ByHand(none, none, none, {"added": 1, "removed": 2, "retyped": 3}, Counts(4, 6, 2, 1))
    texts = [text for _, text in drawing.legend_rows([counted()], by_hand)]
    assert texts == ["4 (~6)", "2", "1", "1x: 1", "+1  -2  \u00b13"]


def test_legend_of_a_photo_without_containers_counts_none() -> None:
    assert [text for _, text in drawing.legend_rows([])] == ["0", "0"]
    assert drawing.draw(paint_picture(800, 600), [], []).shape == (600, 800, 3)


def test_what_people_changed_is_framed_or_crossed_out() -> None:
    frames = np.array([(150, 200, 200, 250), (300, 300, 350, 350)], dtype=np.float32)
    by_hand = ByHand(frames[:1], frames[:0], frames[1:], {"added": 1, "removed": 1}, Counts(4, 6, 2, 0))
    drawn = drawing.draw(paint_picture(800, 600), [], [NO_DETECTIONS], by_hand).astype(int)
    white = (drawn > 230).all(axis=2)
    assert white[225 - 3 : 225 + 3, 140:150].any()
    assert not white[225 - 3 : 225 + 3, 150:200].any()
    assert white[322:328, 322:328].any()
    assert [text for _, text in drawing.legend_rows([], by_hand)] == ["4 (~6)", "2", "+1  -1"]


def test_legend_avoids_the_corner_with_the_plants() -> None:
    corner = make_detections([(15 + 9 * n, 20, 22 + 9 * n, 27) for n in range(12)], [0.9] * 12, [0] * 12)
    free = drawing.draw(paint_picture(800, 600), [counted(found=corner)], [corner])
    assert (free[40:60, 30:90] == 128).all()


def test_colours_differ_for_colour_blind_people() -> None:
    colours = np.array([*drawing.CLASS_COLOURS.values()], dtype=float)
    lightness = colours @ (0.2126, 0.7152, 0.0722)
    assert np.diff(np.sort(lightness)).min() > 20
