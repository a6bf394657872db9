"""What the builder shows: where places can be made, what the form begins with there, and the preview of a plan."""

import re
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from gallery.places.drawing import key_of
from locations.building import Base, Plan, PlannedPlace, continue_pattern
from locations.models import StorageArea, StorageLocation, Warehouse
from locations.models.places import Place
from locations.place_changes import taken_codes

MOST_BENCHES_SHOWN = 12
SHOWN_TAKEN = 20


@dataclass(frozen=True)
class PreviewRow:
    """A bench with its first and last bay."""

    house: PlannedPlace
    bench: PlannedPlace
    first: PlannedPlace
    last: PlannedPlace
    bays: int


@dataclass(frozen=True)
class Preview:
    """The first benches of a plan, how many are not shown, and the codes that exist already."""

    plan: Plan
    rows: tuple[PreviewRow, ...]
    more: int
    taken: tuple[str, ...]
    taken_more: int


def preview_plan(plan: Plan) -> Preview:
    """Three queries, for any number of places."""
    base = plan.base
    houses = {house.code: house for house in plan.houses or ((base.house,) if base else ())}
    benches = plan.benches or ((base.bench,) if base and base.bench else ())
    bays = {code: list(group) for code, group in groupby(plan.bays, key=lambda bay: bay.parent)}
    rows = tuple(
        PreviewRow(houses[bench.parent], bench, bays[bench.code][0], bays[bench.code][-1], len(bays[bench.code]))
        for bench in benches[:MOST_BENCHES_SHOWN]
    )
    taken = taken_codes(plan)
    return Preview(
        plan=plan,
        rows=rows,
        more=len(benches) - len(rows),
        taken=tuple(taken[:SHOWN_TAKEN]),
        taken_more=max(0, len(taken) - SHOWN_TAKEN),
    )


def next_house_number() -> int:
    """The number after the greenhouses whose codes follow the pattern that the form begins with."""
    codes = Warehouse.objects.filter(code__regex="^G[0-9]{1,4}$").values_list("code", flat=True)
    return max((int(code[1:]) for code in codes), default=0) + 1


@dataclass(frozen=True)
class Site:
    """A greenhouse or a bench in which places can be made; `key` names it in forms."""

    key: str
    name: str


def sites() -> list[tuple[Site, list[Site]]]:
    """All greenhouses in use with their benches, in natural order; two queries."""
    benches: dict[int, list[Site]] = {}
    areas = StorageArea.objects.filter(active=True).only("code", "name", "warehouse_id").order_by("sort_key", "code")
    for area in areas:
        benches.setdefault(area.warehouse_id, []).append(Site(key_of(area), area.name))
    houses = Warehouse.objects.filter(active=True).only("code", "name").order_by("sort_key", "code")
    return [(Site(key_of(house), house.name), benches.get(house.pk, [])) for house in houses]


def read_base(place: Place | None) -> Base | None:
    """The base of a plan that makes places in this greenhouse or on this bench."""
    if isinstance(place, StorageArea):
        house = _planned(place.warehouse)
        return Base(house, PlannedPlace(place.code, place.name, house.code))
    return Base(_planned(place)) if place else None


def _planned(place: Place) -> PlannedPlace:
    return PlannedPlace(place.code, place.name)


def first_values(place: Place | None) -> dict[str, object]:
    """What the form begins with: patterns and numbers that continue those of the places that are there."""
    if isinstance(place, StorageArea):
        return _bays_after(place)
    if isinstance(place, Warehouse):
        return _benches_after(place)
    return {"first_house": next_house_number()}


def _benches_after(house: Warehouse) -> dict[str, object]:
    benches = list(house.storage_areas.order_by("sort_key", "code"))
    code = _continued([bench.code for bench in benches], "bench") or f"{house.code}-B{{bench}}"
    name = _continued([bench.name for bench in benches], "bench") or _("Bench {bench}")
    first = _next_number(StorageArea, code)
    values: dict[str, object] = {"benches": "1", "first_bench": first, "bench_code": code, "bench_name": name}
    bay_code, bay_name = f"{code}-{{bay:02}}", _("Bay {bay}")
    if benches:
        like = _bays_after(benches[-1])
        last, pattern = benches[-1].code, str(like["bay_code"])
        bay_code = f"{code}{pattern.removeprefix(last)}" if pattern.startswith(last) else bay_code
        bay_name = str(like["bay_name"])
    return values | {"bay_code": bay_code, "bay_name": bay_name}


def _bays_after(bench: StorageArea) -> dict[str, object]:
    bays = list(StorageLocation.objects.filter(storage_area=bench).order_by("sort_key", "code"))
    code = _continued([bay.code for bay in bays], "bay") or f"{bench.code}-{{bay:02}}"
    name = _continued([bay.name for bay in bays], "bay") or _("Bay {bay}")
    return {"first_bay": _next_number(StorageLocation, code), "bay_code": code, "bay_name": name}


def _continued(texts: list[str], field: str) -> str | None:
    return continue_pattern(texts, field) if texts else None


def _next_number(model: type[StorageArea | StorageLocation], pattern: str) -> int:
    """The number after those of all places whose codes follow the pattern, also elsewhere: codes are unique."""
    before = pattern.partition("{")[0]
    found = model._default_manager.filter(code__regex=f"^{re.escape(before)}[0-9]{{1,4}}$")
    codes = found.values_list("code", flat=True)
    return max((int(code.removeprefix(before)) for code in codes), default=0) + 1
