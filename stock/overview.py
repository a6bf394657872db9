"""The stock of the nursery before any moment, summed by what grows or by where it stands, with how sure the sums are.

One statement answers any grouping and any filter: the balances of the batches (`stock.closings`), for each location the
newest visit before the moment, and their sums by group, sorted by name (places by code: 1, 2,
10), of which one page is returned with the total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from demeter.common.search import contained_in, longest_words
from stock.amounts import Amounts, Value
from stock.prices import Price, known_prices
from stock.spread import MARGINS, SPREAD, read_interval, spread_parameters

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
FILTERS: Mapping[str, str] = {
    "warehouse_id": "area.warehouse_id",
    "area_id": "location.storage_area_id",
    "location_id": "batch.location_id",
    "product_id": "batch.product_id",
    "packaging_id": "batch.packaging_id",
    "state_id": "batch.state_id",
    "size_id": "batch.size_id",
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
SEARCH_TABLES = (
    "JOIN products AS product ON product.id = batch.product_id"
    " LEFT JOIN packagings AS packaging ON packaging.id = batch.packaging_id"
)
EARLIER = "UNION ALL SELECT batch_id, 0, 0, quantity, 0 FROM stock_parts_before(%(compared_before)s)"
PRICES = """
    LEFT JOIN unnest(%(products)s::bigint[], %(amounts)s::numeric[], %(currencies)s::text[])
        AS price (product_id, amount, currency) ON price.product_id = line.product_id
