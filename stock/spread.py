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
# `OFFSET 0`: the counts of each visit are looked up by their index; PostgreSQL would read all counts.
SPREAD = """
learned AS (
    SELECT * FROM unnest(%(rungs)s::int[], %(models)s::text[], %(containers)s::text[],
        %(learned_packagings)s::bigint[], %(learned_products)s::bigint[], %(quantiles)s::float8[],
        %(learned_photos)s::int[]) AS learned (rung, model, container, packaging_id, product_id, quantile, n)
), counted AS MATERIALIZED (
    SELECT seen.id, seen.batch_id, seen.quantity, divided.plants AS elsewhere,
        CASE WHEN seen.predicted_error = 0 THEN 0
            ELSE COALESCE(of_product.rung, of_packaging.rung, of_container.rung, of_model.rung) END AS rung,
        CASE WHEN seen.predicted_error = 0 THEN 0 -- GREATEST would take a missing error for 1
            WHEN seen.predicted_error > 0 THEN GREATEST(seen.predicted_error, 1) * COALESCE(
                of_product.quantile, of_packaging.quantile, of_container.quantile, of_model.quantile
            ) END AS margin,
        CASE WHEN seen.predicted_error <> 0
            THEN COALESCE(of_product.n, of_packaging.n, of_container.n, of_model.n) END AS n
    FROM place
    CROSS JOIN LATERAL (
        SELECT id, batch_id, quantity, predicted_error, model_version, container_kind FROM stock_counts
        WHERE visit_id = place.visit_id AND withdrawn_at IS NULL AND is_counted OFFSET 0
    ) AS seen
    LEFT JOIN (
        SELECT count_id, sum(quantity) AS plants FROM stock_count_shares GROUP BY count_id
    ) AS divided ON divided.count_id = seen.id
    LEFT JOIN line ON line.batch_id = seen.batch_id AND divided.plants IS NULL
    LEFT JOIN learned AS of_product ON of_product.rung = 1 AND of_product.model = seen.model_version
        AND of_product.container = seen.container_kind AND of_product.product_id = line.product_id
        AND COALESCE(of_product.packaging_id, 0) = COALESCE(line.packaging_id, 0)
    LEFT JOIN learned AS of_packaging ON of_packaging.rung = 2 AND of_packaging.model = seen.model_version
        AND of_packaging.container = seen.container_kind AND line.batch_id IS NOT NULL
        AND COALESCE(of_packaging.packaging_id, 0) = COALESCE(line.packaging_id, 0)
    LEFT JOIN learned AS of_container ON of_container.rung = 3 AND of_container.model = seen.model_version
        AND of_container.container = seen.container_kind
    LEFT JOIN learned AS of_model ON of_model.rung = 4 AND of_model.model = seen.model_version
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
# The same of several rows together.
MARGIN_TOTALS: Mapping[str, str] = {
    "margin": "sum(margin)",
    "rung": "max(rung)",
    "n": "min(n)",
    "is_unknown": "bool_or(is_unknown)",
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
