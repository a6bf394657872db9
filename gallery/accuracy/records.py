"""The photos by which the counts are judged: validated ones, blind recounts, and whether photos were answered at all.

At most NEWEST of each are read, in a fixed number of queries.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gallery.accuracy.measures import Answer, Judged
from locations.models import LocationConfig
from photos.models import S3Image
from processing.models import BlindCount, ProcessingSession
from processing.statuses import JobKind, RunStatus
from stock.conformal import score
from stock.models import StockCount, Validation

NEWEST = 5000
VALIDATED = (
    *("image_id", "moment", "model_version", "container_kind", "product_id", "packaging_id"),
    *("counted", "calibrated", "truth", "low", "high", "predicted_error"),
)
RECOUNTED = (
    *("image_id", "image__moment", "image__exif_metadata", "session__session_id", "session__container_kind"),
    *("model_versions", "parameters_hash", "model_detected", "seen"),
)
PRODUCT = ("batch__product_id", "batch__packaging_id")
ANSWERED = (
    *("original_image_id", "original_image__moment", "original_image__exif_metadata", "storage_location_id"),
    *("container_kind", "model_versions", "parameters_hash", "status", "refusal", "partial"),
)


def read_validations(since: datetime | None, *, most: int = NEWEST) -> list[Judged]:
    """The validated photos taken since a moment, newest first. Two queries."""
    rows = Validation.objects.in_force().order_by("-moment", "-pk")
    rows = rows.filter(moment__gte=since) if since else rows
    found = list(rows.values(*VALIDATED)[:most])
    phones = _phones(row["image_id"] for row in found)
    return [_validated(row, phones.get(row["image_id"], "")) for row in found]


def _validated(row: Mapping[str, Any], phone: str) -> Judged:
    counted = row["counted"] if row["calibrated"] is None else row["calibrated"]
    return Judged(
        image_id=row["image_id"],
        moment=row["moment"],
        model=row["model_version"],
        container=row["container_kind"],
        phone=phone,
        product=row["product_id"],
        packaging=row["packaging_id"],
        raw=row["counted"],
        counted=counted,
        true=row["truth"],
        low=row["low"],
        high=row["high"],
        score=score(row["counted"], row["truth"], row["predicted_error"]),
    )


def read_recounts(since: datetime | None) -> list[Judged]:
    """The blind recounts of photos taken since a moment: plants that the models saw beside those that a person saw.
    Two queries."""
    rows = BlindCount.objects.order_by("-pk")
    rows = rows.filter(image__moment__gte=since) if since else rows
    found = list(rows.values(*RECOUNTED)[:NEWEST])
    counts = StockCount.objects.filter(session_id__in={row["session__session_id"] for row in found}).order_by()
    grown = {session: kind for session, *kind in counts.values_list("session_id", *PRODUCT)}
    return [
        Judged(
            image_id=row["image_id"],
            moment=row["image__moment"],
            model=_model(row),
            container=row["session__container_kind"],
            phone=_phone(row["image__exif_metadata"]),
            product=product,
            packaging=packaging,
            raw=row["model_detected"],
            counted=row["model_detected"],
            true=row["seen"],
        )
        for row in found
        for product, packaging in [grown.get(row["session__session_id"], (None, None))]
    ]


def read_answers(since: datetime | None) -> list[Answer]:
    """The first runs of the newest photos, and whether each gave a count that is neither refused nor partial. The
    product is what grows in their locations now. Two queries."""
    ended = ProcessingSession.objects.filter(
        job__kind=JobKind.FIRST, status__in=(RunStatus.COMPLETED, RunStatus.FAILED)
    ).order_by("-created_at")
    ended = ended.filter(original_image__moment__gte=since) if since else ended
    found = list(ended.values(*ANSWERED)[:NEWEST])
    places = {row["storage_location_id"] for row in found} - {None}
    configs = LocationConfig.objects.filter(active=True, location__in=places).order_by()
    grown = {place: kind for place, *kind in configs.values_list("location_id", "product_id", "packaging_id")}
    return [
        Answer(
            image_id=row["original_image_id"],
            moment=row["original_image__moment"],
            model=_model(row),
            container=row["container_kind"],
            phone=_phone(row["original_image__exif_metadata"]),
            product=product,
            packaging=packaging,
            is_answered=row["status"] == RunStatus.COMPLETED and not row["refusal"] and not row["partial"],
        )
        for row in found
        for product, packaging in [grown.get(row["storage_location_id"], (None, None))]
    ]


def _phones(image_ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = S3Image.objects.filter(pk__in=list(image_ids)).values_list("pk", "exif_metadata")
    return {image_id: _phone(exif) for image_id, exif in rows}


def _phone(exif: Mapping[str, Any] | None) -> str:
    """The camera by its own name; empty if it recorded none."""
    written = exif or {}
    make, model = (str(written.get(name) or "").strip() for name in ("camera_make", "camera_model"))
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _model(row: Mapping[str, Any]) -> str:
    return ProcessingSession(model_versions=row["model_versions"], parameters_hash=row["parameters_hash"]).model_version
