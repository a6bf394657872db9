"""What the page that draws shows: the places of a warehouse, drawn or not, and what is doubtful about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gallery.places.nursery_map import rings_of
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.models.places import Place
from locations.outlines import UNUSED, Doubt, doubtful_outlines

LAYER_OF: dict[type[Place], str] = {Warehouse: "warehouse", StorageArea: "area", StorageLocation: "location"}
WHOLE_FROM_M2 = 10  # larger areas have no decimals


@dataclass(frozen=True)
class DrawnPlace:
    """A place of the list; `key` names it in the form."""

    key: str
    name: str
    place: Place

    @property
    def is_drawn(self) -> bool:
        return self.place.polygon is not None


@dataclass(frozen=True)
class Drawing:
    """A warehouse to be drawn: its places by layer, and the doubts about their outlines in words."""

    warehouse: Warehouse
    house: DrawnPlace
    benches: tuple[DrawnPlace, ...]
    bays: tuple[DrawnPlace, ...]
    doubts: tuple[str, ...]
    neighbours: tuple[DrawnPlace, ...]

    @property
    def places(self) -> tuple[DrawnPlace, ...]:
        return (self.house, *self.benches, *self.bays)

    @property
    def is_any_drawn(self) -> bool:
        return any(place.is_drawn for place in self.places)

    @property
    def first_undrawn(self) -> str:
        """The key of the first place without an outline; the warehouse if all are drawn."""
        return next((place.key for place in self.places if not place.is_drawn), self.house.key)

    @property
    def outlines(self) -> list[dict[str, Any]]:
        """The drawn places for the script, and the other warehouses for orientation."""
        return [
            {"key": item.key, "name": item.name, "rings": rings_of(item.place.polygon)}
            for item in (*self.neighbours, *self.places)
            if item.is_drawn
        ]


def draw_warehouse(warehouse: Warehouse) -> Drawing:
    """Seven queries, for any number of places."""
    others = Warehouse.objects.filter(active=True, polygon__isnull=False).exclude(pk=warehouse.pk)
    areas = StorageArea.objects.filter(warehouse=warehouse, active=True).order_by("sort_key", "code")
    names = {area.pk: area.name for area in areas}
    bays = (
        StorageLocation.objects.active()
        .filter(storage_area__in=names)
        .defer(*UNUSED)
        .order_by("storage_area__sort_key", "sort_key", "code")
    )
    return Drawing(
        warehouse=warehouse,
        house=DrawnPlace(key_of(warehouse), warehouse.name, warehouse),
        benches=tuple(DrawnPlace(key_of(area), area.name, area) for area in areas),
        bays=tuple(DrawnPlace(key_of(bay), f"{names[bay.storage_area_id]} - {bay.name}", bay) for bay in bays),
        doubts=tuple(describe_doubts(doubtful_outlines(warehouse))),
        neighbours=tuple(DrawnPlace(key_of(other), other.name, other) for other in others),
    )


def key_of(place: Place) -> str:
    """How forms and addresses name a place."""
    return f"{LAYER_OF[type(place)]}:{place.code}"


def mark_doubts(doubts: Sequence[Doubt]) -> dict[str, str]:
    """The words at each place, by its key: at both outlines of an overlap, and at the one that sticks out."""
    marks: dict[str, list[str]] = {}
    for doubt, words in zip(doubts, describe_doubts(doubts), strict=True):
        for place in (doubt.one, doubt.other) if doubt.kind == "overlap" else (doubt.one,):
            marks.setdefault(key_of(place), []).append(words)
    return {key: " ".join(words) for key, words in marks.items()}


def describe_doubts(doubts: Sequence[Doubt]) -> Iterator[str]:
    """The doubts in words."""
    overlap = _("%(one)s and %(other)s overlap by %(area)s m².")
    out = _("%(one)s sticks out of %(other)s by %(area)s m².")
    for doubt in doubts:
        words = overlap if doubt.kind == "overlap" else out
        decimals = 0 if doubt.area_m2 >= WHOLE_FROM_M2 else 1
        area = number_format(round(doubt.area_m2, decimals), decimals, force_grouping=True)
        yield words % {"one": _name_of(doubt.one), "other": _name_of(doubt.other), "area": area}


def _name_of(place: Place) -> str:
    """Its name with the code, as names repeat from bench to bench."""
    return place.code if place.name == place.code else f"{place.name} ({place.code})"
