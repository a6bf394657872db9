"""Where a photo was taken: a person's choice, else a QR label in the picture, else GPS.

A location chosen for a whole upload may be left over from the previous one, so a person is asked if GPS contradicts it
and no label confirms it. An ambiguous GPS point selects the nearest location if the rest of its batch was taken there
too. The evidence is stored even if it is not conclusive. The photo's own row has the location as well, for the filters
of the gallery.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import F

from demeter.common.i18n.messages import Message
from locations.matching import LocationMatch, match_choice, match_choice_with_gps, match_gps, match_qr_codes
from locations.models import StorageLocation
from photos.models import S3Image
from processing import lifecycle
from processing.messages import AMBIGUOUS, BATCH_AGREES, CHOICE_FAR, CHOICE_GONE, NO_GPS, OUTSIDE, SEVERAL_LABELS
from processing.models import Job, ProcessingSession
from processing.statuses import JobKind

# At least this many photos of a batch, and half of it, must be from one location, and none from another.
MIN_NEIGHBOURS = 2


def locate(job: Job, image: S3Image, session: ProcessingSession, *, look: Callable[[], tuple[str, ...]]) -> None:
    """Write the location and its evidence into the session; no location is a result, not an error.

    `look` reads the labels in the picture. It is called once for each photo, and not if a choice is conclusive. Raises
    LeaseLostError if another worker has taken over the job.
    """
    kept = _find_kept(job, image)
    if kept is not None:
        location, evidence = kept.storage_location, kept.location_evidence
    else:
        match, evidence = _find(job, image, session, look)
        location = image.storage_location = match.location
    with lifecycle.holding(job):
        session.storage_location, session.location_evidence = location, evidence
        session.save(update_fields=["storage_location", "location_evidence", "updated_at"])
        image.save(update_fields=["storage_location", "updated_at"])


def _find(
    job: Job, image: S3Image, session: ProcessingSession, look: Callable[[], tuple[str, ...]]
) -> tuple[LocationMatch, dict[str, Any]]:
    """The location and its evidence."""
    chosen = None if job.chosen_location_id is None else _match_chosen(image, job.chosen_location_id)
    if chosen is not None and chosen.outcome != "ambiguous":
        return chosen, _evidence(chosen, CHOICE_GONE())
    known = _known_labels(job, session)
    labels = look() if known is None else known
    match, unsettled = _match_seen(image, labels)
    if chosen is not None:
        match, unsettled = _ask_label(chosen, match_qr_codes(labels)), CHOICE_FAR()
    return match, {**_evidence(match, unsettled), "labels": list(labels)}


def _match_chosen(image: S3Image, location_id: int) -> LocationMatch:
    """A choice for this very photo is conclusive; one for an upload may disagree with GPS."""
    if image.storage_location_id is not None or not image.gps_coordinates:
        return match_choice(location_id)
    return match_choice_with_gps(location_id, **_point(image.gps_coordinates))


def _ask_label(chosen: LocationMatch, seen: LocationMatch) -> LocationMatch:
    """Against GPS, the chosen location is kept if its label is the only one in the picture."""
    if seen.location == chosen.candidates[0].location:
        return LocationMatch("matched", (*seen.candidates, *chosen.candidates))
    return LocationMatch("ambiguous", (chosen.candidates[0], *seen.candidates, *chosen.candidates[1:]))


def _find_kept(job: Job, image: S3Image) -> ProcessingSession | None:
    """The earlier run that located the photo, if its location was deactivated since: that affects new photos only."""
    place = image.storage_location_id
    if job.kind == JobKind.FIRST or place is None or job.chosen_location_id not in (None, place):
        return None
    if StorageLocation.objects.active().filter(pk=place).exists():
        return None
    runs = ProcessingSession.objects.filter(original_image=image, storage_location=place)
    return runs.order_by("-created_at", "-pk").first()


def _known_labels(job: Job, session: ProcessingSession) -> tuple[str, ...] | None:
    """The labels that an earlier run read; None if none has looked."""
    if job.kind == JobKind.FIRST:
        return None
    runs = ProcessingSession.objects.filter(original_image=session.original_image_id).exclude(pk=session.pk)
    looked = runs.filter(location_evidence__has_key="labels")
    labels = looked.values_list("location_evidence__labels", flat=True).first()
    return None if labels is None else tuple(labels)


def _match_seen(image: S3Image, labels: tuple[str, ...]) -> tuple[LocationMatch, Message]:
    """The result of labels and GPS, and why it is inconclusive, if so. Labels of no location are ignored."""
    match = match_qr_codes(labels)
    if match.candidates:
        return match, SEVERAL_LABELS()
    if not image.gps_coordinates:
        return match, NO_GPS()
    match = _ask_batch(match_gps(**_point(image.gps_coordinates)), image)
    return match, OUTSIDE() if match.outcome == "outside" else AMBIGUOUS()


def _point(gps: dict[str, Any]) -> dict[str, Any]:
    return {"lon": float(gps["lon"]), "lat": float(gps["lat"]), "accuracy_m": gps.get("accuracy")}


def _ask_batch(match: LocationMatch, image: S3Image) -> LocationMatch:
    """Resolve an ambiguous GPS point if it lies inside the location where the rest of the batch was taken."""
    nearest = match.candidates[0] if match.outcome == "ambiguous" else None
    if nearest is None or nearest.distance_m != 0 or nearest.location.pk != _location_of_batch(image):
        return match
    settled = replace(nearest, evidence=BATCH_AGREES())
    return LocationMatch("matched", (settled, *match.candidates[1:]))


def _location_of_batch(image: S3Image) -> int | None:
    """The location of the other photos of an upload by labels and people, if they all agree and are half of it."""
    if image.upload_id is None:
        return None
    others = S3Image.objects.photos().visible().filter(upload=image.upload_id).exclude(pk=image.pk)
    placed = ProcessingSession.objects.filter(
        original_image__in=others,
        storage_location=F("original_image__storage_location"),
        location_evidence__outcome="matched",
        location_evidence__candidates__0__source__in=("qr", "choice"),
    )
    places = dict(placed.values_list("original_image", "storage_location"))
    is_enough = len(places) >= max(MIN_NEIGHBOURS, others.count() / 2)
    return next(iter(places.values())) if is_enough and len(set(places.values())) == 1 else None


def _evidence(match: LocationMatch, unsettled: Message) -> dict[str, Any]:
    """`{outcome, reason, candidates: [...]}`: the best reason, and every candidate."""
    reason = match.candidates[0].evidence if match.location else unsettled
    return {
        "outcome": match.outcome,
        "reason": reason.as_json(),
        "candidates": [
            {
                "location_id": candidate.location.pk,
                "name": candidate.location.full_name,
                "source": candidate.source,
                "evidence": candidate.evidence.as_json(),
                "distance_m": None if candidate.distance_m is None else round(candidate.distance_m, 1),
            }
            for candidate in match.candidates
        ],
    }
