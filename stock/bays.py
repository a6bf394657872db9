"""The bays of the nursery in walking order, each with its stock and its last count: one statement for any number.

`stock.counting_plan` reads from it which bays are due, `stock.stocktakes` which were counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from stock.conformal import Interval, interval_around
from stock.intervals import margins_of_visits, read_learned
from stock.prices import PRICE, known_currencies

# Warehouse, area and location in natural order: `locations.models.places.WALKING_ORDER`.
WALK = "warehouse_key, area_key, location_key"
KEYS = """
    warehouse.sort_key AS warehouse_key, area.sort_key AS area_key, location.sort_key AS location_key, location.id
"""
PLACES = """
    storage_locations AS location
    JOIN storage_areas AS area ON area.id = location.storage_area_id
    JOIN warehouses AS warehouse ON warehouse.id = area.warehouse_id
"""
ACTIVE = "location.active AND area.active AND warehouse.active"
CONFIGURED = "EXISTS (SELECT 1 FROM location_configs WHERE location_id = location.id AND active)"
HELD_NOW = """
    SELECT id AS batch_id, location_id, product_id, quantity_current AS quantity FROM stock_batches
    WHERE quantity_current <> 0
"""
STOCK_BEFORE = """
    SELECT batch_id, sum(quantity) AS quantity FROM stock_parts_before(%(before)s)
    GROUP BY batch_id HAVING sum(quantity) <> 0
"""
HELD = """
    SELECT batch_id, location_id, product_id, balance.quantity
    FROM ({balances}) AS balance JOIN stock_batches ON id = batch_id
"""
HELD_BEFORE = HELD.format(balances=STOCK_BEFORE)
# Every bay with its flags. What is shown of a bay but decides nothing is read later, of the bays that are shown.
FLAGGED = """
WITH by_hand AS MATERIALIZED (
    SELECT batch_id, max(happened_at) AS counted_at FROM stock_counts
    WHERE document_id IS NOT NULL AND withdrawn_at IS NULL
        AND happened_at >= %(since)s AND happened_at < %(before)s
    GROUP BY batch_id
), stocked AS MATERIALIZED (
    SELECT held.location_id, sum(held.quantity) AS plants, {value} AS value,
        min(COALESCE(by_hand.counted_at, '-infinity')) AS hand_at
    FROM (
        {held}
        UNION ALL SELECT id, location_id, product_id, 0 FROM by_hand JOIN stock_batches ON id = batch_id
    ) AS held
    LEFT JOIN by_hand ON by_hand.batch_id = held.batch_id
    {prices}
    WHERE held.location_id IN (SELECT location.id FROM {places} WHERE {scope})
    GROUP BY held.location_id
), bay AS MATERIALIZED (
    SELECT {keys}, COALESCE(stocked.plants, 0) AS plants, stocked.value,
        NULLIF(stocked.hand_at, '-infinity') AS hand_at, visit.visit_id, visit.last_at,
        visit.is_open, visit.in_doubt, visit.signed_off
    FROM {places}
    LEFT JOIN stocked ON stocked.location_id = location.id
    LEFT JOIN (
        SELECT location_id, id AS visit_id, last_at, is_open, in_doubt, signed_off FROM stock_visits
        WHERE newest_during @> %(before)s::timestamptz AND last_at >= %(since)s
    ) AS visit ON visit.location_id = location.id
    WHERE {conditions}
), counted AS (
    SELECT bay.*, GREATEST(last_at, hand_at) AS counted_at,
        COALESCE(hand_at > last_at, hand_at IS NOT NULL) AS by_hand
    FROM bay
), flagged AS MATERIALIZED (
    SELECT counted.*, {flags} FROM counted
)
"""
BAYS = """
, totals AS (
    SELECT count(*) AS bays, {totals} FROM flagged
), page AS (
    SELECT flagged.*, count(*) OVER () AS found FROM flagged WHERE {wanted}
    ORDER BY {order} OFFSET %(skipped)s LIMIT %(limit)s
)
SELECT totals.*, page.*, {combined} location.code, location.name, area.name AS area, warehouse.name AS warehouse,
    visit.first_at, visit.quantity, COALESCE(changed.quantity, 0) AS difference
FROM totals
LEFT JOIN (page JOIN ({places}) ON location.id = page.id LEFT JOIN stock_visits AS visit ON visit.id = page.visit_id
    {differences}) ON TRUE
