import cv2
import numpy as np
import pytest

from photos.decoding.pixels import decode_picture, encode_jpeg
from processing.counting.boxes import NO_DETECTIONS, PLANT, Detections, Rgb, make_detections
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.counting.pyramid import Pyramid
from processing.counting.quality import find_faults, measure_quality, sharpness
from processing.problems import REFUSALS

PARAMETERS = DEFAULT_PARAMETERS


def scene(width: int = 1200, height: int = 900) -> Rgb:
    """Sharp blobs of many sizes and colours."""
    rng = np.random.default_rng(7)
    rgb = np.full((height, width, 3), 110, dtype=np.uint8)
    for _ in range(900):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(rgb, centre, int(rng.integers(3, 30)), rng.integers(20, 235, 3).tolist(), -1)
    return rgb


def boxes(confidence: float, count: int = 30) -> Detections:
    return make_detections([(0, 0, 9, 9)] * count, [confidence] * count, [PLANT] * count)


def codes(rgb: Rgb, *detections: Detections) -> list[str]:
    return [fault.kind for fault in find_faults(Pyramid.of(rgb), detections, PARAMETERS)]


def test_a_sharp_bright_photo_of_known_plants_has_no_fault() -> None:
    assert codes(scene(), boxes(0.8), boxes(0.6)) == []


def moved(rgb: Rgb, length_px: int) -> Rgb:
    kernel = np.zeros((length_px, length_px), dtype=np.float32)
    kernel[length_px // 2] = 1 / length_px
    return np.asarray(cv2.filter2D(rgb, -1, kernel), dtype=np.uint8)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda rgb: (rgb * 0.1).astype(np.uint8), "too_dark"),
        (lambda rgb: np.clip(rgb.astype(int) * 5, 0, 255).astype(np.uint8), "too_bright"),
        (lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 12), "too_blurred"),
        (lambda rgb: moved(rgb, 61), "too_blurred"),
    ],
    ids=["dark", "burnt out", "out of focus", "moved"],
)
def test_a_spoilt_photo_is_refused_with_its_reason(change, code: str) -> None:
    assert code in codes(change(scene()), boxes(0.8))


def cut(rgb: Rgb, colour: tuple[int, int, int], *, share: float = 0.5) -> Rgb:
    """As a program saves a picture that it could load only in part."""
    partly = rgb.copy()
    partly[round(len(rgb) * (1 - share)) :] = colour
    return decode_picture(encode_jpeg(partly))


@pytest.mark.parametrize("colour", [(128, 128, 128), (0, 0, 0), (255, 255, 255), (0, 135, 0)])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.9])
def test_a_photo_without_its_lower_part_is_refused(colour, share) -> None:
    photo = Pyramid.of(cut(scene(), colour, share=share))
    assert measure_quality(photo, view_px=PARAMETERS.quality.view_px).missing == pytest.approx(share, abs=0.02)
    assert any(fault.code == "part_missing" for fault in find_faults(photo, [], PARAMETERS))


@pytest.mark.parametrize("colour", [0, 255])
def test_bars_around_a_photo_are_no_missing_part(colour) -> None:
    framed = cv2.copyMakeBorder(scene(), 200, 200, 0, 0, cv2.BORDER_CONSTANT, value=(colour,) * 3)
    assert "part_missing" not in codes(decode_picture(encode_jpeg(framed)))


def test_a_plain_strip_is_no_missing_part() -> None:
    assert codes(cut(scene(), (60, 60, 60), share=0.05)) == []
    assert "part_missing" not in codes(np.full((900, 1200, 3), 128, dtype=np.uint8))


def test_a_scene_that_is_hardly_recognised_is_refused_and_one_in_doubt_is_marked() -> None:
    assert codes(scene(), boxes(0.25)) == ["unfamiliar_scene"]
    assert codes(scene(), boxes(0.9, 10), boxes(0.25, 3)) == ["doubtful"], "all boxes of the photo are judged together"
    assert codes(scene(), boxes(0.9, 10), boxes(0.25, 2)) == []


def test_possible_plants_that_are_not_counted_make_a_count_uncertain() -> None:
    assert codes(scene(), boxes(0.9, 10), boxes(0.17, 3)) == ["doubtful"]
    assert codes(scene(), boxes(0.9, 10), boxes(0.13, 3)) == [], "hardly anything speaks for these"


def test_many_plants_left_out_mark_the_count_and_a_few_do_not() -> None:
    def doubts(left_out: int) -> list[str]:
        found = find_faults(Pyramid.of(scene()), [boxes(0.8, 45)], PARAMETERS, left_out=left_out)
        return [fault.code for fault in found]

    assert doubts(5) == []
    assert doubts(6) == ["doubtful.left_out"]


def test_no_box_says_nothing_about_the_scene() -> None:
    assert codes(scene(), NO_DETECTIONS) == []
    assert codes(scene()) == []


def test_quality_does_not_depend_on_the_number_of_pixels() -> None:
    small = measure_quality(Pyramid.of(scene()), view_px=PARAMETERS.quality.view_px)
    large = measure_quality(Pyramid.of(cv2.resize(scene(), (4800, 3600))), view_px=PARAMETERS.quality.view_px)
    assert large.brightness == pytest.approx(small.brightness, abs=0.02)
    assert large.sharpness == pytest.approx(small.sharpness, rel=0.1)


def test_sharpness_falls_with_every_blur_and_ignores_contrast() -> None:
    grey = cv2.cvtColor(scene(), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    levels = [sharpness(grey), *(sharpness(cv2.GaussianBlur(grey, (0, 0), sigma)) for sigma in (1, 2, 4, 8))]
    assert levels == sorted(levels, reverse=True)
    assert sharpness(grey * 0.2 + 0.3) == pytest.approx(levels[0], rel=0.01)


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (40, 40)])
def test_a_flat_or_tiny_picture_is_not_sharp(shape: tuple[int, int]) -> None:
    assert sharpness(np.full(shape, 0.5, dtype=np.float32)) == 0


def test_every_fault_is_a_problem_of_the_catalogue() -> None:
    assert set(codes((scene() * 0.05).astype(np.uint8), boxes(0.1))) <= set(REFUSALS)