"""
# `same` is 0 everywhere. Of groups by one column PostgreSQL expects 200, and looks up ten thousand batches one by one.
STOCK = """
WITH balance AS MATERIALIZED (
    SELECT batch_id, sum(now) AS plants, sum(earlier) AS earlier, sum(unexplained) AS unexplained FROM (
        SELECT batch_id, 0 AS same, quantity AS now, 0 AS earlier, 0 AS unexplained
            FROM stock_parts_before(%(before)s) {earlier}
        UNION ALL SELECT batch_id, 0, 0, 0, abs(unexplained) FROM stock_differences
            WHERE unexplained <> 0 AND moment < %(before)s
    ) AS parts GROUP BY batch_id, same HAVING sum(now) <> 0 OR sum(earlier) <> 0 OR sum(unexplained) <> 0
), line AS MATERIALIZED (
    SELECT balance.batch_id, batch.product_id, batch.packaging_id, batch.state_id, batch.size_id, batch.location_id,
        location.storage_area_id AS area_id, area.warehouse_id, balance.plants, balance.earlier,
        balance.unexplained
    FROM balance
    JOIN stock_batches AS batch ON batch.id = balance.batch_id
    JOIN storage_locations AS location ON location.id = batch.location_id
    JOIN storage_areas AS area ON area.id = location.storage_area_id
    {search_tables}
    WHERE {conditions}
), place AS MATERIALIZED (
    SELECT stocked.location_id, visit.* FROM (SELECT DISTINCT location_id FROM line) AS stocked
    LEFT JOIN LATERAL (
        SELECT id AS visit_id, last_at, is_open, signed_off, in_doubt FROM stock_visits
        WHERE location_id = stocked.location_id AND photos > 0 AND last_at < %(before)s
        ORDER BY last_at DESC LIMIT 1
    ) AS visit ON TRUE
), {spread}, summed AS (
    SELECT {keys}, GROUPING({key}) AS is_total, {sums}
    FROM line JOIN place ON place.location_id = line.location_id
    LEFT JOIN spread ON spread.batch_id = line.batch_id {prices}
    GROUP BY GROUPING SETS (({keys}), ())
), sorted AS (
    SELECT summed.*, row_number() OVER (ORDER BY is_total DESC, {order}) AS number, count(*) OVER () - 1 AS total_rows
    FROM summed {names}
)
SELECT * FROM sorted WHERE number = 1 OR number > %(skipped)s + 1 AND number <= %(skipped)s + 1 + %(limit)s
ORDER BY number
"""
SUMS: Mapping[str, str] = {
    "plants": "sum(line.plants)",
    "earlier": "sum(line.earlier)",
    "batches": "count(*) FILTER (WHERE line.plants <> 0)",
    "signed_off": "sum(line.plants) FILTER (WHERE place.signed_off AND NOT place.is_open)",
    "recent": "sum(line.plants) FILTER (WHERE place.last_at >= %(recent)s)",
    "uncertain": "sum(line.plants) FILTER (WHERE place.is_open OR place.in_doubt)",
    "unexplained": "sum(line.unexplained)",
    "never_counted": "sum(line.plants) FILTER (WHERE place.last_at IS NULL)",
    "unmeasured": "sum(line.plants) FILTER (WHERE spread.is_unknown)",
}


@dataclass(frozen=True)
class StockFilter:
    """Which stock, when, and summed by what. `chosen` has keys of FILTERS; 0 means none: no packaging, no size."""

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
    """The rows after the first `skipped`, at most `limit`, in their order. One query, one for prices, one for what was
    learned of the errors of counts."""
    prices = known_prices()
    currencies = sorted({price.currency for price in prices.values()})
    keys = KEYS[wanted.group]
    conditions, parameters = _conditions(wanted)
    parameters |= {
        **_price_parameters(prices, currencies),
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
    keys = [f"line.{key}" for key in KEYS[wanted.group]]
    names, order = NAMES[wanted.group]
    sums = {name: f"COALESCE({sql}, 0)" for name, sql in {**SUMS, **_value_sums(currencies)}.items()} | dict(MARGINS)
    return STOCK.format(
        earlier=EARLIER if wanted.compared_before else "",
        search_tables=SEARCH_TABLES if wanted.text else "",
        conditions=" AND ".join(conditions),
        keys=", ".join(keys),
        key=keys[0],
        sums=", ".join(f"{sql} AS {name}" for name, sql in sums.items()),
        spread=SPREAD,
        prices=PRICES if currencies else "",
        names=names,
        order=order,
    )


def _conditions(wanted: StockFilter) -> tuple[list[str], dict[str, Any]]:
    """The conditions of the lines in SQL, and their parameters."""
    conditions, parameters = ["TRUE"], dict[str, Any]()
    for name, chosen in wanted.chosen.items():
        conditions.append(f"{FILTERS[name]} = %({name})s" if chosen else f"{FILTERS[name]} IS NULL")
        parameters[name] = chosen
    for number, word in enumerate(longest_words(wanted.text)):
        places = " OR ".join(f"{column} ILIKE ANY (%(word{number})s)" for column in SEARCHED)
        conditions.append(f"({places})")
        parameters[f"word{number}"] = contained_in(word)
    return conditions, parameters


def _value_sums(currencies: Sequence[str]) -> dict[str, str]:
    """A sum for each currency, by its place in the list, and the plants without a price."""
    if not currencies:
        return {"unpriced": "sum(line.plants)"}
    values = {
        f"value{number}": f"sum(line.plants * price.amount) FILTER (WHERE price.currency = %(currency{number})s)"
        for number in range(len(currencies))
    }
    return {"unpriced": "sum(line.plants) FILTER (WHERE price.amount IS NULL)", **values}


def _price_parameters(prices: Mapping[int, Price], currencies: Sequence[str]) -> dict[str, Any]:
    return {f"currency{number}": currency for number, currency in enumerate(currencies)} | {
        "products": list(prices),
        "amounts": [price.amount for price in prices.values()],
        "currencies": [price.currency for price in prices.values()],
    }


def _amounts(row: Mapping[str, Any], currencies: Sequence[str]) -> Amounts:
    values = (Value(Decimal(row[f"value{number}"]), currency) for number, currency in enumerate(currencies))
    numbers = {name: int(row[name]) for name in (*SUMS, "unpriced")}
    return Amounts(
        **numbers,
        values=tuple(value for value in values if value.amount),
        interval=read_interval(row),
    )
