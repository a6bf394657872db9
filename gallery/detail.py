"""The read model of one photo: its pictures, counts, containers, location, runs, and the history of its location.

Five queries, however many runs, containers and plants there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from demeter.refusals import NotFound
from gallery.badges import Badge, badge_of, problem_message
from gallery.queries import visible_photos
from locations.models import ContainerKind
from photos.models import S3Image
from photos.storage import presigned_url
from photos.thumbnails import thumbnail_url
from processing.models import Segment, Session
from processing.redrawing import annotated_url
from processing.statuses import RunStatus

HISTORY_LENGTH = 100
ESTIMATION_NOTES: Mapping[str, str] = {
    "local_scale": "Hidden plants estimated from the size of the visible ones",
    "grid": "Estimated from the grid of the tray",
    "density": "Hidden plants estimated from the known density",
}


@dataclass(frozen=True)
class Pictures:
    """Signed URLs, valid for an hour; None for what is not stored (yet, or any more).

    Of an old thumbnail or annotated picture the address where it is made again.
    """

    original: str | None
    download: str | None
    preview: str | None
    thumbnail: str | None
    annotated: str | None


@dataclass(frozen=True)
class HistoryEvent:
    """One counted photo of the location."""

    timestamp: datetime
    total_plants: int
    total_estimated: int
    session_id: UUID
    image_id: UUID


@dataclass(frozen=True)
class Candidate:
    """A location that the evidence offers."""

    location_id: int
    name: str
    evidence: str


@dataclass(frozen=True)
class ContainerRow:
    """One container of the photo; counts are None where it could not be counted."""

    number: int
    name: str
    detected: int | None
    estimated: int | None
    empty: int | None
    dead: int | None
    note: str


@dataclass(frozen=True)
class PhotoDetail:
    """One photo. `newest` is its newest run; `counted` the newest one that has counts, which pages show meanwhile."""

    image: S3Image
    badge: Badge
    pictures: Pictures
    newest: Session | None
    counted: Session | None
    runs: tuple[Session, ...]
    containers: tuple[ContainerRow, ...]
    candidates: tuple[Candidate, ...]
    history: tuple[HistoryEvent, ...]

    @property
    def problem_message(self) -> str:
        """What exactly is wrong, in words; empty when nothing is."""
        return problem_message(self.image)

    @property
    def confidence_percent(self) -> int | None:
        """Mean confidence of the shown count, in whole percent."""
        confidence = self.counted.avg_confidence if self.counted else None
        return None if confidence is None else round(confidence * 100)

    @property
    def exif(self) -> Mapping[str, Any]:
        """The spec's EXIF keys; None where the camera wrote nothing."""
        written, gps = self.image.exif_metadata or {}, self.image.gps_coordinates or {}
        return {
            "camera_make": written.get("camera_make"),
            "camera_model": written.get("camera_model"),
            "datetime_original": self.image.taken_at,
            "gps_latitude": gps.get("lat"),
            "gps_longitude": gps.get("lon"),
        }


def find_photo(image_id: UUID) -> S3Image:
    """A photo that people may see, with who uploaded it.

    Raises:
        NotFound: unknown, deleted, or not an uploaded photo.
    """
    image = visible_photos().select_related("uploaded_by_user").filter(pk=image_id).first()
    if image is None:
        raise NotFound("There is no such photo; it may have been deleted.")
    return image


def photo_detail(image_id: UUID) -> PhotoDetail:
    """Everything the detail page and the API show of a photo. Raises NotFound as `find_photo`."""
    image = find_photo(image_id)
    runs = photo_runs(image)
    newest = runs[0] if runs else None
    counted = next((run for run in runs if run.status == RunStatus.COMPLETED), None)
    return PhotoDetail(
        image=image,
        badge=badge_of(image, newest_run=newest.status if newest else None),
        pictures=_pictures(image, counted),
        newest=newest,
        counted=counted,
        runs=runs,
        containers=_containers(counted),
        candidates=candidates_of(counted),
        history=location_history(counted.storage_location_id if counted else None),
    )


def photo_runs(image: S3Image) -> tuple[Session, ...]:
    """All runs of a photo, newest first."""
    runs = (
        Session.objects.filter(original_image=image)
        .select_related("job__requested_by", "processed_image", "validated_by_user")
        .select_related("storage_location__storage_area__warehouse")
        .order_by("-created_at", "-pk")
    )
    return tuple(runs)


def newest_count(image: S3Image) -> Session | None:
    """The newest run of a photo that has counts."""
    return next((run for run in photo_runs(image) if run.status == RunStatus.COMPLETED), None)


def candidates_of(session: Session | None) -> tuple[Candidate, ...]:
    """The locations that the evidence of a run offers, best first."""
    evidence = (session.location_evidence if session else None) or {}
    return tuple(
        Candidate(location_id=offer["location_id"], name=offer["name"], evidence=offer["evidence"])
        for offer in evidence.get("candidates", ())
    )


def location_history(location_id: int | None) -> tuple[HistoryEvent, ...]:
    """The latest counts of a location from photos that can still be seen, newest first."""
    if location_id is None:
        return ()
    sessions: QuerySet[Session] = (
        Session.objects.filter(
            storage_location_id=location_id, status=RunStatus.COMPLETED, original_image__deleted_at=None
        )
        .select_related("job")
        .defer("location_evidence")
        .order_by("-created_at", "-pk")[:HISTORY_LENGTH]
    )
    return tuple(
        HistoryEvent(
            timestamp=session.job.finished_at or session.updated_at,
            total_plants=session.total_detected or 0,
            total_estimated=session.total_estimated or 0,
            session_id=session.session_id,
            image_id=session.original_image_id,
        )
        for session in sessions
    )


def _containers(session: Session | None) -> tuple[ContainerRow, ...]:
    if session is None:
        return ()
    segments = session.segments.select_related("estimation").defer("polygon").order_by("number")
    return tuple(
        ContainerRow(
            number=segment.number,
            name=str(ContainerKind(segment.container_class).label),
            detected=segment.detected,
            estimated=segment.estimated,
            empty=segment.empty,
            dead=segment.dead,
            note=_container_note(segment),
        )
        for segment in segments
    )


def _container_note(segment: Segment) -> str:
    """Why a container's count is missing or too low, else how its hidden plants were estimated."""
    if segment.error:
        return f"Not counted: {segment.error}"
    if segment.capped:
        return "More plants than can be counted at once: the number is too low"
    estimation = getattr(segment, "estimation", None)
    return ESTIMATION_NOTES.get(estimation.method, "") if estimation else ""


def _pictures(image: S3Image, counted: Session | None) -> Pictures:
    original_key = image.s3_key_original if image.stored_at else None
    return Pictures(
        original=_url(original_key),
        download=presigned_url(original_key, download_name=image.original_filename) if original_key else None,
        preview=_url(image.s3_key_preview),
        thumbnail=thumbnail_url(image.pk, key=image.s3_key_thumbnail, written_at=image.thumbnail_stored_at),
        annotated=annotated_url(image.pk, counted.processed_image if counted else None),
    )


def _url(key: str | None) -> str | None:
    return presigned_url(key) if key else None
