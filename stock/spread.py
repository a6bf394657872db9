"""How far sums of the stock may be off: the parts in SQL of the statement of `stock.overview`.

The same as `stock.conformal.find_margin` and `add_margins`, which tests/stock/test_spread.py compares.
"""

from collections.abc import Mapping
from typing import Any

from stock.conformal import Interval, Margin, Rung, interval_around
from stock.intervals import read_learned, shipped
from stock.noise import HAND_SHARE

# How far the counts of the last visits may be off, by batch: `stock.conformal.find_margin` in SQL. A count of several
# batches gives each its part.
SPREAD = """
quantile AS (
    SELECT * FROM unnest(%(rungs)s::int[], %(models)s::text[], %(containers)s::text[],
        %(learned_packagings)s::bigint[], %(learned_products)s::bigint[], %(quantiles)s::float8[],
        %(learned_photos)s::int[]) AS learned (rung, model, container, packaging_id, product_id, quantile, n)
), counted AS MATERIALIZED (
    SELECT seen.id, seen.batch_id, seen.quantity, seen.predicted_error, divided.plants AS elsewhere,
        CASE WHEN seen.predicted_error = 0 THEN 0 ELSE learned.rung END AS rung,
        CASE WHEN seen.predicted_error = 0 THEN 0 -- GREATEST would take a missing error for 1
            WHEN seen.predicted_error > 0 THEN GREATEST(seen.predicted_error, 1) * learned.quantile END AS margin,
        CASE WHEN seen.predicted_error <> 0 THEN learned.n END AS n
    FROM place
    JOIN stock_counts AS seen ON seen.visit_id = place.visit_id AND seen.withdrawn_at IS NULL AND seen.is_counted
    JOIN stock_batches AS batch ON batch.id = seen.batch_id
    CROSS JOIN LATERAL (SELECT sum(quantity) AS plants FROM stock_count_shares WHERE count_id = seen.id) AS divided
    LEFT JOIN LATERAL (
        SELECT rung, quantile, n FROM quantile
        WHERE model = seen.model_version AND (rung = 4 OR container = seen.container_kind)
            AND (rung > 2 OR divided.plants IS NULL AND packaging_id IS NOT DISTINCT FROM batch.packaging_id)
            AND (rung > 1 OR product_id = batch.product_id)
        ORDER BY rung LIMIT 1
    ) AS learned ON TRUE
), spread AS MATERIALIZED (
    SELECT batch_id, sum(margin * share) AS margin, bool_or(margin IS NULL) AS is_unknown, max(rung) AS rung,
        min(n) AS n
    FROM (
        SELECT batch_id, margin, rung, n,
            COALESCE((quantity - COALESCE(elsewhere, 0))::float8 / NULLIF(quantity, 0), 1) AS share FROM counted
        UNION ALL SELECT other.batch_id, margin, rung, n,
            COALESCE(other.quantity::float8 / NULLIF(counted.quantity, 0), 1)
            FROM counted JOIN stock_count_shares AS other ON other.count_id = counted.id
    ) AS parts GROUP BY batch_id
)
"""
# What people recorded or counted by hand may be off by a share of its own.
MARGINS: Mapping[str, str] = {
    "margin": "sum(COALESCE(spread.margin, %(hand_share)s * abs(line.plants)))",
    "rung": "max(spread.rung)",
    "n": "min(spread.n)",
    "is_unknown": "bool_or(spread.is_unknown)",
}


def spread_parameters() -> dict[str, Any]:
    """The parameters of SPREAD and MARGINS: all quantiles, the shipped ones too, as columns. One query."""
    known = [(key, found) for key, found in read_learned().quantiles.items() if found.quantile is not None]
    known += [((Rung.SHIPPED, model, "", None, None), found) for model, found in shipped().items()]
    return {
        "hand_share": HAND_SHARE,
        "rungs": [int(key[0]) for key, _ in known],
        "models": [key[1] for key, _ in known],
        "containers": [key[2] for key, _ in known],
        "learned_packagings": [key[3] for key, _ in known],
        "learned_products": [key[4] for key, _ in known],
        "quantiles": [found.quantile for _, found in known],
        "learned_photos": [found.n for _, found in known],
    }


def read_interval(row: Mapping[str, Any]) -> Interval | None:
    """The interval of a row or total; None if nothing was counted from photos, or a count has no margin."""
    if row["rung"] is None or row["is_unknown"]:
        return None
    # The number of photos is not known where a person checked all counts.
    return interval_around(int(row["plants"]), Margin(float(row["margin"]), Rung(row["rung"]), row["n"] or 1))
