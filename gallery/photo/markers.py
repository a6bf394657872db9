"""The read model of the viewer: every mark of a photo after corrections, as columns of whole pixels.

Four queries besides those that find the photo, and those for what grows at its location, for any number of plants.
"""

from typing import TypedDict
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from demeter.accounts.models import User
from demeter.common.exceptions import NotFoundError
from demeter.common.openapi.operations import Url, Uuid
from gallery.photo.detail import find_photo
from locations.models import ContainerKind
from photos.models import S3Image
from photos.storage.object_store import presigned_url
from processing.models import ProcessingSession, Proposal
from processing.review.corrections import counted_session
from processing.review.outcome import config_of
from processing.review.proposals import with_proposals
from processing.review.recount import ReviewedPhoto, corrected_counts, read_reviewed

# Types that browsers show in an <img>; for HEIC photos only the preview is shown.
SHOWN_TYPES = ("image/jpeg", "image/png", "image/webp")
# The viewer loads the original above the resolution of the preview; a panorama would not fit a phone's memory.
FULL_PICTURE_LIMIT_PX = 50_000_000


class ContainerJson(TypedDict):
    """A container of the photo; `polygon` has the corners as [x, y] in pixels."""

    number: int | None
    kind: str
    name: str
    polygon: list[list[float]]
    detected: int | None
    estimated: int | None


class PartOfPhotoJson(TypedDict):
    """The side or the drawn part of the photo in which one of several products stands; `polygon` as of containers."""

    product: str
    polygon: list[list[float]]


class ColumnsJson(TypedDict):
    """Boxes: centre and side in pixels, class (0 plant, 1 empty, 2 dead), origin (0 model, 1 retyped, 2 added)."""

    x: list[int]
    y: list[int]
    side: list[int]
    class_id: list[int]
    origin: list[int]


class ProposedJson(TypedDict):
    """A proposed correction, in pixels; `class_id` as in a correction."""

    action: str
    class_id: int
    x: int
    y: int
    made_by: str


class PictureJson(TypedDict):
    """The pictures of a counted photo; sizes are those of the upright original."""

    session_id: Uuid
    width_px: int
    height_px: int
    preview_url: Url
    original_url: Url | None


class MarkersJson(PictureJson):
    """Pictures, containers, the parts of listed products, marks and proposals of a counted photo."""

    containers: list[ContainerJson]
    parts: list[PartOfPhotoJson]
    marks: ColumnsJson
    removed: ColumnsJson
    proposed: list[ProposedJson]


def photo_markers(image_id: UUID, *, as_proposed_by: User | None = None) -> MarkersJson:
    """Pictures, containers, marks and waiting proposals of a counted photo; those of one person are applied.

    Raises:
        NotFoundError: there is no such photo, or it has no count or no picture yet.
    """
    image, session = _find_counted(image_id)
    proposed = [each for each in image.proposals.waiting().select_related("user") if not each.is_flag]
    own = [each for each in proposed if each.user == as_proposed_by]
    photo = with_proposals(read_reviewed(image, session), own)
    return {
        **_picture(image, session),
        "containers": [_container(photo, index) for index in range(len(photo.segments))],
        "parts": _parts(session, photo),
        "marks": _columns(photo, photo.corrected.alive),
        "removed": _columns(photo, ~photo.corrected.alive),
        "proposed": [_proposed(photo, each) for each in proposed if each not in own],
    }


def bare_picture(image_id: UUID) -> MarkersJson:
    """The same without everything that was found. Raises NotFoundError as `photo_markers`."""
    image, session = _find_counted(image_id)
    nothing: ColumnsJson = {"x": [], "y": [], "side": [], "class_id": [], "origin": []}
    return {
        **_picture(image, session),
        "containers": [],
        "parts": [],
        "marks": nothing,
        "removed": nothing,
        "proposed": [],
    }


def _find_counted(image_id: UUID) -> tuple[S3Image, ProcessingSession]:
    image = find_photo(image_id)
    session = counted_session(image)
    if session is None or not (image.width_px and image.height_px and image.s3_key_preview):
        raise NotFoundError(_("This photo has no count yet."))
    return image, session


def _picture(image: S3Image, session: ProcessingSession) -> PictureJson:
    width, height = image.width_px or 1, image.height_px or 1
    shows_original = _is_turned_alike(image) and width * height <= FULL_PICTURE_LIMIT_PX
    return {
        "session_id": str(session.session_id),
        "width_px": width,
        "height_px": height,
        "preview_url": presigned_url(image.s3_key_preview or ""),
        "original_url": presigned_url(image.s3_key_original) if image.stored_at and shows_original else None,
    }


def _proposed(photo: ReviewedPhoto, proposal: Proposal) -> ProposedJson:
    mark = proposal.as_correction.as_mark(photo.found.resolution_wh)
    return {
        "action": mark.action,
        "class_id": mark.class_id,
        "x": round(mark.x_px),
        "y": round(mark.y_px),
        "made_by": proposal.user.username,
    }


def _is_turned_alike(image: S3Image) -> bool:
    """Whether browsers rotate the original like the marks: all rotate JPEGs by EXIF, but hardly any other format."""
    exif = image.exif_metadata or {}
    turned = exif.get("orientation", 1) != 1
    if turned and (image.content_type != "image/jpeg" or exif.get("orientation_in_xmp", False)):
        return False
    return image.content_type in SHOWN_TYPES


def _container(photo: ReviewedPhoto, index: int) -> ContainerJson:
    segment = photo.segments[index]
    _model, counts = corrected_counts(photo, index)
    return {
        "number": segment.number,
        "kind": segment.container_class,
        "name": str(ContainerKind(segment.container_class).label),
        "polygon": segment.polygon,
        "detected": counts.detected,
        "estimated": counts.estimated,
    }


def _parts(session: ProcessingSession, photo: ReviewedPhoto) -> list[PartOfPhotoJson]:
    config, (width, height) = config_of(session), photo.found.resolution_wh
    return [
        {
            "product": str(part.product),
            "polygon": [[round(x * width / 100, 1), round(y * height / 100, 1)] for x, y in part.corners],
        }
        for part in (config.listed_parts if config else ())
        if part.corners
    ]


def _columns(photo: ReviewedPhoto, chosen: NDArray[np.bool_]) -> ColumnsJson:
    """The selected boxes."""
    boxes = photo.corrected
    x, y = boxes.centres[chosen].round().astype(int).T
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "side": boxes.side_px[chosen].round().astype(int).tolist(),
        "class_id": boxes.class_id[chosen].tolist(),
        "origin": boxes.origin[chosen].tolist(),
    }
