import numpy as np
import pytest

from locations.models.cultivation import DEFAULT_OVERLAP_FACTOR
from processing.counting.boxes import DEAD, EMPTY, PLANT, concatenate, make_detections
from processing.counting.containers import Container
from processing.counting.estimation import Density, estimate_container, one_per_cell
from processing.counting.parameters import DEFAULT_PARAMETERS, EstimationParameters
from processing.counting.pyramid import Pyramid
from processing.counting.residual import fit_plant_size, plant_likeness
from tests.processing.counting.test_grid import SLANTED, UPRIGHT, tray

PARAMETERS = EstimationParameters()
SIZE = (1000, 700)


def bed(places, *, side=40, seed=0):
    """A bed of noisy soil with noisy green plants at the places (x, y)."""
    rng = np.random.default_rng(seed)
    rgb = np.clip(rng.normal((95, 75, 60), 9, (SIZE[1], SIZE[0], 3)), 0, 255).astype(np.uint8)
    ys, xs = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    for x, y in places:
        disc = (xs - x) ** 2 + (ys - y) ** 2 < (side / 2) ** 2
        rgb[disc] = np.clip(rng.normal((70, 150, 60), 12, (int(disc.sum()), 3)), 0, 255)
    polygon = ((20.0, 20.0), (980.0, 20.0), (980.0, 680.0), (20.0, 680.0))
    return rgb, Container("segment", polygon, 0.9)


def seen(places, side=40, class_id=0):
    boxes = [(x - side / 2, y - side / 2, x + side / 2, y + side / 2) for x, y in places]
    return make_detections(boxes, [0.8] * len(boxes), [class_id] * len(boxes))


def estimate(rgb, container, detections, density=None):
    return estimate_container(Pyramid.of(rgb), container, detections, density=density, parameters=PARAMETERS)


LATTICE = [(x, y) for x in range(60, 960, 60) for y in range(60, 660, 60)]


def test_plants_not_detected_are_estimated() -> None:
    rng = np.random.default_rng(5)
    shown = [place for place in LATTICE if rng.random() > 0.3]
    result = estimate(*bed(LATTICE), seen(shown))
    hidden = len(LATTICE) - len(shown)
    assert result.method == "local_scale"
    assert result.count - len(shown) == pytest.approx(0.45 * hidden, rel=0.15)
    assert result.local_plant_area_px == pytest.approx(40 * 40, rel=0.01)
    assert result.confidence == pytest.approx(len(shown) / result.count, abs=1e-4)


def test_nothing_is_added_when_everything_was_detected() -> None:
    assert estimate(*bed(LATTICE), seen(LATTICE)).count == len(LATTICE)


def test_empty_pots_are_not_plants() -> None:
    places = LATTICE[:100]
    both = concatenate([seen(places), seen(LATTICE[100:], class_id=EMPTY)])
    assert estimate(*bed(LATTICE), both).count == 100


def test_a_density_that_nobody_calibrated_estimates_as_none_does() -> None:
    assert DEFAULT_PARAMETERS.estimation.overlap_factor == DEFAULT_OVERLAP_FACTOR


def test_the_learned_overlap_factor_replaces_the_default() -> None:
    shown = [place for number, place in enumerate(LATTICE) if number % 6]
    rgb, container = bed(LATTICE)
    default, learned = (
        estimate(rgb, container, seen(shown), density) for density in (None, Density(overlap_factor=0.9))
    )
    assert learned.count - len(shown) == pytest.approx(2 * (default.count - len(shown)), abs=2)


def test_plants_in_the_colour_of_the_soil_are_not_estimated() -> None:
    rgb, container = bed([])
    result = estimate(rgb, container, seen(LATTICE[::2]))
    assert (result.method, result.count) == ("none", len(LATTICE[::2]))


def test_too_few_plants_ask_for_calibration_and_the_detected_count_stands() -> None:
    result = estimate(*bed(LATTICE), seen(LATTICE[:6]))
    assert (result.method, result.count, result.needs_calibration) == ("none", 6, True)


def test_more_hidden_plants_than_can_be_believed_leave_the_detected_count_in_doubt() -> None:
    for density in (None, Density(overlap_factor=0.85)):
        result = estimate(*bed(LATTICE), seen(LATTICE[::3]), density)
        assert (result.method, result.count) == ("none", len(LATTICE[::3]))
        assert (result.is_doubtful, result.needs_calibration) == (True, False)


def test_a_calibrated_density_needs_fewer_plants() -> None:
    few = [(200, 200), (500, 400), (800, 300), (300, 500), (700, 550), (500, 150)]
    result = estimate(*bed(few, side=80), seen(few[:5], side=80), Density(overlap_factor=0.9))
    assert (result.method, result.count) == ("density", 6)


def test_few_plants_with_nothing_left_over_need_no_calibration() -> None:
    few = [(200, 200), (500, 400), (800, 300), (300, 500)]
    result = estimate(*bed(few, side=120), seen(few, side=120))
    assert (result.count, result.needs_calibration) == (4, False)


@pytest.mark.parametrize(("count", "side", "asks"), [(0, 40, True), (2, 40, True), (2, 600, False)])
def test_hardly_any_plant_asks_only_when_the_bed_is_not_covered(count, side, asks) -> None:
    places = [(300, 350), (700, 350)][:count]
    assert estimate(*bed(places, side=side), seen(places, side=side)).needs_calibration is asks


