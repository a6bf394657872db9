"""Values of the pipeline that may indicate a wrong count (input of `bench.accuracy.doubt`).

The pipeline keeps only the result of its looks, so the looks are recorded while it runs.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from processing.counting import detection
from processing.counting.boxes import PLANT, Detections, concatenate
from processing.counting.containers import Container, points_inside
from processing.counting.parameters import CountingParameters, VotingParameters
from processing.counting.quality import uncertain_share
from processing.counting.voting import Look, Suppress, accept, vote
from processing.pipeline.photo_count import CountedPhoto

Signs = dict[str, float | None]

# Only while the looks are there; the others can be read from the boxes and outlines that the product keeps.
NEEDS_LOOKS = {"difference_of_looks", "difference_to_whole_photo"}
SURE = 0.25
MIN_FOR_DEPTH = 6
MIN_FOR_SPACING = 3
BORDER_SHARE = 0.002


@dataclass(frozen=True, eq=False)
class Vote:
    """One vote of the pipeline: of the whole photo at first, then of each container."""

    looks: tuple[Look, ...]
    resolution_wh: tuple[int, int]
    suppress: Suppress
    result: Detections

    def plants_by_look(self, container: Container, parameters: VotingParameters) -> list[int]:
        """The sure plants that each look alone counts, the look with the most legible plants first."""
        counted = []
        for look in self.looks:
            sure = look.found.select((look.found.class_id == PLANT) & (look.found.confidence >= SURE))
            kept = sure.select(self.suppress(sure))
            side_px = float(np.median(_sides(kept))) * look.scale if len(kept) else 1e-3
            away = abs(float(np.log(side_px / parameters.target_plant_px)))
            counted.append((away, _plants_inside(container, kept)))
        return [count for _, count in sorted(counted)]


@contextmanager
def recorded_votes() -> Iterator[list[Vote]]:
    """Every vote of the pipeline while this is open."""
    votes: list[Vote] = []

    def record(
        looks: Sequence[Look], resolution_wh: tuple[int, int], *, suppress: Suppress, parameters: VotingParameters
    ) -> Detections:
        result = vote(looks, resolution_wh, suppress=suppress, parameters=parameters)
        votes.append(Vote(tuple(looks), resolution_wh, suppress, result))
        return result

    with patch.object(detection, "vote", record):
        yield votes


def read_signs(counted: CountedPhoto, votes: Sequence[Vote], parameters: CountingParameters) -> Signs:
    """The signs of one photo, None for those that it has not; empty where a container could not be counted."""
    containers = [item.container for item in counted.count.containers]
    if len(votes) != len(containers) + 1:
        return {}
    boxes, resolution_wh = concatenate(counted.detections), votes[0].resolution_wh
    plants = boxes.of_class(PLANT)
    detected, estimated = counted.count.total_detected, counted.count.total_estimated
    everywhere = accept(votes[0].result, parameters.voting).count(PLANT)
    return {
        "mean_vote": _mean(boxes.confidence),
        "spread_of_votes": float(boxes.confidence.std()) if len(boxes) else None,
        "share_of_low_votes": _mean(
            boxes.confidence < parameters.quality.uncertain_votes[1] * parameters.voting.accepted
        ),
        "uncertain_share": uncertain_share(_possible(containers, votes[1:]), parameters),
        "difference_of_looks": look_difference(containers, votes[1:], parameters.voting),
        "difference_to_whole_photo": abs(everywhere - detected) / max(everywhere, detected, 1),
        "irregular_sizes": size_irregularity(plants, resolution_wh),
        "irregular_spacing": spacing_irregularity(boxes),
        "share_cut_by_frame": _mean(touching_frame(boxes, resolution_wh)),
        "container_confidence": _container_confidence(counted),
        "share_estimated": (estimated - detected) / max(estimated, 1),
        "share_empty": counted.count.total_empty_containers / max(counted.count.total_empty_containers + estimated, 1),
        "number": float(np.log1p(estimated)),
    }


def look_difference(
    containers: Sequence[Container], votes: Sequence[Vote], parameters: VotingParameters
) -> float | None:
    """How differently the two most legible looks count each container, as a share; None without two looks or plants."""
    pairs = [one.plants_by_look(container, parameters)[:2] for container, one in zip(containers, votes, strict=True)]
    pairs = [pair for pair in pairs if len(pair) == 2]
    most = sum(map(max, pairs))
    return sum(abs(first - second) for first, second in pairs) / most if most else None


def size_irregularity(plants: Detections, resolution_wh: tuple[int, int]) -> float | None:
    """Spread of the logarithm of the sides around a plane over the photo; None with few plants."""
    if len(plants) < MIN_FOR_DEPTH:
        return None
    design = np.column_stack([np.ones(len(plants)), plants.centres / np.array(resolution_wh)])
    sides = np.log(_sides(plants))
    return float((sides - design @ np.linalg.lstsq(design, sides, rcond=None)[0]).std())


def spacing_irregularity(boxes: Detections) -> float | None:
    """Spread of the distances to the nearest box, in sides of the box, over their mean; None with few boxes."""
    if len(boxes) < MIN_FOR_SPACING:
        return None
    distances = np.linalg.norm(boxes.centres[:, None] - boxes.centres[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.min(axis=1) / _sides(boxes)
    return float(nearest.std() / max(nearest.mean(), 1e-9))


def touching_frame(boxes: Detections, resolution_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """(n,) whether a box ends at the border of the photo."""
    reach = BORDER_SHARE * max(resolution_wh)
    low = boxes.xyxy[:, :2] <= reach
    high = boxes.xyxy[:, 2:] >= np.array(resolution_wh) - reach
    return np.asarray((low | high).any(axis=1), dtype=bool)


def _container_confidence(counted: CountedPhoto) -> float | None:
    """Mean confidence of the outlines, each by the boxes in it."""
    numbers = [len(boxes) for boxes in counted.detections]
    confidence = [item.container.confidence for item in counted.count.containers]
    return float(np.average(confidence, weights=numbers)) if sum(numbers) else None


def _possible(containers: Sequence[Container], votes: Sequence[Vote]) -> Detections:
    """The boxes inside the containers, possible ones included."""
    inside = [
        one.result.select(points_inside(container, one.result.centres))
        for container, one in zip(containers, votes, strict=True)
    ]
    return concatenate(inside)


def _plants_inside(container: Container, found: Detections) -> int:
    plants = found.of_class(PLANT)
    return int(points_inside(container, plants.centres).sum())


def _sides(boxes: Detections) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.maximum(boxes.sizes.astype(np.float64).prod(axis=1), 1e-6)))


def _mean(values: NDArray[np.floating] | NDArray[np.bool_]) -> float | None:
    return float(values.mean()) if len(values) else None
