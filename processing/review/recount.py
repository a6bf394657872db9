"""The corrected count of a photo: read the rows, apply the corrections, write the totals.

`processing.review.corrections` calls this at every correction, `processing.pipeline.aggregation` when a new run ends,
so that no correction is lost. Segments and detections are not changed.
"""

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

from photos.models import S3Image
from processing import mapping
from processing.counting.corrections import (
    NO_CONTAINER,
    CorrectedPhoto,
    Counts,
    FoundPhoto,
    apply_marks,
    find_change,
)
from processing.models import Correction, ProcessingSession, Segment

TOTALS = ("total_detected", "total_estimated", "total_empty_containers", "category_counts")


@dataclass(frozen=True, eq=False)
class ReviewedPhoto:
    """The result of a session with its containers' rows, before and after the corrections in force."""

    segments: tuple[Segment, ...]
    found: FoundPhoto
    corrections: tuple[Correction, ...]
    corrected: CorrectedPhoto

    def plus(self, correction: Correction) -> "ReviewedPhoto":
        """The same photo after one more correction."""
        return _reviewed(self.segments, self.found, (*self.corrections, correction))


def read_reviewed(image: S3Image, session: ProcessingSession) -> ReviewedPhoto:
    """A counted photo with its corrections; three queries."""
    segments = tuple(session.segments.order_by("number"))
    found = mapping.read_photo(segments, (image.width_px or 1, image.height_px or 1))
    return _reviewed(segments, found, tuple(image.corrections.in_force()))


def _reviewed(segments: tuple[Segment, ...], found: FoundPhoto, corrections: tuple[Correction, ...]) -> ReviewedPhoto:
    marks = [correction.as_mark(found.resolution_wh) for correction in corrections if not correction.is_note]
    return ReviewedPhoto(segments, found, corrections, apply_marks(found, marks))


def recount(session: ProcessingSession, photo: ReviewedPhoto) -> bool:
    """Update the totals of a counted session from the corrections of its photo; whether they changed.

    The caller has locked the photo's row. A changed count loses its sign-off.
    """
    before = totals_of(session)
    model = model_totals(session)
    if _keeps_signed_off(session, photo):
        session.manual_adjustments = {**(session.manual_adjustments or {}), **_numbers(photo)}
    elif photo.corrections:
        _set_totals(session, photo, model)
    else:
        session.manual_adjustments = None
        for name, value in model.items():
            setattr(session, name, value)
    changed = totals_of(session) != before
    if changed and session.validated:
        session.validated, session.validated_by_user, session.validation_date = False, None, None
    session.save(
        update_fields=[
            *TOTALS,
            "manual_adjustments",
            "validated",
            "validated_by_user",
            "validation_date",
            "updated_at",
        ]
    )
    return changed


def take_over(session: ProcessingSession, signed_off: ProcessingSession, photo: ReviewedPhoto) -> None:
    """Replace the count of this run by the one that a person signed off on an earlier run.

    It is used until somebody corrects the photo again.
    """
    changed = session.manual_adjustments or {**_numbers(photo), "containers": [], "model": totals_of(session)}
    for name, value in totals_of(signed_off).items():
        setattr(session, name, value)
    session.manual_adjustments = {**changed, "kept": True}
    session.save(update_fields=[*TOTALS, "manual_adjustments", "updated_at"])


def totals_of(session: ProcessingSession) -> dict[str, Any]:
    """The columns that make up a count."""
    return {name: getattr(session, name) for name in TOTALS}


def corrected_counts(photo: ReviewedPhoto, index: int) -> tuple[Counts, Counts]:
    """The model's count of a container, and the corrected one; NO_CONTAINER: outside all containers."""
    base = _container_counts(photo.segments[index]) if index != NO_CONTAINER else Counts()
    return base, base.corrected(find_change(photo.corrected, index))


def _container_counts(segment: Segment) -> Counts:
    """The model's count of a container; zeros if it could not count."""
    return Counts(segment.detected or 0, segment.estimated or 0, segment.empty or 0, segment.dead or 0)


def _set_totals(session: ProcessingSession, photo: ReviewedPhoto, model: dict[str, Any]) -> None:
    """Set the totals: the model's, plus the differences of every container and of the marks outside them."""
    differences = {index: _difference(photo, index) for index in (*range(len(photo.segments)), NO_CONTAINER)}
    total = Counter(_as_dict(_model_counts(model)))
    for difference in differences.values():
        total.update(difference)
    counts = Counts(**{name: max(0, number) for name, number in total.items()})
    session.total_detected = counts.detected
    session.total_estimated = max(counts.detected, counts.estimated)
    session.total_empty_containers = counts.empty
    session.category_counts = counts.by_class()
    session.manual_adjustments = {
        **_numbers(photo),
        "containers": [
            {"number": photo.segments[index].number if index != NO_CONTAINER else None, **difference}
            for index, difference in differences.items()
            if any(difference.values())
        ],
        "model": model,
    }


def model_totals(session: ProcessingSession) -> dict[str, Any]:
    """What the run itself counted."""
    model: dict[str, Any] = session.manual_adjustments["model"] if session.manual_adjustments else totals_of(session)
    return model


def _keeps_signed_off(session: ProcessingSession, photo: ReviewedPhoto) -> bool:
    """Whether the count was taken over from an earlier run and not corrected since."""
    changes, numbers = session.manual_adjustments or {}, _numbers(photo)
    return "kept" in changes and all(changes[kind] == numbers[kind] for kind in ("added", "removed", "retyped"))


def _numbers(photo: ReviewedPhoto) -> dict[str, int]:
    """The number of corrections of each kind in force."""
    kinds = Counter(correction.action for correction in photo.corrections)
    return {
        "added": kinds[Correction.Action.ADD],
        "removed": kinds[Correction.Action.REMOVE],
        "retyped": kinds[Correction.Action.RETYPE],
        "notes": kinds[Correction.Action.NOTE],
    }


def _difference(photo: ReviewedPhoto, index: int) -> dict[str, int]:
    """The change of each number of a container by corrections."""
    before, after = (_as_dict(counts) for counts in corrected_counts(photo, index))
    return {name: after[name] - before[name] for name in after}


def _model_counts(model: dict[str, Any]) -> Counts:
    return Counts(
        detected=model["total_detected"],
        estimated=model["total_estimated"],
        empty=model["total_empty_containers"] or 0,
        dead=(model["category_counts"] or {}).get("dead", 0),
    )


def _as_dict(counts: Counts) -> dict[str, int]:
    return {field.name: getattr(counts, field.name) for field in fields(counts)}
