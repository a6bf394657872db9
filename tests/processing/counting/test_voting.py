import numpy as np
import pytest

from processing.counting.boxes import EMPTY, PLANT, Detections, make_detections
from processing.counting.parameters import VotingParameters
from processing.counting.voting import Look, vote
from processing.runtime.inference import SahiSlicer

SIZE = (1000, 1000)


def suppress(boxes: Detections):
    return SahiSlicer().suppress(boxes, metric="IOS", threshold=0.6)


def voted(*looks: Look) -> Detections:
    return vote(looks, SIZE, suppress=suppress, parameters=VotingParameters())


def look(scale, boxes, confidence=0.6, class_id=PLANT) -> Look:
    return Look(scale, make_detections(boxes, [confidence] * len(boxes), [class_id] * len(boxes)))


PLANT_BOX = (100, 100, 200, 200)


def test_one_plant_in_every_look_is_one_plant() -> None:
    found = voted(*(look(scale, [PLANT_BOX]) for scale in (0.5, 0.8, 1.25)))
    assert found.xyxy.tolist() == [list(PLANT_BOX)]
    assert found.confidence[0] == pytest.approx(0.6)


def test_what_only_a_look_too_fine_for_it_sees_is_no_plant() -> None:
    """A leaf of 20 px, 56 px large at 2.8, is missed at no scale that suits it; the plant around it is seen at 0.5."""
    leaves = [(100, 100, 150, 150), (150, 150, 200, 200), (100, 150, 150, 200)]
    found = voted(look(0.5, [PLANT_BOX], 0.8), look(1.0, []), look(4.0, leaves, 0.3))
    assert found.xyxy.tolist() == [list(PLANT_BOX)]


def test_a_look_that_suits_the_size_outvotes_one_that_does_not() -> None:
    suits, too_fine = look(0.56, [PLANT_BOX], 0.7), look(4.0, [])
    assert len(voted(suits, too_fine)) == 1
    assert len(voted(look(0.56, []), look(4.0, [PLANT_BOX], 0.7))) == 0


def test_the_class_is_what_most_of_the_evidence_says() -> None:
    found = voted(look(0.5, [PLANT_BOX], 0.4, EMPTY), look(0.6, [PLANT_BOX], 0.9), look(0.7, [PLANT_BOX], 0.4, EMPTY))
    assert found.class_id.tolist() == [PLANT]


def test_small_far_plants_and_large_near_ones_both_stay() -> None:
    near = [(120 * i, 800, 120 * i + 100, 900) for i in range(8)]
    far = [(40 * i, 100, 40 * i + 20, 120) for i in range(20)]
    found = voted(look(0.5, near), look(1.0, near + far), look(2.0, near + far), look(3.0, far))
    assert len(found) == 28


def test_of_two_boxes_of_one_plant_the_one_that_fits_the_depth_stays() -> None:
    row = [(100 * i, 300, 100 * i + 60, 360) for i in range(1, 9)]
    pair = (100, 300, 260, 360)  # a box around two plants, a little surer than each
    found = voted(look(1.0, row, 0.6), Look(0.9, make_detections([*row, pair], [0.6] * 8 + [0.65], [PLANT] * 9)))
    assert len(found) == 8
    assert found.sizes[:, 0].max() == pytest.approx(60)


def test_nothing_seen_is_nothing_found() -> None:
    assert len(voted(look(1.0, []), look(2.0, []))) == 0


def test_many_boxes_are_compared_in_parts() -> None:
    grid = [(x, y, x + 8, y + 8) for x in range(0, 1000, 25) for y in range(0, 1000, 25)]
    found = voted(look(6.0, grid), look(8.0, grid))
    assert len(found) == len(grid)
    assert np.all(found.confidence > 0.5)
