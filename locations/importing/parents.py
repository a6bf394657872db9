"""The place around another one: found by code, by name, or by what contains its outline."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from shapely import Point, Polygon, STRtree

from locations import geo
from locations.importing.features import Feature
from locations.importing.messages import (
    MISSING,
    NO_OUTLINE,
    PARENT_NAME_TWICE,
    PARENT_NOT_AROUND,
    PARENT_UNKNOWN,
    PARENTS_AROUND,
    STICKS_OUT,
)
from locations.importing.values import read_code, read_text, refuse
from locations.models.places import Place

# Drawings of walls and beds rarely meet exactly.
TOLERANCE_M = 1.0


class Parents:
    """The places of the layer above, those in the database and those of this import."""

    def __init__(self, field: str, places: Iterable[Place]) -> None:
        self.field = field
        self.by_code = {place.code: place for place in places}
        self._enclosures: dict[str, geo.Enclosure] = {}

    @cached_property
    def _by_name(self) -> dict[str, list[Place]]:
        named: dict[str, list[Place]] = defaultdict(list)
        for place in self.by_code.values():
            named[place.name.casefold()].append(place)
        return named

    @cached_property
    def _drawn(self) -> tuple[STRtree, list[Place]]:
        drawn = [place for place in self.by_code.values() if place.polygon]
        rings = [place.polygon["coordinates"] for place in drawn if place.polygon]
        return STRtree([Polygon(ring[0], ring[1:]) for ring in rings]), drawn

    def find(self, feature: Feature, place: Place) -> Place:
        """The parent that the feature names, or that contains its outline. Raises RefusedError."""
        if feature.parent_by == "polygon":
            return self._find_around(place)
        named = feature.properties.get(self.field, "")
        if feature.parent_by == "name":
            return self._find_by_name(read_text(named, self.field), place)
        code = read_code(named, self.field)
        if not code:
            raise refuse(MISSING, field=self.field)
        if code not in self.by_code:
            raise refuse(PARENT_UNKNOWN, field=self.field, value=code)
        return self.by_code[code]

    def _find_by_name(self, name: str, place: Place) -> Place:
        """The only one of that name; of several the one that contains the outline."""
        if not name:
            raise refuse(MISSING, field=self.field)
        named = self._by_name.get(name.casefold(), [])
        if not named:
            raise refuse(PARENT_UNKNOWN, field=self.field, value=name)
        if len(named) == 1:
            return named[0]
        drawn = [parent for parent in named if parent.polygon and place.polygon]
        around = [parent for parent in drawn if self._holds(parent, place.polygon)]
        if len(around) != 1:
            raise refuse(PARENT_NAME_TWICE, field=self.field, value=name)
        return around[0]

    def _find_around(self, place: Place) -> Place:
        if place.centroid_lon is None or place.centroid_lat is None:
            raise refuse(NO_OUTLINE, field=self.field)
        tree, drawn = self._drawn
        near: list[Place] = [drawn[index] for index in tree.query(Point(place.centroid_lon, place.centroid_lat))]
        around = [parent for parent in near if self._holds(parent, place.polygon)]
        if not around:
            raise refuse(PARENT_NOT_AROUND, field=self.field)
        if len(around) > 1:
            codes = ", ".join(sorted(parent.code for parent in around))
            raise refuse(PARENTS_AROUND, field=self.field, codes=codes)
        return around[0]

    def check_inside(self, place: Place, parent: Place) -> None:
        """Raise RefusedError if the place sticks out of its parent; without an outline nobody can tell."""
        if place.polygon and not self._holds(parent, place.polygon):
            raise refuse(STICKS_OUT, code=parent.code, metres=f"{TOLERANCE_M:g}")

    def _holds(self, parent: Place, polygon: Any) -> bool:
        if not parent.polygon:
            return True
        if parent.code not in self._enclosures:
            self._enclosures[parent.code] = geo.Enclosure(parent.polygon, tolerance_m=TOLERANCE_M)
        return self._enclosures[parent.code].holds(polygon)
