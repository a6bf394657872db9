"""The margins that the statement of the stock finds in SQL are those of `stock.conformal.find_margin`."""

from functools import partial
from itertools import product

import pytest

from stock.conformal import Quantile, Rung, Stratum, find_margin, interval_around
from stock.intervals import Learned
from stock.models import StockCount
from stock.overview import Group, StockFilter, read_stock
from tests.locations.factories import LocationConfigFactory
from tests.stock.recording import hours, photo
from tests.stock.validating import MODEL, measure

pytestmark = pytest.mark.django_db
PLANTS = 100
OWN = {Rung.PRODUCT: Quantile(1.5, 9), Rung.PACKAGING: Quantile(2.5, 20), Rung.CONTAINER: Quantile(3.5, 40)}
TOO_FEW = Quantile(None, 4)


@pytest.mark.parametrize("error", [None, 0.0, 0.4, 7.5])
@pytest.mark.parametrize("shipped", [{}, {MODEL: Quantile(3.0, 172)}, {"another": Quantile(9.0, 172)}])
def test_sql_finds_the_same_margin_as_the_arithmetic(monkeypatch, error, shipped):
    config = LocationConfigFactory()
    measure(photo(config, PLANTS), 1.0, kind="plug")
    StockCount.objects.update(predicted_error=error)
    stratum = Stratum(MODEL, "plug", config.product_id, config.packaging_id)
    monkeypatch.setattr("stock.spread.shipped", lambda: shipped)
    for known in product((False, None, True), repeat=3):  # of each kind of photo: none, too few, or enough
        quantiles = {
            key: OWN[key[0]] if is_known else TOO_FEW
            for key, is_known in zip(stratum.keys, known, strict=True)
            if is_known is not False
        }
        monkeypatch.setattr("stock.spread.read_learned", partial(Learned, quantiles))
        margin = find_margin(error, stratum, quantiles, shipped)
        expected = interval_around(PLANTS, margin) if margin else None
        found = read_stock(StockFilter(before=hours(10**5), group=Group.ITEM), limit=5).total.interval
        assert (found is None) == (expected is None), (known, found, expected)
        if found and expected:
            assert (found.low, found.high, found.basis) == (expected.low, expected.high, expected.basis), known
            assert found.is_checked or found.n == expected.n


@pytest.mark.parametrize("other", [{"kind": "segment"}, {"model": "another"}])
def test_what_was_learned_of_other_photos_says_nothing(monkeypatch, other):
    config = LocationConfigFactory()
    measure(photo(config, PLANTS), 2.0, **other)
    stratum = Stratum(MODEL, "plug", config.product_id, config.packaging_id)
    monkeypatch.setattr("stock.spread.shipped", dict)
    monkeypatch.setattr("stock.spread.read_learned", lambda: Learned({key: OWN[key[0]] for key in stratum.keys}))
    assert read_stock(StockFilter(before=hours(10**5), group=Group.ITEM), limit=5).total.interval is None
