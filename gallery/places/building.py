"""What the builder shows: the preview of a plan, and where the numbers of new greenhouses begin."""

from dataclasses import dataclass
from itertools import groupby

from locations.building import Plan, PlannedPlace
from locations.models import Warehouse
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
    houses = {house.code: house for house in plan.houses}
    bays = {code: list(group) for code, group in groupby(plan.bays, key=lambda bay: bay.parent)}
    rows = tuple(
        PreviewRow(houses[bench.parent], bench, bays[bench.code][0], bays[bench.code][-1], len(bays[bench.code]))
        for bench in plan.benches[:MOST_BENCHES_SHOWN]
    )
    taken = taken_codes(plan)
    return Preview(
        plan=plan,
        rows=rows,
        more=len(plan.benches) - len(rows),
        taken=tuple(taken[:SHOWN_TAKEN]),
        taken_more=max(0, len(taken) - SHOWN_TAKEN),
    )


def next_house_number() -> int:
    """The number after the greenhouses whose codes follow the pattern that the form begins with."""
    codes = Warehouse.objects.filter(code__regex="^G[0-9]{1,4}$").values_list("code", flat=True)
    return max((int(code[1:]) for code in codes), default=0) + 1
