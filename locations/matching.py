"""From evidence to a location: a GPS point, a QR label or a person's choice.

Phones are accurate to 5 to 13 m under a roof and a location measures about 7 m2, so GPS alone decides only when a
single location is within the error of the point and contains it, and no other location of the warehouse that may lie
there is without an outline. Otherwise the candidates are offered in order, each
with its reason, and a person decides. A point without a stated error, as most phones write, is assumed to be as
accurate as an ordinary phone (`GPS_ASSUMED_ERROR_M`).
"""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings
from django.db.models import Q

from demeter.common.i18n.messages import Message
from locations import geo
from locations.messages import AWAY, CHOSEN, CHOSEN_FAR, INSIDE, LABEL
from locations.models import StorageLocation

# The accuracy of phones under a roof, and the furthest candidate offered for a less accurate point.
PHONE_ERROR_M = 13.0
MAX_SEARCH_RADIUS_M = 50.0
MAX_OFFERS = 10

Outcome = Literal["matched", "ambiguous", "outside", "unknown"]
Source = Literal["gps", "qr", "choice"]


@dataclass(frozen=True)
class Candidate:
    """A possible location and the reason for it. `distance_m` is None if GPS played no part."""

    location: StorageLocation
    source: Source
    evidence: Message
    distance_m: float | None = None


@dataclass(frozen=True)
class LocationMatch:
    """The result of matching. matched: the first candidate is the location. ambiguous: several (or one near by) are
    within the error of the GPS point, best first, or several labels were seen. outside: no location within the error;
    candidates are the nearest within a phone's error, if any. unknown: no active location carries that QR code or id.
    """

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()

    @property
    def location(self) -> StorageLocation | None:
        """The location, if the evidence is conclusive."""
        return self.candidates[0].location if self.outcome == "matched" else None


def match_gps(*, lon: float, lat: float, accuracy_m: float | None = None) -> LocationMatch:
    """Match a GPS point with its stated error (EXIF GPSHPositioningError); ValueError when it is not on Earth.

    A missing, zero, negative or NaN error counts as not stated.
    """
    geo.check_point(lon, lat)
    error_m = _error_m(accuracy_m)
    within_error = _candidates_near(lon=lon, lat=lat, radius_m=min(error_m, MAX_SEARCH_RADIUS_M))
    if not within_error:
        return LocationMatch("outside", _candidates_near(lon=lon, lat=lat, radius_m=PHONE_ERROR_M))
    is_inside = len(within_error) == 1 and within_error[0].distance_m == 0
    box = geo.search_box(lon=lon, lat=lat, radius_m=min(error_m, MAX_SEARCH_RADIUS_M))
    if is_inside and not _undrawn_may_lie_in(box, within_error[0].location.storage_area.warehouse_id):
        return LocationMatch("matched", within_error)
    return LocationMatch("ambiguous", within_error)


def _undrawn_may_lie_in(box: geo.SearchBox, warehouse_id: int) -> bool:
    """Whether the warehouse has active locations without an outline, in a bed that meets the box or has none either."""
    meets = Q(
        storage_area__min_lon__lte=box.max_lon,
        storage_area__max_lon__gte=box.min_lon,
        storage_area__min_lat__lte=box.max_lat,
        storage_area__max_lat__gte=box.min_lat,
    )
    undrawn = StorageLocation.objects.active().without_outline().filter(storage_area__warehouse=warehouse_id)
    return undrawn.filter(meets | Q(storage_area__polygon__isnull=True)).exists()


def _error_m(accuracy_m: float | None) -> float:
    """The stated error, else the assumed one."""
    is_stated = accuracy_m is not None and math.isfinite(accuracy_m) and accuracy_m > 0
    return accuracy_m if accuracy_m is not None and is_stated else float(settings.GPS_ASSUMED_ERROR_M)


def _candidates_near(*, lon: float, lat: float, radius_m: float) -> tuple[Candidate, ...]:
    """The best active locations within the radius, nearest first: the index proposes, exact distances decide."""
    box = geo.search_box(lon=lon, lat=lat, radius_m=radius_m)
    touching = StorageLocation.objects.active().touching(box).values_list("pk", "code", "polygon")
    proposed = [(pk, code, polygon) for pk, code, polygon in touching if polygon is not None]
    metres = geo.distances_m([polygon for _pk, _code, polygon in proposed], lon=lon, lat=lat)
    ranked = sorted(
        (distance, code, pk)
        for distance, (pk, code, _polygon) in zip(metres, proposed, strict=True)
        if distance <= radius_m
    )[:MAX_OFFERS]
    if not ranked:
        return ()
    locations = StorageLocation.objects.with_names().in_bulk([pk for _distance, _code, pk in ranked])
    return tuple(
        Candidate(location=locations[pk], source="gps", evidence=_describe_distance(distance), distance_m=distance)
        for distance, _code, pk in ranked
    )


def _describe_distance(distance_m: float) -> Message:
    if distance_m == 0:
        return INSIDE()
    return AWAY(metres=f"{distance_m:.1f}")


def match_qr_code(qr_code: str) -> LocationMatch:
    """Match the text of a QR label."""
    return match_qr_codes([qr_code])


def match_qr_codes(qr_codes: Collection[str]) -> LocationMatch:
    """Match the texts of the QR labels in a picture; labels of several locations are ambiguous, and all are offered."""
    locations = StorageLocation.objects.active().with_names().filter(qr_code__in=qr_codes).order_by("qr_code")
    candidates = tuple(
        Candidate(location=location, source="qr", evidence=LABEL(code=location.qr_code or ""))
        for location in locations[:MAX_OFFERS]
    )
    if not candidates:
        return LocationMatch("unknown")
    return LocationMatch("matched" if len(candidates) == 1 else "ambiguous", candidates)


def match_choice(location_id: int) -> LocationMatch:
    """Match the location a person chose, in use or not: forms offer only those in use, but a photo keeps its
    location."""
    location = StorageLocation.objects.with_names().filter(pk=location_id).first()
    if location is None:
        return LocationMatch("unknown")
    return LocationMatch("matched", (Candidate(location=location, source="choice", evidence=CHOSEN()),))


def match_choice_with_gps(
    location_id: int, *, lon: float, lat: float, accuracy_m: float | None = None
) -> LocationMatch:
    """Match the location chosen for a whole upload with the GPS point of one of its photos.

    ambiguous: the point matches other locations, and the chosen one is further away than its error and that of any
    phone; without an outline, its bed or its warehouse is. A point with no location nearby, or a choice that is drawn
    nowhere, is no contradiction.
    """
    chosen = match_choice(location_id)
    near = match_gps(lon=lon, lat=lat, accuracy_m=accuracy_m).candidates
    polygon = chosen.location.known_polygon if chosen.location else None
    if polygon is None or not near:
        return chosen
    [distance_m] = geo.distances_m([polygon], lon=lon, lat=lat)
    if distance_m <= max(_error_m(accuracy_m), PHONE_ERROR_M):
        return chosen
    evidence = CHOSEN_FAR(metres=f"{distance_m:.0f}")
    first = replace(chosen.candidates[0], evidence=evidence, distance_m=distance_m)
    return LocationMatch("ambiguous", (first, *near))
