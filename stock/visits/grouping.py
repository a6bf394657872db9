"""*Pure*: which photos of a location form one visit, and which of them count.

A bay rarely fits into one photo, so photos of one location within half an hour of each other are one visit: parts of
the bay, retakes, or both. A person says which; until then the pictures decide, and the visit is open.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LONGEST_BREAK = timedelta(minutes=30)
SAME_MOMENT = timedelta(seconds=2)
PARTS, RETAKE, CHOSEN = "parts", "retake", "chosen"


@dataclass(frozen=True)
class Photo:
    """One photo that shows `quantity` plants of `batch`.

    `part`: photos of a visit that look alike have the same number; None if the picture is unknown. `said`: the
    uploader's answer, PARTS or RETAKE. `covered`: it was part of the visit when it was answered; `left_out`: it was not
    among the photos chosen then.
    """

    image: UUID
    batch: int
    quantity: int
    moment: datetime
    cycle: int = 0
    part: int | None = None
    said: str = ""
    covered: bool = False
    left_out: bool = False


@dataclass(frozen=True)
class Outcome:
    """The photos of a visit that count, in order. `is_open`: the number may be wrong until a person answers."""

    counted: tuple[Photo, ...]
    is_open: bool


def group_visits(photos: Iterable[Photo]) -> list[tuple[Photo, ...]]:
    """The visits of one location, each in order of time. A new cultivation cycle starts a new visit."""
    visits: list[list[Photo]] = []
    for photo in sorted(photos, key=lambda photo: (photo.moment, photo.image)):
        before = visits[-1][-1] if visits else None
        if before and photo.moment - before.moment <= LONGEST_BREAK and photo.cycle == before.cycle:
            visits[-1].append(photo)
        else:
            visits.append([photo])
    return [tuple(visit) for visit in visits]


def count_visit(photos: Sequence[Photo], answer: str) -> Outcome:
    """Which photos of a visit (in order of time) count, by the answer or else by the pictures.

    Photos that arrived after the answer and do not fit it do not count and make the visit open again.
    """
    shots = photos if answer == CHOSEN else _without_copies(photos)
    covered = [photo for photo in shots if _is_covered(photo, shots, answer)]
    counted = _counted(covered, answer)
    if not counted:
        return Outcome(suggest(shots), len(shots) > 1)
    return Outcome(counted, len(covered) < len(shots))


def suggest(photos: Sequence[Photo]) -> tuple[Photo, ...]:
    """The suggestion of the pictures: photos that look alike are retakes, the others are parts.

    If a picture is unknown, only the newest photo counts.
    """
    if any(photo.part is None for photo in photos):
        return tuple(photos[-1:])
    newest = {photo.part: photo for photo in photos}
    return tuple(photo for photo in photos if newest[photo.part] == photo)


def suggested_answer(photos: Sequence[Photo]) -> str:
    """The answer that the pictures suggest; "" if a picture is unknown."""
    parts = Counter(photo.part for photo in _without_copies(photos))
    if None in parts:
        return ""
    if max(parts.values()) == 1:
        return PARTS
    return RETAKE if len(parts) == 1 else CHOSEN


def _counted(covered: Sequence[Photo], answer: str) -> tuple[Photo, ...]:
    if answer == PARTS:
        return tuple(covered)
    if answer == RETAKE:
        return tuple(covered[-1:])
    return tuple(photo for photo in covered if answer == CHOSEN and not photo.left_out)


def _is_covered(photo: Photo, photos: Sequence[Photo], answer: str) -> bool:
    """Whether the answer applies to this photo: it was part of the visit, its uploader said the same, or its picture
    agrees."""
    if photo.covered or (answer and photo.said == answer):
        return True
    if photo.part is None:
        return False
    alike = sum(other.part == photo.part for other in photos)
    return (answer == PARTS and alike == 1) or (answer == RETAKE and alike > 1)


def _without_copies(photos: Sequence[Photo]) -> tuple[Photo, ...]:
    """The same picture of the same moment in several files counts once, whatever the answer."""
    return tuple(
        photo
        for index, photo in enumerate(photos)
        if photo.part is None
        or not any(
            other.part == photo.part and other.moment - photo.moment <= SAME_MOMENT for other in photos[index + 1 :]
        )
    )
