"""Every number that shapes a count, in one frozen value; detections are keyed by its hash."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal


@dataclass(frozen=True)
class InferenceParameters:
    """How a CPU computes what the models do not compute in 8 bits (a hint of OpenVINO's).

    Without it the processor decides, and one with AMX takes bfloat16: the count of a photo depends on the machine.
    """

    cpu_precision: Literal["f32"] = "f32"


@dataclass(frozen=True)
class SegmentationParameters:
    """How containers are found in the whole photo.

    The size is the training size of the segmenter: of 83 containers in held-out renders 512 px finds 82, 640 px 80 and
    768 px 78 (outline IoU over 0.5), and in real nursery photos only 512 px outlines whole trays and beds. At
    confidence 0.40 instead of 0.30 gravel is taken for a container in one of 62 renders instead of three, and no
    container is lost (renders with a seed of 7 modulo 8); on those of 3 modulo 8 a few are. If there is no confident
    container, those of at least `confidence_alone` count: a photo without any container is rare.
    """

    imgsz_px: int = 512
    confidence: float = 0.40
    confidence_alone: float = 0.25
    nms_iou: float = 0.50
    max_containers: int = 300
    close_share: float = 0.015
    simplify_share: float = 0.002
    same_container_iou: float = 0.50
    nested_cover: float = 0.60
    min_area_share: float = 0.0005


@dataclass(frozen=True)
class LookParameters:
    """The sizes at which a photo or the crop of a crate or tray is examined, and how it is sliced.

    `looks_px` and `crop_looks_px` are longer sides. Small pictures are enlarged up to `enlarged_px`, at most
    `max_upscale` times; finer looks stop at the picture's own resolution, or once all plants are large.
    """

    looks_px: tuple[int, ...] = (512, 800, 1280, 2000, 3200)
    crop_looks_px: tuple[int, ...] = (512, 800, 1280)
    enlarged_px: int = 1280
    max_upscale: float = 2.2
    large_plant_px: float = 110.0
    large_quantile: float = 0.1
    min_plants: int = 5
    sure: float = 0.25
    max_slice_px: int = 832
    overlap_px: int = 160
    confidence: float = 0.10
    nms_iou: float = 0.60
    max_detections: int = 3000


@dataclass(frozen=True)
class VotingParameters:
    """How looks at several scales are merged into one set of boxes (`counting.voting`).

    Chosen on the 27 photos with counted points, all of them answered, without containers, with the weights of that
    time: mean error 11 % against 18 % for the best single scale. The neighbours on the grid of values have 11 to 13 %.
    """

    target_plant_px: float = 56.0
    size_spread: float = 0.6
    same_plant_iou: float = 0.5
    accepted: float = 0.20
    possible_share: float = 0.6
    merge_metric: Literal["IOU", "IOS"] = "IOS"
    merge_threshold: float = 0.6
    depth_rounds: int = 2
    depth_spread: float = 0.6
    depth_weight: float = 0.7
    depth_bend: float = 0.2
    min_plants_for_depth: int = 6


@dataclass(frozen=True)
class MissedParameters:
    """How beds are added around plants outside all outlines; lengths in median plants.

    Plants within two reaches of each other share a bed; the first reach that gives few beds is used.
    """

    looks: int = 3
    reaches: tuple[float, ...] = (0.75, 1.5, 3.0, 6.0)
    margin: float = 0.25
    max_groups: int = 4
    min_contained: int = 5
    min_vote_share: float = 0.55


@dataclass(frozen=True)
class GridParameters:
    """When the plants of a tray form a readable grid."""

    min_detections: int = 6
    min_quad_cover: float = 0.80
    min_cells_a_side: int = 2
    max_cells_a_side: int = 30
    min_pitch_plants: float = 0.6
    min_first_regularity: float = 0.2
    min_doubled_strength: float = 0.6
    min_regularity: float = 0.6
    row_depth: float = 0.4
    around_cells: float = 0.5
    min_level: float = 0.3
    min_contrast: float = 0.1
    min_single_occupancy: float = 0.85
    min_occupied_share: float = 0.4
    min_alternation: float = 0.3
    neighbour_distance: tuple[float, float] = (0.75, 1.25)


@dataclass(frozen=True)
class ResidualParameters:
    """What counts as covered by plants outside the boxes of a segment; lengths in median plants.

    Chosen on renders with a seed of 7 modulo 8, judged on those of 3 (`bench/accuracy`).
    """

    around_plants: float = 0.8
    min_level: float = 0.3
    thinnest_plants: float = 0.5
    min_contrast: float = 0.1
    min_plant_view_px: float = 12.0


@dataclass(frozen=True)
class EstimationParameters:
    """When and how plants that detection cannot see are estimated.

    `overlap_factor` was chosen with the shipped detector. At 0.45 the 27 photos with counted points have a mean error
    of 7.6 % and twelve calibration renders 18.5 % with a bias of +0.5 %; at 0.85 9.5 %, 21.4 % and +3.9 %; without
    estimates 7.6 %, 18.0 % and -5.7 %.
    """

    min_detections: int = 10
    min_detections_calibrated: int = 3
    overlap_factor: float = 0.45
    max_hidden_share: float = 0.5
    min_covered_share: float = 0.5
    residual: ResidualParameters = field(default_factory=ResidualParameters)
    grid: GridParameters = field(default_factory=GridParameters)


@dataclass(frozen=True)
class QualityParameters:
    """When a photo is refused: take it again, or count by hand.

    Brightness, glare and sharpness were chosen on held-out renders with a seed of 7 modulo 8 and judged on those of 3
    (`bench/refusals.py`). Agreement was chosen on the 27 photos with counted points: the one with an error of 93 % is
    below 0.30. A count is marked if more than `max_uncertain` of the plants have a vote near the accepted one
    (`uncertain_votes`, as shares of it): of the 27 that marks or refuses 1 of 2 with an error over 20 % and 2 of 21
    within 10 %, of 142 renders 28 of 44 and 5 of 68 (`bench.accuracy.doubt`). `max_left_out` is a share of the plants:
    what was left out was gravel or litter on all photos seen.
    """

    view_px: int = 1024
    min_brightness: float = 0.2
    max_glare: float = 0.3
    min_sharpness: float = 1.35
    min_boxes: int = 1
    min_agreement: float = 0.30
    uncertain_votes: tuple[float, float] = (0.7, 1.4)
    max_uncertain: float = 0.22
    max_left_out: float = 0.1


@dataclass(frozen=True)
class CountingParameters:
    inference: InferenceParameters = field(default_factory=InferenceParameters)
    segmentation: SegmentationParameters = field(default_factory=SegmentationParameters)
    missed: MissedParameters = field(default_factory=MissedParameters)
    looks: LookParameters = field(default_factory=LookParameters)
    voting: VotingParameters = field(default_factory=VotingParameters)
    estimation: EstimationParameters = field(default_factory=EstimationParameters)
    quality: QualityParameters = field(default_factory=QualityParameters)

    def parameters_hash(self) -> str:
        """Sixteen hex digits that change with any value and are the same on every machine."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


DEFAULT_PARAMETERS = CountingParameters()