ORDER BY {order}
"""
FLAGS = "SELECT id, {flags} FROM flagged WHERE {wanted}"
# The bays after one with a code.
AFTER = "({walk}) > (SELECT {walk} FROM (SELECT {keys} FROM {places} WHERE location.code = %(after)s) AS last)"


class Scope(NamedTuple):
    """Which places: a warehouse, an area, or all."""

    warehouse_id: int | None = None
    area_id: int | None = None


@dataclass(frozen=True)
class Bay:
    """A bay with its stock and its last count, of which nothing is known if `counted_at` is None.

    `difference` is what its counts added to or took from what was expected. `interval` is that of its plants, once it
    was looked up (`with_intervals`).
    """

    location_id: int
    code: str
    name: str
    area: str
    warehouse: str
    plants: int
    value: Decimal | None
    visit_id: int | None
    counted: int | None
    counted_at: datetime | None
    by_hand: bool
    is_open: bool
    in_doubt: bool
    signed_off: bool
    difference: int
    flags: frozenset[str]
    interval: Interval | None = None

    @property
    def place(self) -> str:
        """Where it is: "Nave 1 - Bench 3"."""
        return f"{self.warehouse} - {self.area}"

    @property
    def is_uncertain(self) -> bool:
        """Whether its count may be wrong."""
        return not self.by_hand and (self.is_open or self.in_doubt)


@dataclass(frozen=True)
class BayPage:
    """Some bays of the `found` ones, and for all bays how many have each flag."""

    bays: tuple[Bay, ...]
    found: int
    total: int
    totals: Mapping[str, int]
    currency: str

    def total_of(self, flag: str) -> int:
        """How many bays have the flag; all without one."""
        return self.totals[flag] if flag else self.total


@dataclass(frozen=True)
class BayQuery:
    """What is asked: SQL over the columns of `counted` for each flag, which flag is wanted, and the order.

    `combined` are flags in SQL over other flags. `differences` joins `changed`, by `page.id`, with what the counts of a
    bay changed.
    """

    scope: Scope
    in_use: str
    differences: str
    flags: Mapping[str, str]
    combined: Mapping[str, str] = field(default_factory=dict)
    order: str = WALK
    wanted: str = ""
    after: str = ""
    held: str = HELD_NOW
    since: datetime | str = "-infinity"
    before: datetime | str = "infinity"
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_bays(query: BayQuery, *, skipped: int = 0, limit: int | None = None) -> BayPage:
    """The bays that are asked for, from the first that is not skipped on. One query, and one for currencies."""
    currencies = known_currencies()
    has_value = len(currencies) == 1  # currencies cannot be added
    rows = _execute(_flagged(query, has_value=has_value) + _page(query), query, skipped=skipped, limit=limit)
    names = (*query.flags, *query.combined)
    return BayPage(
        bays=tuple(_bay(row, names) for row in rows if row["id"] is not None),
        found=rows[0]["found"] or 0,
        total=rows[0]["bays"],
        totals={name: rows[0][f"{name}_total"] for name in names},
        currency=currencies[0] if has_value else "",
    )


def with_intervals(page: BayPage) -> BayPage:
    """The bays with the intervals of their plants: as far off as their last counts by photo. What people recorded since
    is taken as exact; of counts by hand nothing is known. Two queries."""
    counted = {bay.visit_id for bay in page.bays if bay.visit_id is not None and not bay.by_hand}
    margins = margins_of_visits(counted, read_learned()) if counted else {}
    return replace(
        page,
        bays=tuple(
            replace(bay, interval=interval_around(bay.plants, margins.get(bay.visit_id)))
            if bay.visit_id is not None and bay.visit_id in counted
            else bay
            for bay in page.bays
        ),
    )


def read_flags(query: BayQuery) -> dict[int, frozenset[str]]:
    """The flags of all bays that are asked for, by the key of the location, in no order. One query."""
    statement = _flagged(query, has_value=False) + FLAGS.format(flags=", ".join(query.flags), wanted=_wanted(query))
    rows = _execute(statement, query)
    return {row["id"]: frozenset(name for name in query.flags if row[name]) for row in rows}


def _execute(statement: str, query: BayQuery, **parameters: int | None) -> list[dict[str, Any]]:
    values: dict[str, Any] = {
        "since": query.since,
        "before": query.before,
        "after": query.after,
        **query.scope._asdict(),
        **query.parameters,
        **parameters,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def scope_conditions(scope: Scope) -> list[str]:
    """The scope in SQL over `area`."""
    conditions = []
    if scope.warehouse_id is not None:
        conditions.append("area.warehouse_id = %(warehouse_id)s")
    if scope.area_id is not None:
        conditions.append("area.id = %(area_id)s")
    return conditions


def _flagged(query: BayQuery, *, has_value: bool) -> str:
    return FLAGGED.format(
        keys=KEYS,
        places=PLACES,
        value="sum(held.quantity * price.amount)" if has_value else "NULL::numeric",
        prices=PRICE.format(product="held.product_id") if has_value else "",
        held=query.held,
        scope=" AND ".join(scope_conditions(query.scope)) or "TRUE",
        conditions=" AND ".join([f"({query.in_use})", *scope_conditions(query.scope)]),
        flags=", ".join(f"({sql}) AS {name}" for name, sql in query.flags.items()),
    )


def _page(query: BayQuery) -> str:
    flags = {**{name: name for name in query.flags}, **query.combined}
    return BAYS.format(
        places=PLACES,
        differences=query.differences,
        totals=", ".join(f"count(*) FILTER (WHERE {sql}) AS {name}_total" for name, sql in flags.items()),
        combined="".join(f"({sql}) AS {name}, " for name, sql in query.combined.items()),
        wanted=_wanted(query),
        order=query.order,
    )


def _wanted(query: BayQuery) -> str:
    wanted = [f"({query.combined.get(query.wanted, query.wanted)})"] if query.wanted else []
    if query.after:
        wanted.append(AFTER.format(places=PLACES, walk=WALK, keys=KEYS))
    return " AND ".join(wanted) or "TRUE"


def _bay(row: Mapping[str, Any], flags: Sequence[str]) -> Bay:
    return Bay(
        location_id=row["id"],
        code=row["code"],
        name=row["name"],
        area=row["area"],
        warehouse=row["warehouse"],
        plants=int(row["plants"]),
        value=row["value"],
        visit_id=row["visit_id"],
        counted=row["quantity"],
        counted_at=row["counted_at"],
        by_hand=row["by_hand"],
        is_open=bool(row["is_open"]),
        in_doubt=bool(row["in_doubt"]),
        signed_off=bool(row["signed_off"]),
        difference=int(row["difference"]),
        flags=frozenset(name for name in flags if row[name]),
    )
