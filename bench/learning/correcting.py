"""What a person leaves of a count who puts every mark right, as the product keeps it for a data set.

Marks of plants that were found keep the model's box, those that are added get the usual size of the others, and the
outlines of containers stay the model's own, where marks confirm them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.accuracy.matching import box_ious
from learning.data_sets import labels_of
from learning.labels import write_labels
from processing.counting.boxes import concatenate
from processing.counting.corrections import FoundPhoto, Mark, apply_marks
from processing.pipeline.photo_count import CountedPhoto
from processing.review.recount import ReviewedPhoto

SAME_PLANT = 0.3  # of the union of both boxes
Boxes = NDArray[np.floating]


def corrected_labels(
    counted: CountedPhoto, boxes: Boxes, classes: NDArray[np.int64], size_px: tuple[int, int]
) -> dict[str, Any]:
    """The labels of a counted photo, as a data set keeps them; `boxes` (n, 4) and `classes` (n,) are the truth."""
    found = FoundPhoto(
        containers=tuple(one.container for one in counted.count.containers),
        detections=concatenate(counted.detections),
        container_index=np.repeat(np.arange(len(counted.detections)), [len(own) for own in counted.detections]),
        resolution_wh=size_px,
    )
    corrected = apply_marks(found, corrections_of(found, boxes, classes))
    return write_labels(labels_of(ReviewedPhoto((), found, (), corrected)))


def corrections_of(found: FoundPhoto, boxes: Boxes, classes: NDArray[np.int64]) -> list[Mark]:
    """The marks that a person makes: wrong ones removed, those of another class changed, missing ones added."""
    pairs = pair_boxes(found.detections.xyxy, boxes)
    own, own_classes = found.detections.centres.astype(float), found.detections.class_id
    true = (boxes[:, :2] + boxes[:, 2:]).astype(float) / 2
    marks = [Mark("remove", *own[index], int(own_classes[index])) for index in range(len(own)) if index not in pairs]
    marks += [
        Mark("retype", *own[index], int(classes[of]))
        for index, of in pairs.items()
        if own_classes[index] != classes[of]
    ]
    missed = sorted(set(range(len(boxes))) - set(pairs.values()))
    return [*marks, *(Mark("add", *true[of], int(classes[of])) for of in missed)]


def pair_boxes(found: Boxes, true: Boxes) -> dict[int, int]:
    """The true box of each found one that is close to one, the closest pairs first."""
    ious, pairs = box_ious(found, true), {}
    while ious.size and ious.max() >= SAME_PLANT:
        index, of = np.unravel_index(np.argmax(ious), ious.shape)
        pairs[int(index)] = int(of)
        ious[index, :] = ious[:, of] = 0.0
    return pairs
