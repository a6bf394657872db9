"""Things in a nursery that are neither plants nor containers: labels, hoses, sticks, dead leaves, shoes, hands."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.paste import Image, fill_polygon

SKIN = np.array([(120, 150, 205), (85, 115, 170), (60, 80, 120), (150, 180, 230)], float)


def scatter(canvas: Image, owner: NDArray[np.int32], size_px: float, rng: np.random.Generator) -> None:
    """Lays up to four of them over the scene; `size_px` is the width of a plant. `owner` is -1 where they lie."""
    things = np.array([_label, _hose, _stick, _leaf, _shoe, _hand], dtype=object)
    for thing in rng.choice(things, int(rng.integers(0, 5)), p=[0.3, 0.15, 0.15, 0.25, 0.08, 0.07]):
        mask = np.zeros(canvas.shape[:2], np.uint8)
        colour = thing(mask, size_px, rng)
        light = rng.uniform(0.75, 1.15)
        covered, edge = mask > 127, mask > 0
        part = (mask[edge].astype(np.float32) / 255)[:, None]
        canvas[edge] = (canvas[edge] * (1 - part) + np.clip(colour * light, 0, 255) * part).astype(np.uint8)
        owner[covered] = -1


def _at(mask: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.uniform(0, 1, 2) * mask.shape[::-1]


def _quad(middle: NDArray[np.float64], across: float, along: float, angle: float) -> NDArray[np.float64]:
    corners = np.array([(-across, -along), (across, -along), (across, along), (-across, along)]) / 2
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(corners @ turn.T + middle)


def _label(mask: NDArray[np.uint8], size_px: float, rng: np.random.Generator) -> NDArray[np.float64]:
    middle, across, along = _at(mask, rng), size_px * rng.uniform(0.12, 0.4), size_px * rng.uniform(0.4, 1.0)
    fill_polygon(mask, _quad(middle, across, along, rng.normal(0, 0.5)))
    return np.array([(235, 238, 240), (60, 210, 235), (190, 150, 60)][rng.integers(3)], float)


def _hose(mask: NDArray[np.uint8], size_px: float, rng: np.random.Generator) -> NDArray[np.float64]:
    ends = np.array([_at(mask, rng) for _ in range(3)])
    steps = np.linspace(-0.3, 1.3, 40)[:, None]
    curve = (1 - steps) ** 2 * ends[0] + 2 * steps * (1 - steps) * ends[1] + steps**2 * ends[2]
    thickness = max(1, round(min(size_px, 90) * rng.uniform(0.06, 0.25)))
    cv2.polylines(mask, [np.round(curve).astype(np.int32)], False, 255, thickness, cv2.LINE_AA)
    return np.array([(25, 25, 25), (40, 90, 40), (60, 190, 220), (120, 120, 120)][rng.integers(4)], float)


def _stick(mask: NDArray[np.uint8], size_px: float, rng: np.random.Generator) -> NDArray[np.float64]:
    across, along = size_px * rng.uniform(0.03, 0.3), size_px * rng.uniform(2, 9)
    fill_polygon(mask, _quad(_at(mask, rng), across, along, rng.uniform(0, np.pi)))
    return np.array([(90, 120, 150), (150, 150, 150), (60, 80, 100)][rng.integers(3)], float)


def _leaf(mask: NDArray[np.uint8], size_px: float, rng: np.random.Generator) -> NDArray[np.float64]:
    axes = (max(2, round(size_px * rng.uniform(0.1, 0.35))), max(1, round(size_px * rng.uniform(0.05, 0.15))))
    x, y = _at(mask, rng).astype(int)
    cv2.ellipse(mask, (int(x), int(y)), axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
    return np.array([(40, 75, 120), (60, 110, 160), (35, 45, 70)][rng.integers(3)], float)


def _shoe(mask: NDArray[np.uint8], size_px: float, rng: np.random.Generator) -> NDArray[np.float64]:
    middle = np.array([rng.uniform(0, mask.shape[1]), mask.shape[0] * rng.uniform(0.9, 1.1)])
    reach = round(min(size_px * 1.5, mask.shape[0] * 0.2)) + 6
    foot = (int(middle[0]), int(middle[1]))
    cv2.ellipse(mask, foot, (round(reach * 0.45), reach), rng.normal(0, 12), 0, 360, 255, -1)
    return rng.uniform(15, 120, 3)


def _hand(mask: NDArray[np.uint8], size_px: float, rng: np.random.Generator) -> NDArray[np.float64]:
    middle, angle = _at(mask, rng), rng.uniform(0, 2 * np.pi)
    palm = size_px * rng.uniform(0.6, 1.2) + 6
    ahead = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]])
    cv2.circle(mask, (int(middle[0]), int(middle[1])), round(palm / 2), 255, -1, cv2.LINE_AA)
    for finger in np.linspace(-0.4, 0.4, 4):
        start, end = middle + aside * palm * finger, middle + ahead * palm * 1.1 + aside * palm * finger * 1.3
        _draw_line(mask, start, end, palm * 0.2)
    _draw_line(mask, middle, middle - ahead * palm * 3, palm * 0.7)
    return np.asarray(SKIN[rng.integers(len(SKIN))])


def _draw_line(mask: NDArray[np.uint8], start: NDArray[np.float64], end: NDArray[np.float64], width_px: float) -> None:
    ends = start.astype(int).tolist(), end.astype(int).tolist()
    cv2.line(mask, *ends, 255, max(2, round(width_px)), cv2.LINE_AA)
