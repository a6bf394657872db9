"""The annotated picture: container outlines, a box on every plant, and a legend with the counts.

Last step of the aggregate stage and of `manage.py count --annotated`. Same size as the photo, so that a page can
lay one over the other. It has no words, since people of several languages look at the same picture: the legend shows
each kind of mark with its number, and the page next to it explains them. Colours are Okabe and Ito's, which
colour-blind people can distinguish; kinds of box also differ in form (plant plain, empty with one diagonal, dead
crossed). Marks that people added or changed have a white frame, removed ones are a white cross, as in the viewer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from processing.counting.boxes import CLASS_NAMES, DEAD, EMPTY, PLANT, Detections, Floats, PlantClass, Rgb
from processing.counting.containers import CONTAINER_KINDS, Container, ContainerKind
from processing.counting.corrections import Counts
from processing.counting.totals import ContainerCount

Colour = tuple[int, int, int]
CONTAINER_COLOURS: dict[ContainerKind, Colour] = {
    "segment": (0, 114, 178),
    "box": (204, 121, 167),
    "plug": (230, 159, 0),
}
CLASS_COLOURS: dict[PlantClass, Colour] = {"plant": (240, 228, 66), "empty": (86, 180, 233), "dead": (213, 94, 0)}
TINT = 0.16
PANEL_COLOUR: Colour = (22, 26, 30)
PANEL_OPACITY = 0.82
TEXT_COLOUR: Colour = (255, 255, 255)
BY_HAND_COLOUR: Colour = (255, 255, 255)
SIGNS = {"added": "+", "removed": "-", "retyped": "\u00b1"}

Row = tuple[Colour, str]


@dataclass(frozen=True, eq=False)
class ByHand:
    """People's corrections, as boxes (n, 4) xyxy, and the corrected counts of the photo.

    `numbers` is the number of corrections by action.
    """

    added: Floats
    retyped: Floats
    removed: Floats
    numbers: Mapping[str, int]
    totals: Counts


def draw(
    rgb: Rgb,
    counts: Sequence[ContainerCount],
    detections: Sequence[Detections],
    by_hand: ByHand | None = None,
    *,
    numbers: Sequence[int] | None = None,
) -> Rgb:
    """A copy of the picture (height, width, 3) with everything drawn in; detections in the order of the counts.

    `numbers` are those of the containers, if some that could not be counted are missing. With `by_hand` the counts and
    detections are those after corrections, and the detections may have one more item: those outside all containers.
    """
    canvas = rgb.copy()
    unit = max(1.0, max(rgb.shape[:2]) / 1000)
    for item in counts:
        _draw_container(canvas, item.container, unit)
    for boxes in detections:
        _draw_boxes(canvas, boxes, unit)
    if by_hand:
        _draw_by_hand(canvas, by_hand, unit)
    if len(counts) > 1:  # the legend already describes a single one
        for number, item in zip(numbers or range(1, len(counts) + 1), counts, strict=True):
            _draw_label(canvas, item, number, unit)
    _paste_legend(canvas, legend_rows(counts, by_hand), detections, unit)
    return canvas


def legend_rows(counts: Sequence[ContainerCount], by_hand: ByHand | None = None) -> list[Row]:
    """The rows of the legend: plants, empty and dead places, containers and plants of each kind, and corrections."""
    total = by_hand.totals if by_hand else _sum(counts)
    rows: list[Row] = [
        (CLASS_COLOURS["plant"], _plants(total.detected, total.estimated)),
        (CLASS_COLOURS["empty"], _number(total.empty)),
    ]
    if total.dead:
        rows.append((CLASS_COLOURS["dead"], _number(total.dead)))
    for kind in CONTAINER_KINDS:
        own = [item for item in counts if item.container.kind == kind]
        if own:
            part = _sum(own)
            rows.append((CONTAINER_COLOURS[kind], f"{len(own)}x: {_plants(part.detected, part.estimated)}"))
    numbers = by_hand.numbers if by_hand else {}
    changed = "  ".join(f"{sign}{numbers[what]}" for what, sign in SIGNS.items() if numbers.get(what))
    return [*rows, (BY_HAND_COLOUR, changed)] if changed else rows


def _sum(counts: Sequence[ContainerCount]) -> Counts:
    return Counts(
        detected=sum(item.detected for item in counts),
        estimated=sum(item.estimated for item in counts),
        empty=sum(item.empty for item in counts),
        dead=sum(item.dead for item in counts),
    )


def _plants(detected: int, estimated: int) -> str:
    """The number seen and, if some are hidden, the estimate."""
    return _number(detected) + (f" (~{_number(estimated)})" if estimated != detected else "")


def _number(number: int) -> str:
    """A number grouped by spaces, which reads the same in every language."""
    return f"{number:_}".replace("_", " ")


def _draw_container(canvas: Rgb, container: Container, unit: float) -> None:
    colour = CONTAINER_COLOURS[container.kind]
    corners = np.round(np.array(container.polygon)).astype(np.int32)
    x, y, width, height = cv2.boundingRect(corners)
    x1, y1 = max(x, 0), max(y, 0)
    part = canvas[y1 : y + height, x1 : x + width]
    if part.size:
        filled = part.copy()
        cv2.fillPoly(filled, [corners - (x1, y1)], colour)
        cv2.addWeighted(filled, TINT, part, 1 - TINT, 0, dst=part)
    cv2.polylines(canvas, [corners], True, (255, 255, 255), round(4.5 * unit), cv2.LINE_AA)
    cv2.polylines(canvas, [corners], True, colour, round(3 * unit), cv2.LINE_AA)


def _draw_boxes(canvas: Rgb, detections: Detections, unit: float) -> None:
    if not len(detections):
        return
    typical_px = float(np.median(np.sqrt(detections.sizes.prod(axis=1))))
    thickness = max(1, round(min(1.6 * unit, typical_px / 14)))
    for xyxy, class_id in zip(detections.xyxy.round().astype(int).tolist(), detections.class_id, strict=True):
        x1, y1, x2, y2 = xyxy
        colour = CLASS_COLOURS[CLASS_NAMES[class_id]]
        if class_id == PLANT:
            cv2.rectangle(canvas, (x1, y1), (x2, y2), (0, 0, 0), thickness + 1, cv2.LINE_AA)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, thickness, cv2.LINE_AA)
        if class_id in (EMPTY, DEAD):
            cv2.line(canvas, (x1, y2), (x2, y1), colour, thickness, cv2.LINE_AA)
        if class_id == DEAD:
            cv2.line(canvas, (x1, y1), (x2, y2), colour, thickness, cv2.LINE_AA)


def _draw_by_hand(canvas: Rgb, by_hand: ByHand, unit: float) -> None:
    thickness = max(1, round(1.6 * unit))
    gap = 3 * thickness
    for x1, y1, x2, y2 in np.vstack([by_hand.added, by_hand.retyped]).round().astype(int).tolist():
        for colour, width in (((0, 0, 0), thickness + 2), (BY_HAND_COLOUR, thickness)):
            cv2.rectangle(canvas, (x1 - gap, y1 - gap), (x2 + gap, y2 + gap), colour, width, cv2.LINE_AA)
    for x1, y1, x2, y2 in by_hand.removed.round().astype(int).tolist():
        for colour, width in (((0, 0, 0), thickness + 2), (BY_HAND_COLOUR, thickness)):
            cv2.line(canvas, (x1, y1), (x2, y2), colour, width, cv2.LINE_AA)
            cv2.line(canvas, (x1, y2), (x2, y1), colour, width, cv2.LINE_AA)


def _draw_label(canvas: Rgb, item: ContainerCount, number: int, unit: float) -> None:
    """A tag on the container's top edge: its number and how many plants it holds."""
    text = f"{number}: {_plants(item.detected, item.estimated)}"
    font = _font(round(17 * unit))
    left, top, right, bottom = font.getbbox(text)
    pad = round(5 * unit)
    tag = Image.new("RGB", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), PANEL_COLOUR)
    pen = ImageDraw.Draw(tag)
    pen.text((pad - left, pad - top), text, font=font, fill=TEXT_COLOUR)
    pen.rectangle((0, 0, pad // 2, tag.height), fill=CONTAINER_COLOURS[item.container.kind])
    x, y = min(item.container.polygon, key=lambda corner: (corner[1], corner[0]))
    _paste(canvas, np.asarray(tag), round(x) - tag.width // 2, round(y) - tag.height // 2, 0.9)


def _paste_legend(canvas: Rgb, rows: Sequence[Row], detections: Sequence[Detections], unit: float) -> None:
    panel = _legend(rows, unit)
    height, width = panel.shape[:2]
    margin = round(10 * unit)
    right, bottom = canvas.shape[1] - width - margin, canvas.shape[0] - height - margin
    corners = [(x, y) for y in (margin, bottom) for x in (margin, right)]
    centres = np.concatenate([boxes.centres for boxes in detections] or [np.zeros((0, 2), dtype=np.float32)])

    def hidden(corner: tuple[int, int]) -> int:
        inside = (centres >= corner) & (centres <= (corner[0] + width, corner[1] + height))
        return int(inside.all(axis=1).sum())

    x, y = min(corners, key=hidden)
    _paste(canvas, panel, x, y, PANEL_OPACITY)


def _legend(rows: Sequence[Row], unit: float) -> NDArray[np.uint8]:
    font, line, pad = _font(round(20 * unit)), round(29 * unit), round(12 * unit)
    swatch = round(15 * unit)
    text_x = pad + swatch + pad
    width = text_x + max(round(font.getlength(text)) for _, text in rows) + pad
    panel = Image.new("RGB", (width, line * len(rows) + pad), PANEL_COLOUR)
    pen = ImageDraw.Draw(panel)
    for index, (colour, text) in enumerate(rows):
        middle = pad // 2 + line * index + line // 2
        _draw_swatch(pen, (pad, middle - swatch // 2, pad + swatch, middle + swatch // 2), colour, round(2 * unit))
        pen.text((text_x, middle), text, font=font, fill=TEXT_COLOUR, anchor="lm")
    return np.asarray(panel)


def _draw_swatch(pen: ImageDraw.ImageDraw, xyxy: tuple[int, int, int, int], colour: Colour, thickness: int) -> None:
    """Draw a mark as in the picture: boxes in outline with their strokes, containers filled."""
    if colour in CONTAINER_COLOURS.values():
        pen.rectangle(xyxy, fill=colour)
        return
    x1, y1, x2, y2 = xyxy
    pen.rectangle(xyxy, outline=colour, width=thickness)
    if colour in (CLASS_COLOURS["empty"], CLASS_COLOURS["dead"]):
        pen.line((x1, y2, x2, y1), fill=colour, width=thickness)
    if colour == CLASS_COLOURS["dead"]:
        pen.line((x1, y1, x2, y2), fill=colour, width=thickness)


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size_px)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType")
    return font


def _paste(canvas: Rgb, patch: NDArray[np.uint8], x: int, y: int, opacity: float) -> None:
    """Blend the patch in at (x, y), moved inside the canvas and cropped if the canvas is smaller."""
    x = max(0, min(x, canvas.shape[1] - patch.shape[1]))
    y = max(0, min(y, canvas.shape[0] - patch.shape[0]))
    part = canvas[y : y + patch.shape[0], x : x + patch.shape[1]]
    cut = np.ascontiguousarray(patch[: part.shape[0], : part.shape[1]])
    cv2.addWeighted(cut, opacity, part, 1 - opacity, 0, dst=part)
