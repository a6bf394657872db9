"""Where a photo was taken: a person's choice before GPS; the evidence is kept whether or not it settles the place.

The photo's own row has the place as well, for the filters of the gallery.
"""

from typing import Any

from locations.matching import LocationMatch, match_choice, match_gps
from photos.models import S3Image
from processing.models import Job, Session
from processing.sentences import AMBIGUOUS, CHOICE_GONE, NO_GPS, OUTSIDE


def locate(job: Job, image: S3Image, session: Session) -> None:
    """Write the location and its evidence into the session; no location is a result, not an error."""
    if job.chosen_location_id is not None:
        match, missing = match_choice(job.chosen_location_id), CHOICE_GONE.fill()
    elif image.gps_coordinates:
        match, missing = _match_point(image.gps_coordinates), ""
    else:
        match, missing = LocationMatch("unknown"), NO_GPS.fill()
    session.storage_location = match.location
    session.location_evidence = _evidence(match, missing)
    session.save(update_fields=["storage_location", "location_evidence", "updated_at"])
    image.storage_location = match.location
    image.save(update_fields=["storage_location", "updated_at"])


def _match_point(gps: dict[str, Any]) -> LocationMatch:
    return match_gps(lon=float(gps["lon"]), lat=float(gps["lat"]), accuracy_m=gps.get("accuracy"))


_TEXTS = {
    "outside": OUTSIDE.fill(),
    "ambiguous": AMBIGUOUS.fill(),
}


def _evidence(match: LocationMatch, missing: str) -> dict[str, Any]:
    """`{outcome, text, candidates: [...]}`: the best reason in words, and every place that came into question."""
    text = match.candidates[0].evidence if match.location else _TEXTS.get(match.outcome, missing)
    return {
        "outcome": match.outcome,
        "text": text,
        "candidates": [
            {
                "location_id": candidate.location.pk,
                "name": candidate.location.full_name,
                "source": candidate.source,
                "evidence": candidate.evidence,
                "distance_m": None if candidate.distance_m is None else round(candidate.distance_m, 1),
            }
            for candidate in match.candidates
        ],
    }
