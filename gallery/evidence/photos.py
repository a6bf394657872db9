"""What proves the count of a photo: the file, the models, the marks, what people changed, and what the stock took."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from demeter.accounts.models import User
from demeter.common.i18n.messages import Message
from gallery.common.intervals import interval_json, session_interval
from gallery.evidence.ledger import ledger_rows
from gallery.evidence.marks import corrections_of, counted_marks, left_out
from gallery.evidence.writing import Row, message_json
from gallery.photo.api import calibrated_json
from photos.models import S3Image
from processing.counting.corrections import NO_CONTAINER
from processing.counting.parameters import DEFAULT_PARAMETERS
from processing.models import Correction, Estimation, ProcessingSession
from processing.review.corrections import counted_session
from processing.review.recount import ReviewedPhoto, corrected_counts, model_totals, read_reviewed, totals_of
from processing.runtime.weights import WEIGHT_NAMES, read_weights
from processing.statuses import SegmentStatus
from stock.batching import lock_locations
from stock.intervals import read_learned, read_measured
from stock.models import Overlap, StockBatch, StockCount, StockMovement, Visit


@dataclass(frozen=True)
class PhotoEvidence:
    """A photo as JSON, the rows of its marks and corrections, and its row for the original; None if it is gone."""

    image: S3Image | None
    facts: dict[str, Any]
    marks: tuple[Row, ...] = ()
    corrections: tuple[Row, ...] = ()
    ledger: tuple[Row, ...] = ()


@transaction.atomic
def read_photo(image_id: UUID, *, with_ledger: bool) -> PhotoEvidence:
    """All of it as of one moment: corrections and runs change a photo, counts a location, under these locks.

    `with_ledger`: with every movement of its batches until its visit was over.
    """
    image = S3Image.objects.select_for_update(no_key=True).filter(pk=image_id).first()
    if image is None:
        nothing = {"image_id": str(image_id), "file": {"original": None}, "count": None, "stock": None}
        return PhotoEvidence(None, nothing)
    session = counted_session(image)
    if image.storage_location_id is not None:
        lock_locations([image.storage_location_id])  # other photos of its visit
    photo = read_reviewed(image, session) if session and image.purged_at is None else None
    count = _find_count(session) if session else None
    ledger = tuple(ledger_rows(_ledger_of(count))) if count and with_ledger else ()
    facts = {
        **_describe(image),
        "count": _count(session, photo) if session else None,
        "stock": _stock(count, ledger if with_ledger else None) if count else None,
    }
    marks = (*counted_marks(photo), *left_out(session)) if session and photo else ()
    return PhotoEvidence(image, facts, marks, corrections_of(image), ledger)


def person_json(user: User | None) -> dict[str, str] | None:
    """A person by the name for signing in and the full name."""
    return {"username": user.username, "name": user.get_full_name()} if user else None


def _describe(image: S3Image) -> dict[str, Any]:
    location = image.storage_location
    return {
        "image_id": str(image.pk),
        "file": {
            "name": image.original_filename,
            "sha256": image.sha256,
            "bytes": image.file_size_bytes,
            "content_type": image.content_type,
            "width_px": image.width_px,
            "height_px": image.height_px,
            "original": None,
            "note": "",
        },
        "moment": image.moment,
        "taken_at": image.taken_at,
        "uploaded_at": image.created_at,
        "uploaded_by": person_json(image.uploaded_by_user),
        "deleted_at": image.deleted_at,
        "problem": image.problem or None,
        "problem_details": message_json(image.error_details),
        "location": {"code": location.code, "name": location.full_name} if location else None,
    }


def _count(session: ProcessingSession, photo: ReviewedPhoto | None) -> dict[str, Any]:
    learned, measured = read_learned(), read_measured(session.session_id)
    interval = interval_json(session_interval(session, measured=measured, learned=learned))
    values = asdict(DEFAULT_PARAMETERS) if session.parameters_hash == DEFAULT_PARAMETERS.parameters_hash() else None
    validator = session.validated_by_user
    return {
        "session_id": str(session.session_id),
        "counted_at": session.job.finished_at,
        "models": [_model(role, sha256) for role, sha256 in (session.model_versions or {}).items()],
        "parameters": {"hash": session.parameters_hash, "values": values},
        "model": _totals(model_totals(session)),
        "total": _totals(totals_of(session)),
        "calibration": calibrated_json(session),
        "is_kept": bool((session.manual_adjustments or {}).get("kept")),
        "containers": _containers(session, photo) if photo else None,
        "corrections": _in_force(photo) if photo else {},
        "interval": {**interval, "version": learned.version} if interval else None,
        "predicted_error": session.predicted_error,
        "mean_confidence": float(session.avg_confidence) if session.avg_confidence is not None else None,
        "partial": session.partial,
        "review_reasons": [message_json(Message.from_json(reason)) for reason in session.review_reasons],
        "refusal": session.refusal or None,
        "refusal_details": message_json(session.refusal_message),
        "signed_off": session.validated,
        "signed_off_by": person_json(validator),
        "signed_off_at": session.validation_date,
    }


def _model(role: str, sha256: str) -> dict[str, str | None]:
    """By its role and the SHA-256 of its weights; the file is named if it is one of those that are installed."""
    shipped = next((read_weights(name) for name in WEIGHT_NAMES if name == role), None)
    is_installed = shipped is not None and shipped.sha256 == sha256
    return {"role": role, "sha256": sha256, "file": shipped.path.name if shipped and is_installed else None}


def _totals(columns: Mapping[str, Any]) -> dict[str, int]:
    return {
        "detected": columns["total_detected"] or 0,
        "estimated": columns["total_estimated"] or 0,
        "empty": columns["total_empty_containers"] or 0,
        "dead": (columns["category_counts"] or {}).get("dead", 0),
    }


def _containers(session: ProcessingSession, photo: ReviewedPhoto) -> list[dict[str, Any]]:
    estimations = Estimation.objects.filter(segment__session=session).values_list("segment__number", "method")
    methods = dict(estimations)
    rows = []
    has_outside = bool((photo.corrected.container_index == NO_CONTAINER).any())
    for index in (*range(len(photo.segments)), *([NO_CONTAINER] if has_outside else ())):
        segment = photo.segments[index] if index != NO_CONTAINER else None
        model, corrected = corrected_counts(photo, index)
        rows.append(
            {
                "number": segment.number if segment else None,
                "kind": segment.container_class if segment else None,
                "confidence": segment.confidence if segment else None,
                "polygon": segment.polygon if segment else None,
                "is_counted": segment is not None and segment.status == SegmentStatus.DONE,
                "error": message_json(segment.error) if segment else None,
                "hidden_plants_by": methods.get(segment.number) if segment else None,
                "model": asdict(model),
                "corrected": asdict(corrected),
            }
        )
    return rows


def _in_force(photo: ReviewedPhoto) -> dict[str, int]:
    actions = [correction.action for correction in photo.corrections]
    return {action: actions.count(action) for action in Correction.Action.values}


def _find_count(session: ProcessingSession) -> StockCount | None:
    """The count of a run in the stock; None if it is not in it."""
    counts = StockCount.objects.in_force().filter(session_id=session.session_id).select_related("visit", "batch")
    return counts.prefetch_related("shares").first()


def _ledger_of(count: StockCount) -> QuerySet[StockMovement]:
    until = count.visit.last_at if count.visit else count.happened_at
    return StockMovement.objects.filter(batch__in=list(count.by_batch), happened_at__lte=until)


def _stock(count: StockCount, ledger: Sequence[Row] | None) -> dict[str, Any]:
    """What the stock took over from a count, with the stock of its batches if their ledger is known."""
    return {
        "plants": count.quantity,
        "seen_before": count.seen_before,
        "seen_at": count.happened_at,
        "is_counted": count.is_counted,
        "batches": _batches(count, ledger),
        "visit": _visit(count.visit) if count.visit else None,
    }


def _batches(count: StockCount, ledger: Sequence[Row] | None) -> list[dict[str, Any]]:
    plants = {batch: number for batch, (number, _empty) in count.by_batch.items()}
    balances = {row["batch"]: row["balance"] for row in ledger or ()}  # of several, the last
    found = StockBatch.objects.filter(pk__in=plants).select_related("product", "packaging", "location")
    return [
        {
            "batch": row.batch_code,
            "location": row.location.code,
            "sku": row.product.sku,
            "product": row.product.common_name,
            "packaging": row.packaging.name if row.packaging else None,
            "plants": plants[row.pk],
            **({} if ledger is None else {"balance": balances.get(row.batch_code, 0)}),
        }
        for row in found.order_by("batch_code")
    ]


def _visit(visit: Visit) -> dict[str, Any]:
    counts = visit.counts.in_force().order_by("happened_at", "image_id")
    return {
        "plants": visit.quantity,
        "open": visit.is_open,
        "answer": visit.answer or None,
        "answered_by": person_json(visit.answered_by),
        "answered_at": visit.answered_at,
        "photos": [
            {
                "image_id": str(row.image_id),
                "plants": row.quantity,
                "seen_before": row.seen_before,
                "is_counted": row.is_counted,
            }
            for row in counts
        ],
        "overlap": _overlaps([row.image_id for row in counts if row.is_counted]),
    }


def _overlaps(images: Sequence[UUID]) -> list[dict[str, Any]]:
    """What each two photos that count both show, by the pictures or by a person."""
    found = Overlap.objects.filter(first_id__in=images, second_id__in=images).select_related("answered_by")
    return [
        {
            "images": [str(row.first_id), str(row.second_id)],
            "verdict": row.verdict,
            "reason": row.reason or None,
            "shared": row.shared,
            "answer": row.answer,
            "answered_by": person_json(row.answered_by),
            "answered_at": row.answered_at,
        }
        for row in found
    ]
