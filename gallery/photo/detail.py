"""The read model of one photo: its pictures, counts, containers, location, runs, and the history of its location.

Six queries, however many runs, containers and plants there are, four more for a visit of several photos, and two for
the history where that is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from demeter.common.i18n.messages import translated
from gallery.browse.queries import visible_photos
from gallery.common.badges import Badge, badge_of
from gallery.common.intervals import find_interval
from gallery.photo.containers import ContainerRow, container_rows
from gallery.places.chart import Chart
from gallery.places.history import HistoryEvent, draw_history, location_history
from gallery.places.visits import VisitDetail, visit_of
from photos.ingest.storing import ASSUMED_ZONE, assumed_zone
from photos.models import S3Image
from photos.storage.object_store import presigned_url
from photos.storage.thumbnails import thumbnail_url
from processing.models import ProcessingSession
from processing.pictures.annotated_pictures import annotated_url
from processing.problems import REFUSALS, Problem
from processing.statuses import RunStatus
from stock.conformal import Interval
from stock.queries import CountLine, lines_of_photos


@dataclass(frozen=True)
class Pictures:
    """URLs signed for an hour; None for pictures that are not stored.

    For an old thumbnail, and for an annotated picture that is old or corrected, the URL that makes it again.
    """

    original: str | None
    download: str | None
    preview: str | None
    thumbnail: str | None
    annotated: str | None
    annotated_download: str | None


@dataclass(frozen=True)
class Candidate:
    """A location offered by the evidence."""

    location_id: int
    name: str
    evidence: str


@dataclass(frozen=True)
class PhotoDetail:
    """One photo. `newest` is its newest run; `counted` the newest one with counts, which pages show meanwhile.

    `history` is empty unless requested; `products` is the count in the stock by product if there are several.
    """

    image: S3Image
    badge: Badge
    pictures: Pictures
    newest: ProcessingSession | None
    counted: ProcessingSession | None
    runs: tuple[ProcessingSession, ...]
    containers: tuple[ContainerRow, ...]
    candidates: tuple[Candidate, ...]
    history: tuple[HistoryEvent, ...]
    visit: VisitDetail | None
    products: tuple[CountLine, ...]
    interval: Interval | None

    @property
    def refusal(self) -> Problem | None:
        """Why the run refused the shown count, whether or not a person signed it off."""
        return REFUSALS.get(self.counted.refusal) if self.counted else None

    @property
    def confidence_percent(self) -> int | None:
        """Mean confidence of the shown count, in whole percent."""
        confidence = self.counted.avg_confidence if self.counted else None
        return None if confidence is None else round(confidence * 100)

    @property
    def chart(self) -> Chart | None:
        """The counts of the location over time."""
        return draw_history(self.history)

    @property
    def container_counts(self) -> list[list[int]]:
        """[number, seen, estimated] of each counted container, for the labels of the viewer."""
        return [
            [row.number, row.detected, row.estimated or 0]
            for row in self.containers
            if row.number is not None and row.detected is not None
        ]

    @property
    def written_exif(self) -> dict[str, Any]:
        """All EXIF values of the camera, with readable names."""
        written = self.image.exif_metadata or {}
        shown = {name: value for name, value in written.items() if name != ASSUMED_ZONE}
        return {name.replace("_", " ").capitalize(): value for name, value in shown.items()}

    @property
    def exif(self) -> Mapping[str, Any]:
        """The spec's EXIF keys; None if the camera recorded nothing. A clock without a time zone stays without one."""
        written, gps = self.image.exif_metadata or {}, self.image.gps_coordinates or {}
        return {
            "camera_make": written.get("camera_make"),
            "camera_model": written.get("camera_model"),
            "datetime_original": written.get("datetime_original"),
            "datetime_zone_source": written.get("datetime_zone_source"),
            "datetime_assumed_zone": assumed_zone(self.image),
            "gps_latitude": gps.get("lat"),
            "gps_longitude": gps.get("lon"),
        }


def find_photo(image_id: UUID) -> S3Image:
    """A photo that people may see, with its uploader.

    Raises:
        NotFoundError: unknown, deleted, or not an uploaded photo.
    """
    image = visible_photos().select_related("uploaded_by_user", "same_shot_as").filter(pk=image_id).first()
    if image is None:
        raise NotFoundError(_("There is no such photo; it may have been deleted."))
    return image


def photo_detail(image_id: UUID, *, with_history: bool) -> PhotoDetail:
    """Everything the detail page and the API show of a photo. Raises NotFoundError as `find_photo`."""
    image = find_photo(image_id)
    runs = photo_runs(image)
    newest = runs[0] if runs else None
    counted = next((run for run in runs if run.status == RunStatus.COMPLETED), None)
    if counted is not None:
        counted.original_image = image  # known already
    return PhotoDetail(
        image=image,
        badge=badge_of(image, newest_run=newest.status if newest else None),
        pictures=_pictures(image, counted),
        newest=newest,
        counted=counted,
        runs=runs,
        containers=container_rows(counted) if counted else (),
        candidates=candidates_of(counted),
        history=location_history(counted.storage_location_id) if counted and with_history else (),
        visit=visit_of(image.pk),
        products=lines_of_photos([image.pk]).get(image.pk, ()),
        interval=find_interval(counted) if counted else None,
    )


def photo_runs(image: S3Image) -> tuple[ProcessingSession, ...]:
    """All runs of a photo, newest first."""
    runs = (
        ProcessingSession.objects.filter(original_image=image)
        .select_related("job__requested_by", "processed_image", "validated_by_user", "calibration")
        .select_related("storage_location__storage_area__warehouse")
        .order_by("-created_at", "-pk")
    )
    return tuple(runs)


def candidates_of(session: ProcessingSession | None) -> tuple[Candidate, ...]:
    """The locations offered by the evidence of a run, best first."""
    evidence = (session.location_evidence if session else None) or {}
    return tuple(
        Candidate(location_id=offer["location_id"], name=offer["name"], evidence=translated(offer["evidence"]))
        for offer in evidence.get("candidates", ())
    )


def _pictures(image: S3Image, counted: ProcessingSession | None) -> Pictures:
    original_key = image.s3_key_original if image.stored_at else None
    return Pictures(
        original=_url(original_key),
        download=_url(original_key, download_name=image.original_filename),
        preview=_url(image.s3_key_preview),
        thumbnail=thumbnail_url(image.pk, key=image.s3_key_thumbnail, written_at=image.thumbnail_stored_at),
        annotated=annotated_url(image, counted),
        annotated_download=annotated_url(image, counted, download=True),
    )


def _url(key: str | None, *, download_name: str | None = None) -> str | None:
    return presigned_url(key, download_name=download_name) if key else None
