"""The corrected count of a photo: read the rows, apply the corrections, write the totals.

`processing.review.corrections` calls this at every correction, `processing.pipeline.aggregation` when a new run ends,
so that no correction is lost. Segments and detections are not changed.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

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

    def plus(self, *corrections: Correction) -> "ReviewedPhoto":
        """The same photo after more corrections."""
        return _reviewed(self.segments, self.found, (*self.corrections, *corrections))


def read_reviewed(image: S3Image, session: ProcessingSession) -> ReviewedPhoto:
    """A counted photo with its corrections; three queries."""
    segments = tuple(session.segments.order_by("number"))
    found = mapping.read_photo(segments, _resolution(image))
    return _reviewed(segments, found, tuple(image.corrections.in_force()))


def read_all_reviewed(sessions: Sequence[ProcessingSession]) -> list[ReviewedPhoto]:
    """The photos of several sessions as `read_reviewed` reads one, in three queries together."""
    segments: dict[int, list[Segment]] = defaultdict(list)
    for segment in Segment.objects.filter(session__in=sessions).order_by("number"):
        segments[segment.session_id].append(segment)
    corrections: dict[UUID, list[Correction]] = defaultdict(list)
    images = [session.original_image_id for session in sessions]
    for correction in Correction.objects.in_force().filter(image__in=images):
        corrections[correction.image_id].append(correction)
    found = mapping.read_photos([(segments[each.pk], _resolution(each.original_image)) for each in sessions])
    return [
        _reviewed(tuple(segments[each.pk]), photo, tuple(corrections[each.original_image_id]))
        for each, photo in zip(sessions, found, strict=True)
    ]


def _resolution(image: S3Image) -> tuple[int, int]:
    return image.width_px or 1, image.height_px or 1


def _reviewed(segments: tuple[Segment, ...], found: FoundPhoto, corrections: tuple[Correction, ...]) -> ReviewedPhoto:
    marks = [correction.as_mark(found.resolution_wh) for correction in corrections if not correction.is_note]
    return ReviewedPhoto(segments, found, corrections, apply_marks(found, marks))


def recount(session: ProcessingSession, photo: ReviewedPhoto) -> bool:
    """Update the totals of a counted session from the corrections of its photo; whether they changed.

    The caller has locked the photo's row. A changed count loses its sign-off.
    """
    before = totals_of(session)
    model = model_totals(session)
    if not _keeps_signed_off(session, photo) and "kept" in (session.manual_adjustments or {}):
        session.calibration = session.uncalibrated = None  # they were those of the count that was taken over
    if _keeps_signed_off(session, photo):
        session.manual_adjustments = {**(session.manual_adjustments or {}), **_numbers(photo)}
    elif photo.corrections:
        _set_totals(session, photo, model)
    else:
        session.manual_adjustments = None
        for name, value in model.items():
            setattr(session, name, value)
        session.total_estimated = _calibrated(session, model)
    changed = totals_of(session) != before
    if changed and session.validated:
        session.validated, session.validated_by_user, session.validation_date = False, None, None
    session.save(
        update_fields=[
            *TOTALS,
            "calibration",
            "uncalibrated",
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
    changed = session.manual_adjustments or {**_numbers(photo), "containers": [], "model": model_totals(session)}
    for name, value in totals_of(signed_off).items():
        setattr(session, name, value)
    session.calibration, session.uncalibrated = signed_off.calibration, signed_off.uncalibrated
    session.manual_adjustments = {**changed, "kept": True}
    session.save(update_fields=[*TOTALS, "calibration", "uncalibrated", "manual_adjustments", "updated_at"])


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


def corrected_totals(session: ProcessingSession, photo: ReviewedPhoto) -> Counts:
    """What the count would be with the corrections of `photo`; nothing is written."""
    return _sum_up(model_totals(session), _differences(photo))


def _differences(photo: ReviewedPhoto) -> dict[int, dict[str, int]]:
    """The changes by corrections in every container, and outside them."""
    return {index: _difference(photo, index) for index in (*range(len(photo.segments)), NO_CONTAINER)}


def _sum_up(model: dict[str, Any], differences: dict[int, dict[str, int]]) -> Counts:
    total = Counter(_as_dict(_model_counts(model)))
    for difference in differences.values():
        total.update(difference)
    counts = Counts(**{name: max(0, number) for name, number in total.items()})
    return replace(counts, estimated=max(counts.detected, counts.estimated))


def _set_totals(session: ProcessingSession, photo: ReviewedPhoto, model: dict[str, Any]) -> None:
    """Set the totals: the model's, plus the differences of every container and of the marks outside them.

    A factor no longer applies then: the person has looked at what the model saw, and what they leave is the count.
    """
    differences = _differences(photo)
    counts = _sum_up(model, differences)
    numbers = _numbers(photo)
    is_marked = any(numbers[kind] for kind in ("added", "removed", "retyped"))
    session.total_detected = counts.detected
    session.total_estimated = counts.estimated if is_marked else _calibrated(session, model)
    session.total_empty_containers = counts.empty
    session.category_counts = counts.by_class()
    session.manual_adjustments = {
        **numbers,
        "containers": [
            {"number": photo.segments[index].number if index != NO_CONTAINER else None, **difference}
            for index, difference in differences.items()
            if any(difference.values())
        ],
        "model": model,
    }


def model_totals(session: ProcessingSession) -> dict[str, Any]:
    """What the run itself counted, before any factor."""
    if session.manual_adjustments:
        model: dict[str, Any] = session.manual_adjustments["model"]
        return model
    totals = totals_of(session)
    return totals if session.uncalibrated is None else totals | {"total_estimated": session.uncalibrated}


def _calibrated(session: ProcessingSession, model: dict[str, Any]) -> int:
    """The run's own count, by its factor if it has one; not by one that came with the count of an earlier run."""
    estimated: int = model["total_estimated"]
    if session.calibration is None or session.uncalibrated != estimated:
        return estimated
    return session.calibration.calibrate(estimated)


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
