"""Annotated pictures: best, typical and worst renders for the report, real photos for folders outside it."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.accuracy.measure import RealResult, RenderResult, read_photo
from processing.counting.boxes import Rgb
from processing.pictures import drawing

REPORT_PX = 760
REPORT_QUALITY = 72
REAL_PX = 1600
WORST = 10
CAPTION_PX, CAPTION_SCALE = 44, 0.8


def relative_error(result: RenderResult) -> float:
    """Error of the estimated count as a share of the plants in the frame."""
    true = result.render.in_frame["plant"]
    return abs(result.counted.count.total_estimated - true) / max(true, 1)


def write_cases(name: str, results: Sequence[RenderResult], folder: Path) -> Iterator[tuple[str, str]]:
    """Writes the best, the median and the worst render of a set; (file name, caption) of each."""
    ranked = sorted(results, key=relative_error)
    cases = {"best": ranked[0], "typical": ranked[(len(ranked) - 1) // 2], "worst": ranked[-1]}
    for case, result in cases.items():
        file_name = f"{name}-{case}.jpg"
        (folder / file_name).write_bytes(_jpeg(_annotated(result), REPORT_PX))
        true, count = result.render.in_frame["plant"], result.counted.count
        yield (
            file_name,
            f"{name}, {case}: {result.render.path.name}, {true} plants in the frame, {result.render.visible['plant']} "
            f"to be seen, {count.total_detected} detected, {count.total_estimated} estimated",
        )


def write_real(results: Sequence[RealResult], folder: Path) -> None:
    """Writes every real photo annotated; these pictures are not ours to publish."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        (folder / f"{result.photo.path.stem}.jpg").write_bytes(_jpeg(_annotated(result), REAL_PX))


def write_worst(results: Sequence[RealResult], folder: Path) -> None:
    """Writes the ten photos that are furthest off, the right and the counted number below each; not to publish."""
    folder.mkdir(parents=True, exist_ok=True)
    ranked = sorted(results, key=lambda result: -result.judged.error)[:WORST]
    for place, result in enumerate(ranked, start=1):
        shown = _reduced(_annotated(result), REAL_PX)
        file_name = f"{place:02d}-{result.photo.path.stem}.jpg"
        (folder / file_name).write_bytes(_jpeg(np.vstack([shown, _caption(result, shown.shape[1])]), 2 * REAL_PX))


def _caption(result: RealResult, width_px: int) -> Rgb:
    right, judged = result.photo.valid_plants[0], result.judged
    text = f"true {right}, counted {result.estimated} (off by {judged.error:.0%})"
    text += "" if judged.is_answered else ", refused"
    text += ", marked" if judged.is_answered and judged.is_marked else ""
    strip = np.full((CAPTION_PX, width_px, 3), 255, dtype=np.uint8)
    cv2.putText(strip, text, (8, CAPTION_PX - 14), cv2.FONT_HERSHEY_SIMPLEX, CAPTION_SCALE, (0, 0, 0), 2, cv2.LINE_AA)
    return strip


def _annotated(result: RenderResult | RealResult) -> Rgb:
    photo = result.render if isinstance(result, RenderResult) else result.photo
    return drawing.draw(read_photo(photo).rgb, result.counted.count.containers, result.counted.detections)


def _reduced(rgb: Rgb, longest_px: int) -> Rgb:
    scale = min(1.0, longest_px / max(rgb.shape[:2]))
    shown = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    return np.asarray(shown, dtype=np.uint8)


def _jpeg(rgb: Rgb, longest_px: int) -> bytes:
    shown = _reduced(rgb, longest_px)
    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(shown)).save(buffer, "JPEG", quality=REPORT_QUALITY, optimize=True)
    return buffer.getvalue()
