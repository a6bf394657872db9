"""The read model of overlaps: which plants two photos of a visit both show, drawn on both, and what to ask.

`gallery.places.visits` shows it with its visit; the answers go through `stock.overlaps`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from photos.models import S3Image
from photos.storage.object_store import presigned_url
from processing.counting.overlap import seams
from stock.models import Overlap, OverlapVerdict
from stock.visits.union import PARTS_OF_A_SIDE

# The drawing's longer side; SVG scales it.
DRAWN_PX = 1000


@dataclass(frozen=True)
class SeamSide:
    """One of the two photos: its number in the visit, its plants, and what both show: `outline` (points of a polygon)
    and `marks` (x and y of each plant), in a drawing of `width` x `height`."""

    image_id: UUID
    number: int
    plants: int
    picture_url: str | None
    width: int
    height: int
    outline: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Seam:
    """Two photos of a visit that both count."""

    overlap: Overlap
    first: SeamSide
    second: SeamSide

    @property
    def suggested(self) -> int:
        """The plants that the pictures find in both."""
        return len(self.overlap.shared)

    @property
    def plants(self) -> int | None:
        """The plants in both, by a person or else by the pictures; None if nobody knows."""
        if self.overlap.answer is not None:
            return self.overlap.answer
        if self.overlap.verdict in (OverlapVerdict.DOUBTFUL, OverlapVerdict.WAITING):
            return None
        return self.suggested

    @property
    def most(self) -> int:
        """The plants that both can show at most."""
        return min(self.first.plants, self.second.plants)


def read_seams(
    plants: Sequence[tuple[UUID, int]], numbers: dict[UUID, int], images: dict[UUID, S3Image]
) -> tuple[Seam, ...]:
    """The seams between photos that count, given with their plants in order of time; those that a person is asked about
    come first. One query, none for a single photo."""
    counted = dict(plants)
    if len(counted) < 2:
        return ()
    overlaps = list(Overlap.objects.select_related("answered_by").filter(first_id__in=counted, second_id__in=counted))
    found = [_seam(overlap, counted, numbers, images) for overlap in overlaps]
    return tuple(sorted(found, key=lambda seam: (not seam.overlap.is_asked, seam.first.number, seam.second.number)))


def _seam(overlap: Overlap, plants: dict[UUID, int], numbers: dict[UUID, int], images: dict[UUID, S3Image]) -> Seam:
    outlines = seams(overlap.homography) if overlap.homography else (None, None)
    sides = [
        _side(image, numbers[image], plants[image], images.get(image), outline, marks)
        for image, outline, marks in (
            (overlap.first_id, outlines[0], [place[:2] for place in overlap.shared]),
            (overlap.second_id, outlines[1], [place[2:] for place in overlap.shared]),
        )
    ]
    return Seam(overlap, *sorted(sides, key=lambda side: side.number))


def _side(
    image_id: UUID,
    number: int,
    plants: int,
    image: S3Image | None,
    outline: NDArray[np.float64] | None,
    marks: Sequence[Sequence[int]],
) -> SeamSide:
    width_px, height_px = (image and image.width_px) or 1, (image and image.height_px) or 1
    scale = DRAWN_PX / max(width_px, height_px)
    width, height = round(width_px * scale), round(height_px * scale)
    points = [] if outline is None else [f"{round(x * width)},{round(y * height)}" for x, y in outline.tolist()]
    return SeamSide(
        image_id=image_id,
        number=number,
        plants=plants,
        picture_url=presigned_url(image.s3_key_preview) if image and image.s3_key_preview else None,
        width=width,
        height=height,
        outline=" ".join(points),
        marks=tuple((round(x * width / PARTS_OF_A_SIDE), round(y * height / PARTS_OF_A_SIDE)) for x, y in marks),
    )
