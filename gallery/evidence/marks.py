"""The marks of a photo and its corrections as rows: what the models found, what people made of it."""

from collections.abc import Iterator

from gallery.evidence.writing import Row
from photos.models import S3Image
from processing.counting.boxes import CLASS_NAMES
from processing.counting.corrections import ADDED, FOUND, NO_CONTAINER, RETYPED
from processing.models import Correction, Detection, ProcessingSession, Proposal
from processing.review.recount import ReviewedPhoto

MARK_COLUMNS = (
    "container",
    "class_found",
    "class",
    "x_px",
    "y_px",
    "width_px",
    "height_px",
    "confidence",
    "state",
)
CORRECTION_COLUMNS = ("number", "action", "class", "x", "y", "text", "made_by", "proposed_by", "made_at", "undone_at")
STATES = {FOUND: "found", RETYPED: "retyped", ADDED: "added"}


def counted_marks(photo: ReviewedPhoto) -> Iterator[Row]:
    """What the models counted, and what people added, in the order of the containers."""
    boxes, found = photo.corrected, photo.found.detections
    for index, (x, y) in enumerate(boxes.centres):
        container, is_found = int(boxes.container_index[index]), index < len(found)
        width, height = found.sizes[index] if is_found else (boxes.side_px[index],) * 2
        yield {
            "container": photo.segments[container].number if container != NO_CONTAINER else "",
            "class_found": CLASS_NAMES[boxes.class_id_found[index]] if is_found else "",
            "class": CLASS_NAMES[boxes.class_id[index]],
            "x_px": round(float(x), 1),
            "y_px": round(float(y), 1),
            "width_px": round(float(width), 1),
            "height_px": round(float(height), 1),
            "confidence": round(float(found.confidence[index]), 4) if is_found else "",
            "state": STATES[int(boxes.origin[index])] if boxes.alive[index] else "removed",
        }


def left_out(session: ProcessingSession) -> Iterator[Row]:
    """What the models saw and the rules did not count."""
    columns = ("segment__number", "class_id", "center_x_px", "center_y_px", "width_px", "height_px", "confidence")
    boxes = Detection.objects.filter(segment__session=session, counted=False).order_by("segment__number", "pk")
    for number, class_id, *measures in boxes.values_list(*columns):
        name = CLASS_NAMES[class_id]
        yield dict(zip(MARK_COLUMNS, (number, name, name, *measures, "left_out"), strict=True))


def corrections_of(image: S3Image) -> tuple[Row, ...]:
    """Every correction of a photo, those that were undone too, in the order in which they were made."""
    return tuple(map(_correction, image.corrections.select_related("user", "proposal__user").order_by("pk")))


def _correction(row: Correction) -> Row:
    proposal: Proposal | None = getattr(row, "proposal", None)
    return {
        "number": row.pk,
        "action": row.action,
        "class": CLASS_NAMES[row.class_id] if row.class_id is not None else "",
        "x": row.x,
        "y": row.y,
        "text": row.text,
        "made_by": row.user.username,
        "proposed_by": proposal.user.username if proposal else "",
        "made_at": row.created_at,
        "undone_at": row.undone_at,
    }
