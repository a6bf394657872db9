"""Drawn beds of pots from above, and photos of parts of them, for tests of overlaps."""

import cv2
import numpy as np

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
    """A photo of the columns of pixels from `left` to `right` of a bed, seen a little askew in its own light: rgb, the
    boxes of the plants, and which plants they are."""
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
    return np.clip(picture, 0, 255).astype(np.uint8), seen[inside], inside
