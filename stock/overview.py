"""The stock of the nursery before any moment, summed by what grows or by where it stands, with how sure the sums are.

One statement answers any grouping and any filter: the balances of the batches, what is unexplained of them, for each
location the newest visit before the moment (all three kept by the database: `stock.closings`, migration 0012), and
their sums by group, sorted by name (places by code: 1, 2, 10), of which one page is returned with the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.common.search import contained_in, longest_words
from stock.amounts import Amounts, Value
from stock.prices import PRICE, known_currencies
from stock.spread import MARGIN_TOTALS, MARGINS, SPREAD, read_interval, spread_parameters

RECENT = timedelta(days=30)


class Group(models.TextChoices):
    """What one row of the stock is."""

    ITEM = "item", _("Detail")
    PRODUCT = "product", _("Product")
    WAREHOUSE = "warehouse", _("Warehouse")
    AREA = "area", _("Area")
    LOCATION = "location", _("Location")


KEYS: Mapping[str, tuple[str, ...]] = {
    Group.ITEM: ("product_id", "packaging_id", "state_id", "size_id"),
    Group.PRODUCT: ("product_id",),
    Group.WAREHOUSE: ("warehouse_id",),
    Group.AREA: ("area_id",),
    Group.LOCATION: ("location_id",),
}
# The tables with the names that a group is sorted by, and the order.
PRODUCT_NAMES = "LEFT JOIN products AS product ON product.id = product_id"
NAMES: Mapping[str, tuple[str, str]] = {
    Group.ITEM: (
        f"{PRODUCT_NAMES} LEFT JOIN packagings AS packaging ON packaging.id = packaging_id"
        " LEFT JOIN product_states AS state ON state.id = state_id"
        " LEFT JOIN product_sizes AS size ON size.id = size_id",
        "product.common_name, product.sku, packaging.name NULLS FIRST, packaging_id, state.sort_order,"
        " size.sort_order NULLS FIRST",
    ),
    Group.PRODUCT: (PRODUCT_NAMES, "product.common_name, product.sku"),
    Group.WAREHOUSE: (
        "LEFT JOIN warehouses AS warehouse ON warehouse.id = warehouse_id",
        "warehouse.sort_key",
    ),
    Group.AREA: (
        "LEFT JOIN storage_areas AS area ON area.id = area_id"
        " LEFT JOIN warehouses AS warehouse ON warehouse.id = area.warehouse_id",
        "warehouse.sort_key, area.sort_key",
    ),
    Group.LOCATION: (
        "LEFT JOIN storage_locations AS location ON location.id = location_id",
        "location.sort_key",
    ),
}
SEARCHED = (
    "product.common_name",
    "product.scientific_name",
    "product.sku",
    "packaging.name",
    "location.code",
    "location.name",
    "batch.batch_code",
)
PLACES = (
    "JOIN storage_locations AS location ON location.id = batch.location_id"
    " JOIN storage_areas AS area ON area.id = location.storage_area_id"
)
SEARCH_TABLES = (
    "JOIN products AS product ON product.id = batch.product_id"
    " LEFT JOIN packagings AS packaging ON packaging.id = batch.packaging_id"
)
# What the parts of the statement are joined by, besides the keys of the group.
JOINED_BY = ("product_id", "packaging_id", "location_id")
WITH_PLACES = {"area_id", "warehouse_id"}
COLUMNS: Mapping[str, str] = {
    **{name: f"batch.{name}" for name in ("product_id", "packaging_id", "state_id", "size_id", "location_id")},
    "area_id": "location.storage_area_id",
    "warehouse_id": "area.warehouse_id",
}
# The stock before a moment, by batch: what batches have now less what came since, if that is nothing yet; else the
# newest closing and what came after it.
SINCE = "SELECT batch_id, -quantity AS quantity FROM stock_movements WHERE happened_at >= %(before)s"
BEFORE = "SELECT batch_id, quantity FROM stock_parts_before(%(before)s)"
EARLIER = "UNION ALL SELECT batch_id, 0, 0, quantity FROM stock_parts_before(%(compared_before)s)"
LINE = """
    SELECT batch.id AS batch_id, {columns}, {plants} AS plants, COALESCE(moved.earlier, 0) AS earlier
    FROM {batches} {places} WHERE ({plants} <> 0 OR moved.earlier <> 0) AND {conditions}
