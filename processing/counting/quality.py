"""Whether a photo can be counted at all: missing parts, darkness, glare, blur, plants that are barely recognised.

A fault is a reason to take the photo again or to count by hand (`counting.faults`). Runs next to the totals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from processing.counting.boxes import PLANT, Detections, Rgb, concatenate
from processing.counting.faults import Fault
from processing.counting.parameters import CountingParameters, QualityParameters
from processing.counting.pyramid import Pyramid
from processing.counting.voting import accept

DIRECTIONS = ((1, 0), (2, 1), (1, 1), (1, 2), (0, 1), (-1, 2), (-1, 1), (-2, 1))
NEAR_PX, FAR_PX = 2, 9
NOISE_SIGMA_PX = 0.7
BURNT = 250
# By how much a count is expected to be off at least: one plant, and this share.
LEAST_ERROR, LEAST_ERROR_SHARE = 1.0, 0.05
# Blank rows, in levels of 0 to 255: programs save parts they could not load as grey, black or green.
PLAIN_LEVELS = 2
MAX_PLAIN_ROWS = 0.1


@dataclass(frozen=True)
class PictureQuality:
    """The brightness of the brighter parts, the overexposed share, the sharpness of edges, and the missing share.

    The shares and brightness go from 0 to 1.
    """

    brightness: float
    glare: float
    sharpness: float
    missing: float = 0.0


def find_faults(
    photo: Pyramid, found: Sequence[Detections], parameters: CountingParameters, *, left_out: int = 0
) -> tuple[Fault, ...]:
    """Why the count of a photo is unreliable or doubtful; empty if it is neither.

    `found` are the boxes of each container, possible ones included (`counting.voting`); `left_out` is the number of
    plants outside all containers (`counting.missed`).
    """
    quality = measure_quality(photo, view_px=parameters.quality.view_px)
    boxes = concatenate(found)
    return (
        *picture_faults(quality, parameters.quality),
        *scene_faults(boxes, parameters),
        *left_out_faults(accept(boxes, parameters.voting), left_out, parameters.quality),
    )


def measure_quality(photo: Pyramid, *, view_px: int) -> PictureQuality:
    """Measure the quality of a photo with its longer side reduced to `view_px`, so that photos are comparable."""
    view = photo.whole(min(1.0, view_px / max(photo.resolution_wh)))
    grey = cv2.cvtColor(view, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    burnt = cv2.inRange(view, (BURNT, BURNT, BURNT), (255, 255, 255)).mean() / 255
    return PictureQuality(float(np.quantile(grey, 0.9)), float(burnt), sharpness(grey), missing_share(view))


def missing_share(view: Rgb) -> float:
    """The share of rows at the lower edge in one plain colour; 0 if the upper edge has the same colour.

    Bars at both edges frame a complete picture, and a plain picture has no other part.
    """
    rows = _plain_rows(view[::-1])
    return 0.0 if _plain_rows(np.vstack([view[-1:], view[:1]])) == 2 else rows / len(view)


def _plain_rows(view: Rgb) -> int:
    """The number of leading rows that are plain and of the first row's colour."""
    spread = np.ptp(view, axis=1).max(axis=1)
    change = np.abs(view[:, 0].astype(np.int16) - view[0, 0].astype(np.int16)).max(axis=1)
    plain = (spread <= PLAIN_LEVELS) & (change <= PLAIN_LEVELS)
    return len(view) if plain.all() else int(plain.argmin())


def sharpness(grey: NDArray[np.float32]) -> float:
    """The ratio of brightness slopes over 2 px and over 9 px, in the least sharp direction.

    1 if every edge is a wide ramp, 1.4 to 3 in sharp photos. It is the ratio of two values of the structure function
    (RMS difference at a distance) and does not depend on contrast. Motion blurs one direction only.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), NOISE_SIGMA_PX)
    slopes = [(_slope(smooth, xy, NEAR_PX), _slope(smooth, xy, FAR_PX)) for xy in DIRECTIONS]
    return min(near / max(far, 1e-9) for near, far in slopes)


def _slope(grey: NDArray[np.float32], direction_xy: tuple[int, int], distance_px: int) -> float:
    """RMS change of brightness per pixel over a distance in a direction."""
    length = np.hypot(*direction_xy)
    right, down = (round(distance_px * step / length) for step in direction_xy)
    height, width = grey.shape[0] - down, grey.shape[1] - abs(right)
    if min(height, width) <= 0:
        return 0.0
    left = max(-right, 0)
    here = grey[:height, left : left + width]
    there = grey[down:, max(right, 0) : max(right, 0) + width]
    squares = cv2.norm(there, here, cv2.NORM_L2SQR)
    return float(np.sqrt(squares / here.size) / np.hypot(right, down))


def picture_faults(quality: PictureQuality, parameters: QualityParameters) -> tuple[Fault, ...]:
    """The faults of the picture itself."""
    faults = []
    if quality.missing > MAX_PLAIN_ROWS:
        faults.append(Fault("part_missing", {"share": f"{quality.missing:.0%}"}))
    if quality.brightness < parameters.min_brightness:
        faults.append(Fault("too_dark"))
    if quality.glare > parameters.max_glare:
        faults.append(Fault("too_bright", {"share": f"{quality.glare:.0%}"}))
    if quality.sharpness < parameters.min_sharpness:
        faults.append(Fault("too_blurred"))
    return tuple(faults)


def scene_faults(found: Detections, parameters: CountingParameters) -> tuple[Fault, ...]:
    """The faults of the scene, by how well the looks at several scales agree; with few boxes there is nothing to judge
    by."""
    quality, counted = parameters.quality, accept(found, parameters.voting)
    if len(counted) < quality.min_boxes:
        return ()
    agreement = measure_agreement(counted)
    if agreement < quality.min_agreement:
        return (Fault("unfamiliar_scene", {"agreement": f"{agreement:.2f}"}),)
    share = uncertain_share(found, parameters)
    if share > quality.max_uncertain:
        return (Fault("doubtful.uncertain", {"share": f"{share:.0%}"}),)
    return ()


def measure_agreement(boxes: Detections) -> float:
    """The mean vote of all boxes (`counting.voting`), 0 to 1; NaN without any.

    In an unknown scene the detector is unsure, or takes different things for plants at each scale.
    """
    return float(boxes.confidence.mean()) if len(boxes) else float("nan")


def uncertain_share(found: Detections, parameters: CountingParameters) -> float:
    """The share of the plants, possible ones included, whose vote is close to the accepted one; 0 without any."""
    low, high = (share * parameters.voting.accepted for share in parameters.quality.uncertain_votes)
    votes = found.of_class(PLANT).confidence
    possible = votes[votes >= low]
    return float((possible < high).mean()) if len(possible) else 0.0


def predict_error(found: Detections, count: int, parameters: CountingParameters) -> float:
    """By how many plants a count may be off, as the looks see it: by those that are uncertain, and at least a few.

    Only the proportion between photos matters: what it is worth is learned from photos with known numbers
    (`stock.conformal`). On the pictures of docs/accuracy/accuracy.json the middle interval is half as wide as by the
    number of plants alone.
    """
    return LEAST_ERROR + count * (LEAST_ERROR_SHARE + uncertain_share(found, parameters))


def left_out_faults(counted: Detections, left_out: int, parameters: QualityParameters) -> tuple[Fault, ...]:
    """A doubt if the plants left out would change the count noticeably, in case they are plants."""
    if left_out > parameters.max_left_out * (counted.count(PLANT) + left_out):
        return (Fault("doubtful.left_out", {"plants": left_out}),)
    return ()
