import cv2
import numpy as np
import pytest

from processing.counting.overlap import Overlap, compare, read_picture

POT_PX, ROWS, COLUMNS = 40, 12, 24
WIDTH, HEIGHT = POT_PX * COLUMNS, POT_PX * ROWS


def draw_bed(*, seed=1, equal_plants=False, ground=True):
    """A bed of pots from above: rgb and the boxes of its plants. `equal_plants`: each pot looks like every other."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 120 if ground else 0, (HEIGHT, WIDTH)), (0, 0), 2)
    rgb = np.clip(np.array([110, 92, 74]) + grain[..., None], 0, 255).astype(np.uint8)
    boxes = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            x, y = ((np.array([column, row]) + 0.5) * POT_PX).astype(int) + (
                0 if equal_plants else rng.integers(-3, 4, 2)
            )
            colour = (60, 140, 60) if equal_plants else tuple(int(part) for part in rng.integers(40, 220, 3))
            radius = 13 if equal_plants else int(rng.integers(10, 16))
            cv2.circle(rgb, (int(x), int(y)), radius, colour, -1, cv2.LINE_AA)
            for angle in range(0, 360, 60):
                turn = np.radians(angle + (0 if equal_plants else rng.integers(60)))
                tip = (int(x + radius * np.cos(turn)), int(y + radius * np.sin(turn)))
                cv2.line(rgb, (int(x), int(y)), tip, (30, 60, 30), 1, cv2.LINE_AA)
            boxes.append((x - radius, y - radius, x + radius, y + radius))
    return rgb, np.array(boxes, float)


def photograph(bed, left, right, *, seed, tilt=0.03):
    """A photo of the columns of pixels from `left` to `right` of a bed, seen a little askew in its own light: the
    picture, and which plants it shows."""
    rgb, boxes = bed
    rng = np.random.default_rng(seed)
    width = right - left
    corners = np.array([(left, 0), (right, 0), (right, HEIGHT), (left, HEIGHT)], np.float32)
    moved = np.array([(0, 0), (width, 0), (width, HEIGHT), (0, HEIGHT)]) + rng.uniform(-tilt, tilt, (4, 2)) * width
    view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    light = rng.uniform(0.8, 1.2) * (1 + rng.normal(0, 0.04, 3))
    picture = cv2.warpPerspective(rgb, view, (width, HEIGHT)) * light + rng.normal(0, 3, (HEIGHT, width, 3))
    outlines = cv2.perspectiveTransform(boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(1, -1, 2), view.astype(float))
    placed = outlines.reshape(-1, 4, 2)
    seen = np.concatenate([placed.min(axis=1), placed.max(axis=1)], axis=1)
    middle = (seen[:, :2] + seen[:, 2:]) / 2
    inside = np.nonzero(((middle > 0) & (middle < (width, HEIGHT))).all(axis=1))[0]
    return read_picture(np.clip(picture, 0, 255).astype(np.uint8), seen[inside]), inside


def pairs_of(overlap, first, second):
    return [(int(first[one]), int(second[other])) for one, other in overlap.shared]


@pytest.mark.parametrize("overlap_px", [120, 280, 480])
def test_plants_that_both_photos_show_are_found(overlap_px) -> None:
    bed, half = draw_bed(), (WIDTH + overlap_px) // 2
    (one, first), (other, second) = photograph(bed, 0, half, seed=1), photograph(bed, WIDTH - half, WIDTH, seed=2)
    overlap = compare(one, other)
    assert overlap.verdict == "joined"
    shared = set(first.tolist()) & set(second.tolist())
    right = {a for a, b in pairs_of(overlap, first, second) if a == b}
    assert len(overlap.shared) == pytest.approx(len(shared), abs=0.02 * len({*first, *second}))
    assert len(right) >= 0.97 * len(shared)


def test_homography_takes_shares_of_one_picture_to_shares_of_the_other() -> None:
    bed = draw_bed()
    one, other = photograph(bed, 0, 600, seed=1)[0], photograph(bed, 360, 960, seed=2)[0]
    overlap = compare(one, other)
    matrix = np.array(overlap.homography).reshape(3, 3)
    for a, b in overlap.shared:
        x, y, w = matrix @ [*(one.plants.centres[a] / (600, HEIGHT)), 1]
        assert (x / w, y / w) == pytest.approx(other.plants.centres[b] / (600, HEIGHT), abs=0.03)
    assert matrix[2, 2] == 1


def test_order_of_the_photos_does_not_matter() -> None:
    bed = draw_bed()
    (one, first), (other, second) = photograph(bed, 0, 600, seed=1), photograph(bed, 360, 960, seed=2)
    there, back = compare(one, other), compare(other, one)
    assert there.verdict == back.verdict == "joined"
    assert {(b, a) for a, b in pairs_of(back, second, first)} == set(pairs_of(there, first, second))


def test_equal_pots_without_any_ground_are_asked_about() -> None:
    """Shifted by a pot the pictures fit as well: nothing tells which plants are the same."""
    bed = draw_bed(equal_plants=True, ground=False)
    one, other = photograph(bed, 0, 600, seed=1)[0], photograph(bed, 360, 960, seed=2)[0]
    assert compare(one, other).verdict == "doubtful"


def test_equal_pots_are_joined_by_the_ground_between_them() -> None:
    bed = draw_bed(equal_plants=True)
    (one, first), (other, second) = photograph(bed, 0, 600, seed=1), photograph(bed, 360, 960, seed=2)
    overlap = compare(one, other)
    assert overlap.verdict == "joined"
    assert all(a == b for a, b in pairs_of(overlap, first, second))


def test_photos_of_different_beds_are_asked_about() -> None:
    one, other = photograph(draw_bed(seed=1), 0, 600, seed=1)[0], photograph(draw_bed(seed=2), 0, 600, seed=2)[0]
    overlap = compare(one, other)
    assert (overlap.verdict, overlap.reason) == ("doubtful", "no_match")
    assert overlap.homography is None
    assert overlap.shared == ()


def test_parts_that_do_not_overlap_are_asked_about() -> None:
    bed = draw_bed()
    one, other = photograph(bed, 0, 440, seed=1)[0], photograph(bed, 520, 960, seed=2)[0]
    assert compare(one, other).verdict == "doubtful"


def test_few_plants_on_the_seam_are_never_left_out_silently() -> None:
    """A few plants in a narrow overlap: they are found, or somebody is asked."""
    bed = draw_bed()
    (one, first), (other, second) = photograph(bed, 0, 510, seed=3), photograph(bed, 460, 960, seed=4)
    overlap = compare(one, other)
    shared = set(first.tolist()) & set(second.tolist())
    assert shared
    assert overlap.verdict == "doubtful" or len(overlap.shared) == len(shared)


@pytest.mark.parametrize("plants", [0, 1, 3])
def test_pictures_with_hardly_any_plants_are_asked_about(plants) -> None:
    rgb = np.full((200, 300, 3), 120, np.uint8)
    boxes = np.array([(20 + 60 * index, 50, 60 + 60 * index, 90) for index in range(plants)], float)
    picture = read_picture(rgb, boxes)
    assert compare(picture, picture) == Overlap("doubtful", "no_match")
