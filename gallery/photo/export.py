"""The origin of a photo's count as rows of a file: the count, its marks after corrections, corrections, proposals."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from gallery.common.intervals import INTERVAL_COLUMNS, find_interval, interval_cells
from gallery.common.tables import WORDS, Row, iso_time
from gallery.photo.detail import find_photo
from gallery.photo.review_state import outcome_words
from photos.models import S3Image
from processing.counting.boxes import CLASS_NAMES
from processing.counting.corrections import ADDED, FOUND, NO_CONTAINER, RETYPED
from processing.models import Correction, ProcessingSession, Proposal
from processing.review.corrections import counted_session
from processing.review.recount import ReviewedPhoto, read_reviewed

COLUMNS = (
    "record",
    "plants",
    *INTERVAL_COLUMNS,
    "container",
    "class",
    "x_px",
    "y_px",
    "side_px",
    "confidence",
    "state",
    "user",
    "time",
    "undone_at",
    "text",
)
STATES = {FOUND: WORDS["found"], RETYPED: WORDS["retyped"], ADDED: WORDS["added"]}


def photo_corrections(image: S3Image) -> tuple[Correction, ...]:
    """Every correction of a photo with its author, undone ones too, newest first; one query."""
    return tuple(image.corrections.select_related("user", "proposal__user").order_by("-pk"))


def photo_proposals(image: S3Image) -> tuple[tuple[Proposal, str], ...]:
    """Every proposal for a photo with what became of it, newest first; one query."""
    proposals = image.proposals.select_related("user", "decided_by").order_by("-pk")
    return tuple((proposal, outcome_words(proposal)) for proposal in proposals)


def photo_table(image_id: UUID) -> tuple[S3Image, list[Row]]:
    """A photo and the rows of its count, marks, corrections and proposals, with the columns of COLUMNS.

    Raises:
        NotFoundError: there is no such photo, or it has no count yet.
    """
    image = find_photo(image_id)
    session = counted_session(image)
    if session is None:
        raise NotFoundError(_("This photo has no count yet."))
    photo = read_reviewed(image, session)
    corrections = (_correction(correction, photo) for correction in reversed(photo_corrections(image)))
    proposals = (_proposal(proposal, outcome, photo) for proposal, outcome in reversed(photo_proposals(image)))
    return image, [_total(session), *_marks(photo), *corrections, *proposals]


def _total(session: ProcessingSession) -> Row:
    """The count, hidden plants included, and between which numbers the true one lies."""
    total = {"record": WORDS["total"], "plants": session.total_estimated}
    return {**total, **interval_cells(find_interval(session))}


def _marks(photo: ReviewedPhoto) -> Iterator[dict[str, object]]:
    boxes = photo.corrected
    confidence = photo.found.detections.confidence
    for index, (x, y) in enumerate(boxes.centres):
        container = int(boxes.container_index[index])
        yield {
            "record": WORDS["mark"],
            "container": photo.segments[container].number if container != NO_CONTAINER else "",
            "class": WORDS[CLASS_NAMES[boxes.class_id[index]]],
            "x_px": round(float(x), 1),
            "y_px": round(float(y), 1),
            "side_px": round(float(boxes.side_px[index]), 1),
            "confidence": round(float(confidence[index]), 4) if index < len(confidence) else "",
            "state": STATES[int(boxes.origin[index])] if boxes.alive[index] else WORDS["removed"],
        }


def _correction(correction: Correction, photo: ReviewedPhoto) -> dict[str, object]:
    row: dict[str, object] = {
        "record": WORDS[correction.action],
        "user": correction.user.get_username(),
        "time": iso_time(correction.created_at),
        "undone_at": iso_time(correction.undone_at) if correction.undone_at else "",
        "text": correction.text,
    }
    return row | _place(correction, photo)


def _proposal(proposal: Proposal, outcome: str, photo: ReviewedPhoto) -> dict[str, object]:
    row: dict[str, object] = {
        "record": WORDS["flag"] if proposal.is_flag else WORDS[f"proposed_{proposal.action}"],
        "state": outcome,
        "user": proposal.user.get_username(),
        "time": iso_time(proposal.created_at),
        "undone_at": iso_time(proposal.withdrawn_at) if proposal.withdrawn_at else "",
        "text": proposal.text,
    }
    return row | _place(proposal.as_correction, photo)


def _place(correction: Correction, photo: ReviewedPhoto) -> dict[str, object]:
    """Where in the photo, unless it is words only."""
    if correction.is_note:
        return {}
    mark = correction.as_mark(photo.found.resolution_wh)
    return {"class": WORDS[CLASS_NAMES[mark.class_id]], "x_px": round(mark.x_px, 1), "y_px": round(mark.y_px, 1)}
