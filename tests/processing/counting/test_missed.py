import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.counting.boxes import EMPTY, NO_DETECTIONS, PLANT, Detections, concatenate, make_detections
from processing.counting.containers import Container, owned_detections, points_inside
from processing.counting.missed import cover_missed
from processing.counting.parameters import MissedParameters

SIZE = (1000, 800)


def rectangle(x1, y1, x2, y2, kind="segment") -> Container:
    return Container(kind, ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), 0.9)


def plants(*places, side=40, class_id=PLANT, vote=0.5) -> Detections:
    boxes = [(x - side / 2, y - side / 2, x + side / 2, y + side / 2) for x, y in places]
    return make_detections(boxes, [vote] * len(places), [class_id] * len(places))


def covered(containers, found):
    return cover_missed(containers, found, SIZE, MissedParameters()).containers


def test_without_any_outline_the_plants_make_a_bed() -> None:
    (bed,) = covered((), plants((100, 100), (150, 100), (200, 100)))
    assert (bed.kind, bed.confidence) == ("segment", 0.5)
    assert bed.xyxy == pytest.approx((70, 70, 230, 130), abs=1)


def test_plants_inside_change_nothing() -> None:
    tray = rectangle(50, 50, 300, 300, "plug")
    assert covered((tray,), plants((100, 100), (200, 200))) == (tray,)
    assert covered((tray,), NO_DETECTIONS) == (tray,)


def test_a_bed_outlined_too_small_grows() -> None:
    (bed,) = covered((rectangle(50, 50, 300, 300),), plants((100, 100), (310, 200), (350, 200)))
    assert points_inside(bed, np.array([(350, 200), (60, 60)], np.float32)).all()


def test_plants_beside_a_tray_stand_in_a_bed_of_their_own_that_takes_nothing_from_it() -> None:
    tray = rectangle(50, 50, 300, 300, "plug")
    found = plants((280, 200), (330, 200), (380, 200))
    kept, bed = covered((tray,), found)
    assert kept == tray
    assert bed.shape.intersection(tray.shape).area == pytest.approx(0, abs=50)
    assert [len(boxes) for boxes in owned_detections((kept, bed), (found, found))] == [1, 2]


def test_gravel_beside_containers_makes_no_bed() -> None:
    tray = rectangle(50, 50, 300, 300, "plug")
    growing = plants(*[(x, 150) for x in range(70, 300, 40)], vote=0.7)
    gravel = plants((500, 500), (550, 500), (600, 500), vote=0.3)
    result = cover_missed((tray,), concatenate([growing, gravel]), SIZE, MissedParameters())
    assert (result.containers, result.left_out) == ((tray,), 3)


def test_unsure_plants_make_a_bed_where_the_containers_hold_hardly_any() -> None:
    tray = rectangle(50, 50, 300, 300, "plug")
    unsure = plants((500, 500), (550, 500), (600, 500), vote=0.3)
    assert len(covered((tray,), concatenate([plants((100, 100), vote=0.7), unsure]))) == 2


def test_empty_pots_beside_make_no_bed() -> None:
    assert covered((), plants((100, 100), class_id=EMPTY)) == ()


@given(
    places=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 800)), max_size=40),
    sides=st.sampled_from([10, 40, 120]),
)
def test_every_plant_stands_in_few_containers_inside_the_photo(places, sides) -> None:
    outlines = (rectangle(200, 200, 500, 500), rectangle(600, 100, 800, 300, "box"))
    found = plants(*places, side=sides)
    result = covered(outlines, found)
    assert len(result) <= len(outlines) + 2 * MissedParameters().max_groups
    inside = np.zeros(len(found), dtype=bool)
    for container in result:
        inside |= points_inside(container, np.clip(found.centres, 0.5, (SIZE[0] - 0.5, SIZE[1] - 0.5)))
    assert inside.mean() > 0.9 if len(found) else True
    owned = owned_detections(result, [found] * len(result))
    assert len(concatenate(owned)) <= len(found)
