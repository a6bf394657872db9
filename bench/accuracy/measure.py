"""The product's pipeline on pictures with known truth: end to end, and again inside the true outlines.

The second run measures detector and estimator alone, without the segmenter's errors.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.accuracy.judging import Judged, relative_error
from bench.accuracy.matching import OutlineMatches, match_boxes, match_outlines, match_points
from bench.accuracy.metrics import off_by
from bench.accuracy.models import Models, in_use
from bench.accuracy.signs import Signs, read_signs, recorded_votes
from bench.accuracy.truth import Counts, RealPhoto, Render, outside
from processing.counting.boxes import CLASS_NAMES, EMPTY, PLANT, Detections, concatenate
from processing.counting.containers import owned_detections
from processing.counting.parameters import CountingParameters
from processing.counting.pyramid import Pyramid
from processing.pipeline.photo_count import CountedPhoto, count_picture, estimate_counts, open_picture, own_detections
from processing.problems import REFUSALS
from processing.runtime import inference

# Codes of photos without an answer: the product refuses its own count, or there is none.
UNANSWERED = {*REFUSALS, "no_container", "detection_failed"}
MARKED = {*UNANSWERED, "doubtful"}


@dataclass(frozen=True)
class ContainerResult:
    """One true container counted inside its true outline."""

    kind: str
    in_frame: Counts
    visible: Counts
    detected: int
    estimated: int
    method: str
    dead: int
    empty_detected: int
    empty_counted: int


@dataclass(frozen=True, eq=False)
class BoxResult:
    """The boxes of one class in one photo: what was found (n,), and the true ones that are wanted (m,)."""

    confidence: NDArray[np.float64]
    hit: NDArray[np.bool_]
    found: NDArray[np.bool_]
    size_px: NDArray[np.float64]
    visibility: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RenderResult:
    """One render: counted end to end, its outlines, its containers and boxes inside the true outlines."""

    render: Render
    counted: CountedPhoto
    outlines: OutlineMatches
    containers: tuple[ContainerResult, ...]
    boxes: dict[str, BoxResult]
    signs: Signs

    @property
    def judged(self) -> Judged:
        """The error of the estimate of the plants in the frame, and what the product says of it."""
        error = relative_error(self.counted.count.total_estimated, [self.render.in_frame["plant"]])
        return judge_photo(self.counted, error)


@dataclass(frozen=True, eq=False)
class RealResult:
    """One real photo: detected and estimated outside the ignored areas, and how far that is from a right count.

    `points_found`: counted points with a box of their own. `boxes`: the plants, where they are outlined.
    """

    photo: RealPhoto
    counted: CountedPhoto
    detected: int
    estimated: int
    detected_off: int
    estimated_off: int
    empty: int
    points_found: int | None
    boxes: BoxResult | None
    signs: Signs

    @property
    def judged(self) -> Judged:
        """The error of the estimate, and whether the product marks it."""
        return judge_photo(self.counted, relative_error(self.estimated, self.photo.valid_plants))


def judge_photo(counted: CountedPhoto, error: float) -> Judged:
    """Whether the product answers, and whether it marks or refuses its count."""
    codes = set(problem_codes(counted))
    return Judged(error, is_answered=not codes & UNANSWERED, is_marked=bool(codes & MARKED))


def problem_codes(counted: CountedPhoto) -> tuple[str, ...]:
    """The codes of the problems that the pipeline raised for a photo, each once."""
    return tuple(dict.fromkeys(problem.kind for problem in counted.count.problems))


def read_photo(photo: Render | RealPhoto) -> Pyramid:
    """The picture, decoded as the product does."""
    return open_picture(photo.path.read_bytes())


def measure_render(render: Render, models: Models, parameters: CountingParameters) -> RenderResult:
    """Counts one render twice."""
    photo = read_photo(render)
    with in_use(models):
        with recorded_votes() as votes:
            counted = count_picture(photo, parameters=parameters)
        containers, found = _count_inside(photo, render, parameters)
    return RenderResult(
        render=render,
        counted=counted,
        outlines=match_outlines(
            [one.outline for one in render.containers], [item.container for item in counted.count.containers]
        ),
        containers=containers,
        boxes={name: _judge_boxes(render, found, class_id) for class_id, name in enumerate(CLASS_NAMES)},
        signs=read_signs(counted, votes, parameters),
    )


def _count_inside(
    photo: Pyramid, render: Render, parameters: CountingParameters
) -> tuple[tuple[ContainerResult, ...], Detections]:
    """The counts inside the true outlines, and every box there."""
    outlines = [one.outline for one in render.containers]
    found = [inference.detect_plants(photo, outline, parameters=parameters) for outline in outlines]
    owned = own_detections(outlines, found, parameters=parameters)
    counts = estimate_counts(photo, outlines, owned, parameters=parameters)
    results = tuple(
        ContainerResult(
            kind=true.outline.kind,
            in_frame=true.in_frame,
            visible=true.visible,
            detected=count.detected,
            estimated=count.estimated,
            method=count.estimate.method,
            dead=count.dead,
            empty_detected=boxes.count(EMPTY),
            empty_counted=count.empty,
        )
        for true, count, boxes in zip(render.containers, counts, owned, strict=True)
    )
    return results, concatenate(owned_detections(outlines, found))


def _judge_boxes(render: Render, found: Detections, class_id: int) -> BoxResult:
    true = render.labels == class_id
    return _box_result(found.of_class(class_id), render.boxes[true], render.wanted[true], render.visibility[true])


def _box_result(
    found: Detections, boxes: NDArray[np.float32], wanted: NDArray[np.bool_], visibility: NDArray[np.float32]
) -> BoxResult:
    matches = match_boxes(found.xyxy, found.confidence, boxes, wanted)
    judged = ~matches.ignored
    return BoxResult(
        confidence=found.confidence[judged].astype(np.float64),
        hit=matches.hit[judged],
        found=matches.found[wanted],
        size_px=np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))[wanted].astype(np.float64),
        visibility=visibility[wanted].astype(np.float64),
    )


def measure_real(photo: RealPhoto, models: Models, parameters: CountingParameters) -> RealResult:
    """Counts one real photo end to end."""
    with in_use(models), recorded_votes() as votes:
        counted = count_picture(read_photo(photo), parameters=parameters)
    found = concatenate(counted.detections)
    judged = found.select(outside(found.centres, photo.ignored))
    plants = judged.of_class(PLANT)
    estimated = len(plants) + counted.count.total_estimated - counted.count.total_detected
    return RealResult(
        photo=photo,
        counted=counted,
        detected=len(plants),
        estimated=estimated,
        detected_off=off_by(len(plants), photo.valid_plants),
        estimated_off=off_by(estimated, photo.valid_plants),
        empty=counted.count.total_empty_containers - found.count(EMPTY) + judged.count(EMPTY),
        points_found=None if photo.points is None else match_points(photo.points, plants.xyxy),
        boxes=_judge_outlined(photo, plants),
        signs=read_signs(counted, votes, parameters),
    )


def _judge_outlined(photo: RealPhoto, plants: Detections) -> BoxResult | None:
    if photo.boxes is None or photo.labels is None:
        return None
    boxes = photo.boxes[photo.labels == PLANT]
    everything, wholly = np.ones(len(boxes), dtype=bool), np.ones(len(boxes), dtype=np.float32)
    return _box_result(plants, boxes, everything, wholly)
