import numpy as np
import pytest

from processing.counting.overlap import DEFAULT_PARAMETERS, Candidate, Overlap, compare, read_picture
from tests.processing import drawn_beds
from tests.processing.drawn_beds import HEIGHT, WIDTH, draw_bed


def photograph(bed, left, right, *, seed):
    """What is compared of a photo of a part of a bed, and which plants it shows."""
    rgb, boxes, plants = drawn_beds.photograph(bed, left, right, seed=seed)
    return read_picture(rgb, boxes), plants


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


@pytest.mark.parametrize(("agreement", "holds"), [(0.79, False), (0.81, True)])
def test_over_a_fifth_of_the_overlap_without_a_partner_is_not_joined(agreement, holds):
    """However clearly the others resemble each other: those without one would be counted twice."""
    pairs = np.repeat(np.arange(100)[:, None], 2, axis=1)
    candidate = Candidate(np.eye(3), pairs, inliers=500, rivals=5, clear=20.0, agreement=agreement)
    assert candidate.holds(DEFAULT_PARAMETERS) is holds
