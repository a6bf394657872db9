"""The effects of light, lens and sensor on a scene; fast, on whole bytes where possible."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.collage.paste import Image


def photograph(scene: Image, rng: np.random.Generator) -> Image:
    """The scene as a phone would have it: lamp, bars of shade, colour cast, focus, noise."""
    picture = scene
    if rng.random() < 0.45:
        picture = _light_unevenly(picture, rng)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.5))
    elif rng.random() < 0.3:
        picture = cv2.addWeighted(picture, 1.6, cv2.GaussianBlur(picture, (0, 0), 1.2), -0.6, 0)
    if rng.random() < 0.1:
        picture = _move(picture, rng)
    picture = cv2.LUT(picture, _tone(rng)[None])
    if rng.random() < 0.5:
        noise = np.empty(picture.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(2**31)))
        cv2.randn(noise, 0, rng.uniform(2, 10))
        picture = cv2.add(picture, noise, dtype=cv2.CV_8U)
    return np.asarray(picture, np.uint8)


def _tone(rng: np.random.Generator) -> NDArray[np.uint8]:
    """(256, 3) white balance, exposure and contrast; now and then a violet grow light."""
    cast = rng.uniform(0.85, 1.15, 3)
    if rng.random() < 0.06:
        cast = np.array([rng.uniform(0.9, 1.3), rng.uniform(0.35, 0.7), rng.uniform(1.0, 1.4)])
    ramp = np.arange(256)[:, None] / 255 * cast[None]
    curve = 255 * np.clip(ramp, 0, 1.4) ** rng.uniform(0.7, 1.45)
    return np.clip((curve - 110) * rng.uniform(0.75, 1.3) + 110 + rng.uniform(-22, 22), 0, 255).astype(np.uint8)


def _light_unevenly(picture: Image, rng: np.random.Generator) -> Image:
    height, width = picture.shape[:2]
    light = cv2.resize(rng.uniform(0.5, 1.3, (3, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5:  # the shade of bars or of shade cloth
        y, x = np.mgrid[:height, :width].astype(np.float32)
        angle, period = rng.uniform(0, np.pi), rng.uniform(40, 320)
        wave = np.cos((x * np.cos(angle) + y * np.sin(angle)) * np.float32(2 * np.pi / period))
        light = np.where(wave > rng.uniform(-0.2, 0.9), light * rng.uniform(0.45, 0.8), light).astype(np.float32)
    scaled = cv2.multiply(picture, cv2.merge([light, light, light]), dtype=cv2.CV_8U)
    return np.asarray(scaled, np.uint8)


def _move(picture: Image, rng: np.random.Generator) -> Image:
    length = int(rng.integers(3, 6))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turned = cv2.warpAffine(
        kernel, cv2.getRotationMatrix2D((length / 2, length / 2), rng.uniform(0, 180), 1.0), (length,) * 2
    )
    return np.asarray(cv2.filter2D(picture, -1, turned / max(float(turned.sum()), 1e-6)), np.uint8)
