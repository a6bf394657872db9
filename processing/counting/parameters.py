"""Every number that shapes a count, in one frozen value; detections are keyed by its hash."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Literal


@dataclass(frozen=True)
class SegmentationParameters:
    """How containers are found in the whole photo.

    The size is the one the segmenter was trained at: of 83 containers in held-out renders 512 px finds 82, 640 px 80
    and 768 px 78 (outline IoU over 0.5), and in real nursery photos only 512 px outlines whole trays and beds. At
    confidence 0.40 instead of 0.30 gravel is taken for a container in one of 62 renders instead of three, and none of
    those found is lost (renders whose seed leaves 7 by 8); on those that leave 3 a few are. Where
    nothing is sure, what is found at `confidence_alone` counts: a photo of nothing at all is rare.
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
class SlicingParameters:
    """How plants are found in a segment: slices over the crop, at a scale the model knows.

    Chosen by count error per bed on renders kept for it: confidence 0.20 instead of 0.25 takes the bias of the newer
    ones from -8 to -1 % at the same error. On earlier weights: merging by IOS (NMS or GREEDYNMM) swallows neighbours,
    18 % against 15.5 % by IOU; enlarging at most 1.5 times instead of 3 gives 19 %. Taking a look for the answer when
    it is within 1.6 times the chosen scale saves a tenth to a quarter of the detector's time at the same error; so do
    fewer and longer slices (960 instead of 640 px), except for plants of less than 10 px.
    """

    max_slice_px: int = 960
    overlap_px: int = 128
    confidence: float = 0.20
    nms_iou: float = 0.50
    merge: Literal["NMS", "GREEDYNMM"] = "NMS"
    merge_metric: Literal["IOU", "IOS"] = "IOU"
    merge_threshold: float = 0.5
    max_detections_per_slice: int = 1000
    looks_px: tuple[int, ...] = (640, 1280)
    legible_plant_px: float = 20.0
    target_plant_px: float = 60.0
    min_plants_for_scale: int = 5
    max_upscale: float = 3.0
    max_look_ratio: float = 1.6


@dataclass(frozen=True)
class CropParameters:
    """How plants are found in a box or plug tray: looks at the whole crop, the finer one only for small plants.

    Confidence chosen by count error on renders kept for it: 12.3 % per crate of the newer ones, at 0.25 15.7 % (of the
    older ones 15.7 and 13.1 %); the real tray is exact with both.
    """

    looks_px: tuple[int, ...] = (512, 768)
    legible_plant_px: float = 30.0
    confidence: float = 0.20
    nms_iou: float = 0.45
    max_detections: int = 1000


@dataclass(frozen=True)
class GridParameters:
    """When the plants of a tray show its cells."""

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

    Chosen on renders whose seed leaves 7 by 8, judged on those that leave 3 (`bench/accuracy`).
    """

    around_plants: float = 0.8
    min_level: float = 0.3
    thinnest_plants: float = 0.5
    min_contrast: float = 0.1
    min_plant_view_px: float = 12.0


@dataclass(frozen=True)
class EstimationParameters:
    """When and how plants that detection cannot see are estimated."""

    min_detections: int = 10
    min_detections_calibrated: int = 3
    overlap_factor: float = 0.85
    max_hidden_share: float = 0.5
    min_covered_share: float = 0.5
    residual: ResidualParameters = field(default_factory=ResidualParameters)
    grid: GridParameters = field(default_factory=GridParameters)


@dataclass(frozen=True)
class QualityParameters:
    """When a photo is refused: take it again, or count by hand.

    Chosen on held-out renders whose seed leaves 7 by 8, judged on those that leave 3 (`bench/refusals.py`).
    """

    view_px: int = 1024
    min_brightness: float = 0.2
    max_glare: float = 0.3
    min_sharpness: float = 1.35
    min_boxes: int = 3
    min_familiarity: float = 0.26


@dataclass(frozen=True)
class CountingParameters:
    """All of the above."""

    segmentation: SegmentationParameters = field(default_factory=SegmentationParameters)
    slicing: SlicingParameters = field(default_factory=SlicingParameters)
    crop: CropParameters = field(default_factory=CropParameters)
    estimation: EstimationParameters = field(default_factory=EstimationParameters)
    quality: QualityParameters = field(default_factory=QualityParameters)

    def parameters_hash(self) -> str:
        """Sixteen hex digits that change with any value and are the same on every machine."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


DEFAULT_PARAMETERS = CountingParameters()
