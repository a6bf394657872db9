"""Random light, colour, substrate, blur and noise for training tiles (used by dataset.py).

The renders are too clean: pebble-like substrate, neat colours, one camera. This adds the variation of real nursery
photos: grow lights, grey and red plants, peat with perlite, soft focus, sensor noise.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def vary(image: Image, plant_boxes: NDArray[np.float32], rng: np.random.Generator, *, keep_hue: bool = False) -> Image:
    """A changed copy of a BGR tile. `plant_boxes` (n, 4) xyxy px are spared by the substrate.

    `keep_hue` is for tiles with dead plants, whose colour is what tells them from living ones.
    """
    result = image.astype(np.float32)
    if rng.random() < 0.4:
        result = _mix_substrate(result, plant_boxes, rng)
    if rng.random() < 0.4 and not keep_hue:
        result = _recolour(result, rng)
    result = _relight(result, rng)
    return _camera(result, rng)


def _mix_substrate(
    image: NDArray[np.float32], plant_boxes: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Blends peat, soil or sand texture into dull pixels outside the plants; light ones stay (pots, trays)."""
    height, width = image.shape[:2]
    saturation = image.max(axis=2) - image.min(axis=2)
    dull = np.clip(1.4 - saturation / 90.0, 0.0, 1.0) * (1.0 - _soft_plants(image.shape[:2], plant_boxes))
    dull = cv2.GaussianBlur(dull.astype(np.float32), (0, 0), 1.5) * rng.uniform(0.2, 0.75)
    colour = rng.uniform(0.25, 1.6) * np.array([45.0, 62.0, 82.0]) * rng.uniform(0.85, 1.15, 3)
    grain = np.zeros((height, width), np.float32)
    for size in (2, 5, 14):
        noise = rng.standard_normal((height // size + 2, width // size + 2)).astype(np.float32)
        grain += cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
    texture = colour[None, None] * np.exp(0.3 * grain)[..., None]
    texture[grain > rng.uniform(2.2, 4.5)] = rng.uniform(150, 230)
    shade = cv2.GaussianBlur(image.mean(axis=2), (0, 0), 4) / 90.0
    texture = texture * np.clip(shade, 0.3, 2.0)[..., None]
    return image * (1 - dull[..., None]) + texture.astype(np.float32) * dull[..., None]


def _soft_plants(shape: tuple[int, int], plant_boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """About 0.8 in the middle of plants, falling smoothly to 0: hard edges would give the boxes away."""
    mask = np.zeros(shape, np.float32)
    for x0, y0, x1, y1 in plant_boxes:
        centre, axes = (round((x0 + x1) / 2), round((y0 + y1) / 2)), (round((x1 - x0) * 0.4), round((y1 - y0) * 0.4))
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 0.85, -1)
    if not len(plant_boxes):
        return mask
    side = float(np.median(plant_boxes[:, 2] - plant_boxes[:, 0]))
    return cv2.GaussianBlur(mask, (0, 0), max(1.5, side * 0.15))


def _recolour(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Turns the hue of the whole tile and its saturation: blue, grey, yellow and red plants."""
    hsv = cv2.cvtColor(np.clip(image, 0, 255).astype(np.uint8), cv2.COLOR_BGR2HSV).astype(np.int16)
    strong = rng.random() < 0.2
    turn = int(rng.integers(-90, 90) if strong else rng.integers(-18, 18))
    hsv[..., 0] = (hsv[..., 0] + turn) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * rng.uniform(0.15, 1.5), 0, 255)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR).astype(np.float32)


def _relight(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """White balance (sometimes pink or violet grow light), exposure, contrast and an uneven lamp."""
    if rng.random() < 0.12:
        cast = np.array([rng.uniform(0.7, 1.3), rng.uniform(0.25, 0.6), rng.uniform(1.0, 1.5)])
    else:
        cast = rng.uniform(0.85, 1.15, 3)
    image = 255.0 * np.clip(image / 255.0 * cast, 0, 1.5) ** rng.uniform(0.65, 1.5)
    image = (image - 110.0) * rng.uniform(0.7, 1.3) + 110.0 + rng.uniform(-25, 25)
    if rng.random() < 0.3:
        lamp = cv2.resize(
            rng.uniform(0.5, 1.3, (3, 3)).astype(np.float32), image.shape[1::-1], interpolation=cv2.INTER_CUBIC
        )
        image = image * lamp[..., None]
    return image


def _camera(image: NDArray[np.float32], rng: np.random.Generator) -> Image:
    """Soft focus or sharpening, sensor noise and JPEG."""
    if rng.random() < 0.35:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.8))
    elif rng.random() < 0.3:
        image = image + rng.uniform(0.3, 1.2) * (image - cv2.GaussianBlur(image, (0, 0), 1.2))
    if rng.random() < 0.4:
        image = image + rng.normal(0, rng.uniform(2, 12), image.shape)
    clean = np.clip(image, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", clean, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 96))])
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)