def test_plant_size_follows_depth_and_ignores_outliers() -> None:
    rng = np.random.default_rng(2)
    ys = rng.uniform(0, 700, 80)
    sides = 20 + ys * 0.08
    sides[:6] *= 3
    boxes = [(500 - s / 2, y - s / 2, 500 + s / 2, y + s / 2) for y, s in zip(ys, sides, strict=True)]
    size = fit_plant_size(make_detections(boxes, [0.5] * 80, [0] * 80))
    assert size.side_px(np.array([(500, 100), (500, 600)], dtype=np.float32)) == pytest.approx([28, 68], rel=0.05)


def test_residual_is_measured_in_photo_pixels_whatever_the_view() -> None:
    rgb, container = bed(LATTICE)
    large = np.kron(rgb, np.ones((3, 3, 1), dtype=np.uint8))
    big = Container("segment", tuple((3 * x, 3 * y) for x, y in container.polygon), 0.9)
    shown = [place for number, place in enumerate(LATTICE) if number % 4]
    small = estimate(rgb, container, seen(shown))
    found = estimate(large, big, seen([(3 * x, 3 * y) for x, y in shown], 120))
    assert found.residual_area_px == pytest.approx(9 * small.residual_area_px, rel=0.1)
    assert found.count == pytest.approx(small.count, rel=0.05)


def test_likeness_without_plants_is_nothing() -> None:
    rgb, _ = bed([])
    nothing = np.zeros(rgb.shape[:2], dtype=bool)
    assert plant_likeness(rgb, nothing, nothing).max() == 0


def test_free_cells_of_a_tray_are_its_empties() -> None:
    container, plants = tray(SLANTED, 6, 12, missing=set(range(0, 72, 6)))
    rgb = np.zeros((1300, 1900, 3), dtype=np.uint8)
    result = estimate(rgb, container, plants)
    assert (result.method, result.count, result.empty) == ("grid", 60, 12)


def test_cells_that_look_planted_hold_a_plant_that_was_missed() -> None:
    container, plants = tray(UPRIGHT, 6, 12)
    rng = np.random.default_rng(1)
    rgb = np.clip(rng.normal((60, 50, 45), 8, (1000, 1400, 3)), 0, 255).astype(np.uint8)
    bare, missed = (3, 30), (7, 40, 64)
    for number, (x, y) in enumerate(plants.centres.astype(int).tolist()):
        if number not in bare:
            rgb[y - 30 : y + 30, x - 30 : x + 30] = np.clip(rng.normal((80, 160, 70), 10, (60, 60, 3)), 0, 255)
    detected = plants.select(np.array([n not in (*bare, *missed) for n in range(72)]))
    result = estimate(rgb, container, detected)
    assert (result.method, result.count, result.empty) == ("grid", 70, 2)


@pytest.mark.parametrize("corners", [UPRIGHT, SLANTED])
def test_a_cell_of_a_tray_holds_one_plant(corners) -> None:
    container, plants = tray(corners, 6, 12, missing={30})
    leaves = make_detections(plants.xyxy[[5, 40]] + 9, [0.95, 0.5], [0, DEAD])
    rims = make_detections(plants.xyxy[[7, 8]] - 9, [0.99, 0.4], [EMPTY, EMPTY])
    everything = concatenate([plants, leaves, rims])
    kept = one_per_cell(container, everything, density=None, parameters=PARAMETERS.grid)
    assert (len(everything), kept.count(PLANT), kept.count(DEAD), kept.count(EMPTY)) == (75, 71, 0, 0)
    assert 5 not in np.flatnonzero((kept.centres[:, None] == plants.centres).all(axis=2).any(axis=0))
    assert kept.confidence.max() == np.float32(0.95)


def test_every_box_stays_where_no_grid_is_known() -> None:
    container, plants = tray(SLANTED, 6, 12)
    doubled = concatenate([plants, plants.select(np.arange(5))])
    for kind in ("segment", "box"):
        other = Container(kind, container.polygon, 0.9)
        assert len(one_per_cell(other, doubled, density=None, parameters=PARAMETERS.grid)) == 77
    assert len(one_per_cell(container, doubled, density=Density(capacity=50), parameters=PARAMETERS.grid)) == 77
    assert len(one_per_cell(container, doubled, density=Density(capacity=72), parameters=PARAMETERS.grid)) == 72


def test_nothing_is_estimated_in_a_crate() -> None:
    container, plants = tray(SLANTED, 5, 8, missing={9, 20})
    crate = Container("box", container.polygon, 0.9)
    result = estimate(np.zeros((1300, 1900, 3), dtype=np.uint8), crate, plants)
    assert (result.method, result.count, result.empty) == ("none", 38, None)


def test_more_cells_than_the_tray_has_are_not_believed() -> None:
    container, plants = tray(SLANTED, 6, 12)
    rgb = np.zeros((1300, 1900, 3), dtype=np.uint8)
    assert estimate(rgb, container, plants, Density(capacity=72)).method == "grid"
    assert estimate(rgb, container, plants, Density(capacity=50)).method == "none"


def test_a_tray_that_shows_no_grid_keeps_the_detected_empties() -> None:
    container, plants = tray(SLANTED, 2, 2)
    result = estimate(np.zeros((1300, 1900, 3), dtype=np.uint8), container, plants)
    assert (result.method, result.count, result.empty) == ("none", 4, None)