"""
OF_BATCHES = "stock_batches AS batch LEFT JOIN moved ON moved.batch_id = batch.id"
THEN = [{"batches": OF_BATCHES, "plants": "COALESCE(moved.plants, 0)"}]
# Batches that have plants now are read by an index of theirs (`idx_batches_held`), with what comes later taken off.
HELD_NOW = """
    (SELECT * FROM stock_batches WHERE quantity_current <> 0) AS batch LEFT JOIN moved ON moved.batch_id = batch.id
"""
OTHERS = "moved JOIN stock_batches AS batch ON batch.id = moved.batch_id AND batch.quantity_current = 0"
PLANTS_NOW = "(batch.quantity_current + COALESCE(moved.plants, 0))"
NOW = [{"batches": HELD_NOW, "plants": PLANTS_NOW}, {"batches": OTHERS, "plants": PLANTS_NOW}]
OF_LINES = "AND location_id IN (SELECT location_id FROM line)"
# `same` is 0 everywhere. Of groups by one column PostgreSQL expects 200, and looks up ten thousand batches one by one.
STOCK = """
WITH moved AS MATERIALIZED (
    SELECT batch_id, sum(now)::int AS plants, sum(earlier)::int AS earlier FROM (
        SELECT batch_id, 0 AS same, quantity AS now, 0 AS earlier FROM ({parts}) AS part {earlier}
    ) AS parts GROUP BY batch_id, same
), reported_later AS MATERIALIZED (
    SELECT batch_id, sum(abs(unexplained))::int AS plants FROM stock_differences
    WHERE unexplained <> 0 AND moment >= %(before)s GROUP BY batch_id
), line AS MATERIALIZED ({lines}), place AS MATERIALIZED (
    SELECT location_id, id AS visit_id, last_at, is_open, signed_off, in_doubt FROM stock_visits
    WHERE newest_during @> %(before)s {of_lines}
), {spread}, parts AS (
    SELECT {line_keys}, 0 AS unexplained, {sums}
    FROM line LEFT JOIN place ON place.location_id = line.location_id
    LEFT JOIN spread ON spread.batch_id = line.batch_id {prices}
    GROUP BY {line_keys}
    UNION ALL
    SELECT {batch_keys}, sum(batch.quantity_unexplained - COALESCE(reported_later.plants, 0)), {nothing}
    FROM stock_batches AS batch LEFT JOIN reported_later ON reported_later.batch_id = batch.id {places}
    WHERE batch.quantity_unexplained <> 0 AND {conditions}
    GROUP BY {batch_keys} HAVING sum(batch.quantity_unexplained - COALESCE(reported_later.plants, 0)) <> 0
), summed AS MATERIALIZED (
    SELECT {keys}, GROUPING({key}) AS is_total, COALESCE(sum(unexplained), 0) AS unexplained, {totals}
    FROM parts GROUP BY GROUPING SETS (({keys}), ())
), page AS MATERIALIZED (
    SELECT * FROM summed WHERE is_total = 1
    UNION ALL (
        SELECT summed.* FROM summed {names} WHERE is_total = 0 ORDER BY {order} OFFSET %(skipped)s LIMIT %(limit)s
    )
)
SELECT page.*, (SELECT count(*) - 1 FROM summed) AS total_rows FROM page {names} ORDER BY is_total DESC, {order}
"""
SUMS: Mapping[str, str] = {
    "plants": "sum(line.plants)",
    "earlier": "sum(line.earlier)",
    "batches": "count(*) FILTER (WHERE line.plants <> 0)",
    "signed_off": "sum(line.plants) FILTER (WHERE place.signed_off AND NOT place.is_open)",
    "recent": "sum(line.plants) FILTER (WHERE place.last_at >= %(recent)s)",
    "uncertain": "sum(line.plants) FILTER (WHERE place.is_open OR place.in_doubt)",
    "never_counted": "sum(line.plants) FILTER (WHERE place.last_at IS NULL)",
    "unmeasured": "sum(line.plants) FILTER (WHERE spread.is_unknown)",
}


@dataclass(frozen=True)
class StockFilter:
    """Which stock, when, and summed by what. `chosen` has keys of COLUMNS; 0 means none: no packaging, no size."""

    before: datetime
    compared_before: datetime | None = None
    group: str = Group.ITEM
    text: str = ""
    chosen: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StockRow:
    """The stock of one group; `keys` are the columns of KEYS."""

    keys: Mapping[str, int | None]
    amounts: Amounts


@dataclass(frozen=True)
class StockPage:
    """Some rows of all, and the total of all."""

    rows: tuple[StockRow, ...]
    total: Amounts
    total_rows: int


def read_stock(wanted: StockFilter, *, skipped: int = 0, limit: int) -> StockPage:
    """The rows after the first `skipped`, at most `limit`, in their order. One query, one for currencies, one for what
    was learned of the errors of counts."""
    currencies = known_currencies()
    keys = KEYS[wanted.group]
    conditions, parameters = _conditions(wanted)
    parameters |= {
        **{f"currency{number}": currency for number, currency in enumerate(currencies)},
        **spread_parameters(),
        "before": wanted.before,
        "compared_before": wanted.compared_before,
        "recent": wanted.before - RECENT,
        "skipped": skipped,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(wanted, conditions, currencies), parameters)
        columns = [column.name for column in cursor.description or ()]
        total, *rows = (dict(zip(columns, row, strict=True)) for row in cursor.fetchall())
    return StockPage(
        rows=tuple(StockRow({key: row[key] for key in keys}, _amounts(row, currencies)) for row in rows),
        total=_amounts(total, currencies),
        total_rows=total["total_rows"],
    )


def _statement(wanted: StockFilter, conditions: Sequence[str], currencies: Sequence[str]) -> str:
    keys = KEYS[wanted.group]
    line_keys, batch_keys = [f"line.{key}" for key in keys], [COLUMNS[key] for key in keys]
    names, order = NAMES[wanted.group]
    sums = {**SUMS, **_value_sums(currencies)}
    totals = {name: f"COALESCE(sum({name}), 0)" for name in sums} | dict(MARGIN_TOTALS)
    places = PLACES if wanted.text or WITH_PLACES & {*keys, *wanted.chosen} else ""
    places += f" {SEARCH_TABLES}" if wanted.text else ""
    from_now = wanted.before > timezone.now()
    of_line = {
        "columns": _named({name: COLUMNS[name] for name in dict.fromkeys((*JOINED_BY, *keys))}),
        "places": places,
        "conditions": " AND ".join(conditions),
    }
    return STOCK.format(
        parts=SINCE if from_now else BEFORE,
        lines=" UNION ALL ".join(LINE.format(**of_line, **part) for part in (NOW if from_now else THEN)),
        earlier=EARLIER if wanted.compared_before else "",
        places=places,
        of_lines=OF_LINES if len(conditions) > 1 else "",
        conditions=of_line["conditions"],
        line_keys=", ".join(line_keys),
        batch_keys=", ".join(batch_keys),
        keys=", ".join(keys),
        key=keys[0],
        sums=_named({**sums, **MARGINS}),
        nothing=", ".join("NULL" for _name in (*sums, *MARGINS)),
        totals=_named(totals),
        spread=SPREAD,
        prices=PRICE.format(product="line.product_id"),
        names=names,
        order=order,
    )


def _named(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _conditions(wanted: StockFilter) -> tuple[list[str], dict[str, Any]]:
    """The conditions of the lines in SQL, and their parameters."""
    conditions, parameters = ["TRUE"], dict[str, Any]()
    for name, chosen in wanted.chosen.items():
        conditions.append(f"{COLUMNS[name]} = %({name})s" if chosen else f"{COLUMNS[name]} IS NULL")
        parameters[name] = chosen
    for number, word in enumerate(longest_words(wanted.text)):
        places = " OR ".join(f"{column} ILIKE ANY (%(word{number})s)" for column in SEARCHED)
        conditions.append(f"({places})")
        parameters[f"word{number}"] = contained_in(word)
    return conditions, parameters


def _value_sums(currencies: Sequence[str]) -> dict[str, str]:
    """A sum for each currency, by its place in the list, and the plants without a price."""
    values = {
        f"value{number}": f"sum(line.plants * price.amount) FILTER (WHERE price.currency = %(currency{number})s)"
        for number in range(len(currencies))
    }
    return {"unpriced": "sum(line.plants) FILTER (WHERE price.amount IS NULL)", **values}


def _amounts(row: Mapping[str, Any], currencies: Sequence[str]) -> Amounts:
    values = (Value(Decimal(row[f"value{number}"]), currency) for number, currency in enumerate(currencies))
    numbers = {name: int(row[name]) for name in (*SUMS, "unexplained", "unpriced")}
    return Amounts(
        **numbers,
        values=tuple(value for value in values if value.amount),
        interval=read_interval(row),
    )
