"""Turns linear light into the picture of a phone: exposure, white balance, focus, noise, tone (after render.py)."""

import cv2
import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Linear = NDArray[np.float32]

REFERENCE_WIDTH_PX = 1152
MIDDLE_GREY = 0.2


def photograph(rgb: Linear, depth: NDArray[np.float32], rng: Rng) -> NDArray[np.uint8]:
    """sRGB picture (h, w, 3) of linear light (h, w, 3) with depth in metres (h, w)."""
    light = np.nan_to_num(np.clip(rgb, 0, 50)).astype(np.float32)
    scale = light.shape[1] / REFERENCE_WIDTH_PX
    light = _expose(light, rng)
    light = _shade_corners(light, rng)
    light = _focus(light, depth, rng, scale)
    light = light + rng.normal(0, 1, light.shape).astype(np.float32) * (
        np.sqrt(np.maximum(light, 0)) * rng.uniform(0.003, 0.03) + rng.uniform(0, 0.004)
    )
    return _develop(np.maximum(light, 0), rng, scale)


def _expose(light: Linear, rng: Rng) -> Linear:
    """Exposes for the middle of the picture; white balance takes back most of a strong cast, never all.

    A weak cast is left alone: a picture full of green plants is no reason to turn it magenta.
    """
    grey = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    height, width = grey.shape
    middle = grey[height // 5 : -height // 5, width // 5 : -width // 5]
    metered = np.median(middle) * 0.6 + grey.mean() * 0.4
    light = light * (MIDDLE_GREY * 2 ** rng.normal(0, 0.45) / max(1e-3, float(metered)))
    mean = light.reshape(-1, 3).mean(axis=0) + 1e-4
    cast = float(np.abs(np.log(mean / mean.mean())).max())
    balance = (mean.mean() / mean) ** (rng.uniform(0.4, 0.9) * min(max(cast - 0.25, 0) / 0.35, 1))
    drift = np.array([1 + rng.normal(0, 0.06), 1, 1 + rng.normal(0, 0.08)])
    return (light * np.clip(balance, 0.4, 2.5) * drift).astype(np.float32)


def _shade_corners(light: Linear, rng: Rng) -> Linear:
    height, width = light.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
    light = light * (1 - rng.uniform(0, 0.35) * away)[..., None]
    if rng.random() < 0.08:  # a smeared lens: veil and bloom
        light = light * 0.85 + cv2.GaussianBlur(light, (0, 0), width / 40) * rng.uniform(0.15, 0.4)
    return light


def _focus(light: Linear, depth: NDArray[np.float32], rng: Rng, scale: float) -> Linear:
    """Soft or shaken pictures, and a background out of focus when the stock is close."""
    sharp_m = float(np.percentile(depth[depth.shape[0] // 3 : -depth.shape[0] // 4], 50))
    opening = rng.choice([0.0, 0.8, 2.0], p=[0.4, 0.4, 0.2]) * scale
    if opening:
        blurred = np.abs(1 / np.clip(depth, 0.05, 60) - 1 / sharp_m) * opening
        for sigma in (1.0 * scale, 2.2 * scale):
            share = np.clip(blurred / sigma - 0.4, 0, 1)
            share = cv2.GaussianBlur(share.astype(np.float32), (0, 0), 2 * scale)[..., None]
            light = light * (1 - share) + cv2.GaussianBlur(light, (0, 0), sigma) * share
    soft = rng.choice([0, 0.5, 0.9, 1.5], p=[0.45, 0.3, 0.18, 0.07]) * scale
    if soft:
        light = cv2.GaussianBlur(light, (0, 0), soft)
    if rng.random() < 0.1:
        light = cv2.filter2D(light, -1, _shake(rng, scale))
    return light


def _shake(rng: Rng, scale: float) -> Linear:
    """Kernel of a straight movement of 3 to 7 px."""
    side = int(rng.integers(3, 8) * max(scale, 0.5)) | 1
    kernel = np.zeros((side, side), np.float32)
    kernel[side // 2] = 1
    turn = cv2.getRotationMatrix2D((side // 2, side // 2), rng.random() * 180, 1)
    kernel = cv2.warpAffine(kernel, turn, (side, side))
    return kernel / kernel.sum()


def _develop(light: Linear, rng: Rng, scale: float) -> NDArray[np.uint8]:
    """Tone curve, colour, contrast and sharpening as phones do it (Reinhard with a white point, then sRGB)."""
    white = rng.uniform(1.6, 4)
    light = np.clip(light * (1 + light / white**2) / (1 + light) * rng.uniform(1.25, 1.5), 0, 1)
    picture = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)
    grey = picture.mean(axis=-1, keepdims=True)
    picture = grey + (picture - grey) * rng.uniform(0.85, 1.35)
    picture = 0.5 + (picture - 0.5) * rng.uniform(0.95, 1.35)
    if rng.random() < 0.7:
        picture = picture + (picture - cv2.GaussianBlur(picture, (0, 0), 1.2 * scale)) * rng.uniform(0.2, 0.9)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
