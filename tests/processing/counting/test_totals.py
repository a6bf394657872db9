import pytest

from processing.counting.boxes import DEAD, EMPTY, NO_DETECTIONS, PLANT, make_detections
from processing.counting.containers import Container
from processing.counting.faults import Fault
from processing.counting.totals import Estimate, average_confidence, count_container, count_photo

BED = Container("segment", ((0, 0), (10, 0), (10, 10)), 0.9)


def boxes(*class_ids, confidence=0.5, capped=False):
    return make_detections([(0, 0, 1, 1)] * len(class_ids), [confidence] * len(class_ids), class_ids, capped=capped)


def test_total_detected_counts_plants_and_not_dead_or_empty() -> None:
    found = boxes(PLANT, PLANT, PLANT, EMPTY, DEAD)
    count = count_photo([count_container(BED, found, Estimate("local_scale", 5))], [found])
    assert (count.total_detected, count.total_estimated, count.total_empty_containers) == (3, 5, 1)
    assert count.category_counts == {"plant": 3, "empty": 1, "dead": 1}
    assert count.problems == ()


def test_a_grid_s_empties_replace_the_detected_ones() -> None:
    assert count_container(BED, boxes(PLANT, EMPTY), Estimate("grid", 1, empty=4)).empty == 4


def test_an_estimate_below_the_detected_is_refused() -> None:
    with pytest.raises(ValueError, match="below"):
        count_container(BED, boxes(PLANT, PLANT), Estimate("none", 1))


def test_confidence_is_the_mean_over_all_detections_with_four_decimals() -> None:
    parts = [boxes(PLANT, PLANT, confidence=0.9), boxes(EMPTY, confidence=0.45678)]
    counts = [count_container(BED, part, Estimate("none", part.count(PLANT))) for part in parts]
    assert count_photo(counts, parts).avg_confidence == 0.7523
    assert average_confidence(NO_DETECTIONS) == 0.0


def test_a_capped_count_is_a_problem() -> None:
    (problem,) = count_container(BED, boxes(PLANT, capped=True), Estimate("none", 1)).problems
    assert str(problem).startswith("too_many_detections: a limit was touched in a ")


def test_what_cannot_be_estimated_asks_for_calibration() -> None:
    item = count_container(BED, boxes(PLANT), Estimate("none", 1, needs_calibration=True))
    assert item.problems[0].code == "needs_calibration"
    assert count_photo([item, item], [boxes(PLANT), boxes(PLANT)]).problems == item.problems


def test_a_photo_without_containers_is_zeros_and_a_reason() -> None:
    count = count_photo([], [], problems=[Fault("detection_failed")])
    assert (count.total_detected, count.total_estimated, count.avg_confidence) == (0, 0, 0.0)
    assert [problem.code for problem in count.problems] == ["detection_failed", "no_container"]
