"""Adds beds around plants outside all outlines, so that beds which the segmenter missed or cut short are counted too.

Runs between the segmenter and the detection of each container, on a coarse look at the whole photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import Polygon

from processing.counting.boxes import EMPTY, Detections
from processing.counting.containers import Container, largest_polygon, points_inside
from processing.counting.parameters import MissedParameters


@dataclass(frozen=True)
class FoundContainers:
    """The containers of a photo, and how many plants outside them were too uncertain to count."""

    containers: tuple[Container, ...]
    left_out: int = 0


def cover_missed(
    containers: Sequence[Container],
    found: Detections,
    resolution_wh: tuple[int, int],
    parameters: MissedParameters,
) -> FoundContainers:
    """The containers, with additions so that each detected plant is in one.

    Plants next to a bed widen its outline; others get a new bed, with the mean of their confidences. A group with far
    lower confidence than the plants in the containers is left out: it is usually gravel or litter.
    """
    plants = found.select(found.class_id != EMPTY)
    is_missed = np.ones(len(plants), dtype=bool)
    for container in containers:
        is_missed &= ~points_inside(container, plants.centres)
    missed = plants.select(is_missed)
    least_vote = _least_vote(plants.select(~is_missed), parameters)
    covered, left_out = list(containers), 0
    rigid = shapely.union_all([container.shape for container in containers if container.kind != "segment"])
    for group in _group(missed, resolution_wh, parameters):
        for part in shapely.get_parts(group.difference(rigid)):
            inside = shapely.intersects_xy(part, missed.centres[:, 0], missed.centres[:, 1])
            if isinstance(part, Polygon) and inside.any():
                mean_vote = float(missed.confidence[inside].mean())
                if mean_vote >= least_vote:
                    _add(covered, part, mean_vote)
                else:
                    left_out += int(inside.sum())
    return FoundContainers(tuple(covered), left_out)


def _least_vote(contained: Detections, parameters: MissedParameters) -> float:
    """The mean vote below which a group outside the containers is gravel or litter, relative to the plants inside
    them."""
    if len(contained) < parameters.min_contained:
        return 0.0
    return parameters.min_vote_share * float(contained.confidence.mean())


def _group(missed: Detections, resolution_wh: tuple[int, int], parameters: MissedParameters) -> list[Polygon]:
    """Convex outlines around groups of nearby boxes, within the photo."""
    if not len(missed):
        return []
    boxes = np.asarray(shapely.box(*missed.xyxy.T))
    side_px = float(np.median(np.sqrt(missed.sizes.prod(axis=1))))
    frame = shapely.box(0, 0, *resolution_wh)
    for reach in parameters.reaches:
        near = shapely.get_parts(shapely.union_all(shapely.buffer(boxes, reach * side_px)))
        groups = [boxes[shapely.intersects(one, boxes)] for one in near]
        if len(groups) <= parameters.max_groups:
            break
    else:
        groups = [boxes]
    hulls = [shapely.union_all(group).convex_hull.buffer(parameters.margin * side_px) for group in groups]
    return [largest_polygon(hull.intersection(frame)) for hull in hulls]


def _add(covered: list[Container], outline: Polygon, confidence: float) -> None:
    """Joins the outline to the first bed that it overlaps, or adds it as a bed."""
    for index, container in enumerate(covered):
        joined = container.shape.union(outline)
        if container.kind == "segment" and isinstance(joined, Polygon):
            covered[index] = replace(container, polygon=_rounded(joined.exterior.coords[:-1]))
            return
    covered.append(Container("segment", _rounded(outline.exterior.coords[:-1]), round(confidence, 4)))


def _rounded(corners: Sequence[tuple[float, ...]]) -> tuple[tuple[float, float], ...]:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in corners)
