"""Intervals of counts: quantiles, the ladder of strata, sums, and coverage by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock.conformal import (
    NEEDED,
    Margin,
    Quantile,
    Rung,
    Stratum,
    add_margins,
    conformal_quantile,
    count_missing,
    find_margin,
    interval_around,
    learn,
    score,
)

SHIPPED = {"m": Quantile(2.0, 100)}
BED = Stratum("m", "segment", product=1, packaging=2)
POSITIVE = st.floats(0.001, 50)


@pytest.mark.parametrize(("n", "rank"), [(9, 9), (10, 10), (18, 18), (19, 18), (99, 90)])
def test_quantile_has_the_rank_for_a_finite_sample(n, rank):
    assert conformal_quantile(range(n)) == rank - 1


@pytest.mark.parametrize("n", range(NEEDED))
def test_quantile_of_too_few_scores_is_unknown(n):
    assert conformal_quantile([1.0] * n) is None


def test_ladder_goes_from_product_to_packaging_to_container_to_shipped():
    def rung_with(stratum: Stratum) -> tuple[str, int, int]:
        margin = find_margin(4.0, BED, learn([(stratum, 1.5)] * NEEDED), SHIPPED)
        return margin.rung.code, margin.plants, margin.missing

    assert rung_with(BED) == ("product", 6.0, 0)
    assert rung_with(Stratum("m", "segment", product=9, packaging=2)) == ("packaging", 6.0, 0)
    assert rung_with(Stratum("m", "segment", product=9, packaging=3)) == ("container", 6.0, 0)
    assert rung_with(Stratum("m", "segment")) == ("container", 6.0, 0)
    assert rung_with(Stratum("m", "plug", product=1, packaging=2)) == ("shipped", 8.0, NEEDED)
    assert rung_with(Stratum("other", "segment", product=1, packaging=2)) == ("shipped", 8.0, NEEDED)


def test_no_packaging_is_a_packaging_of_its_own_and_an_unknown_product_is_none():
    bare, unknown = Stratum("m", "segment", product=1), Stratum("m", "segment")
    learned = learn([(bare, 1.0)] * NEEDED)
    assert find_margin(1.0, bare, learned, SHIPPED).rung == Rung.PRODUCT
    assert find_margin(1.0, Stratum("m", "segment", product=2), learned, SHIPPED).rung == Rung.PACKAGING
    assert find_margin(1.0, unknown, learned, SHIPPED).rung == Rung.CONTAINER


def test_missing_photos_are_counted_down():
    for n in range(NEEDED):
        margin = find_margin(1.0, BED, learn([(BED, 1.0)] * n), SHIPPED)
        assert (margin.rung, margin.missing) == (Rung.SHIPPED, NEEDED - n)
    assert count_missing(BED, learn([(BED, 1.0)] * 12)) == 0


def test_nothing_is_said_where_nothing_is_known():
    assert find_margin(None, BED, {}, SHIPPED) is None
    assert find_margin(3.0, Stratum("other", "segment"), {}, SHIPPED) is None
    assert interval_around(5, None) is None


def test_checked_number_is_taken_as_it_is():
    interval = interval_around(140, find_margin(0.0, BED, {}, SHIPPED))
    assert (interval.low, interval.high, interval.basis, interval.is_checked) == (140, 140, "checked", True)


@given(st.integers(0, 5000), st.floats(0, 6000))
def test_interval_holds_exactly_the_whole_numbers_within_its_margin(count, plants):
    interval = interval_around(count, Margin(plants, Rung.PRODUCT, 9))
    assert 0 <= interval.low <= count <= interval.high
    assert interval.high - count <= plants < interval.high + 1 - count
    assert interval.low == 0 or count - interval.low <= plants < count - interval.low + 1


@given(st.lists(POSITIVE, min_size=1), st.floats(0.01, 100))
def test_quantile_does_not_depend_on_order_and_grows_with_the_errors(scores, factor):
    quantile = conformal_quantile(scores)
    assert quantile == conformal_quantile(reversed(scores))
    if quantile is not None:
        assert conformal_quantile([one * factor for one in scores]) == pytest.approx(quantile * factor)
        assert sum(one <= quantile for one in scores) >= 0.9 * len(scores)


MARGINS = st.builds(Margin, POSITIVE, st.sampled_from(list(Rung)), st.integers(1, 99), st.integers(0, 9))


@given(st.lists(MARGINS, min_size=1, max_size=9), st.data())
def test_sum_is_as_wide_as_its_parts_and_as_vague_as_the_vaguest(parts, data):
    whole = add_margins(parts)
    assert whole.plants == pytest.approx(sum(part.plants for part in parts))
    assert whole.rung == max(part.rung for part in parts)
    assert whole.missing == max(part.missing for part in parts)
    shuffled = data.draw(st.permutations(parts))
    assert add_margins(shuffled).plants == pytest.approx(whole.plants)
    assert add_margins([*parts, None]) is None
    assert add_margins([]) is None


def photos(rng: np.random.Generator, number: int, heavy: bool) -> tuple[np.ndarray, ...]:
    """Counts, truths and predicted errors of photos whose errors differ by far more than their predictions say."""
    true = rng.integers(5, 600, number)
    predicted = 1 + true * rng.uniform(0.05, 0.6, number)
    noise = rng.standard_t(2, number) if heavy else rng.normal(-0.4, 1, number)
    counted = np.maximum(0, np.round(true + predicted * noise * rng.lognormal(0, 0.5, number))).astype(int)
    return counted, true, predicted


@pytest.mark.parametrize("heavy", [False, True])
@pytest.mark.parametrize("n", [9, 20, 60])
def test_nine_in_ten_true_numbers_lie_in_their_interval(n, heavy):
    rng, covered, trials = np.random.default_rng(n), 0, 3000
    for _ in range(trials):
        rows = list(zip(*(column.tolist() for column in photos(rng, n + 1, heavy)), strict=True))
        learned = learn((BED, score(*row)) for row in rows[:-1])
        counted, true, predicted = rows[-1]
        interval = interval_around(counted, find_margin(predicted, BED, learned, SHIPPED))
        covered += interval.low <= true <= interval.high
    # At least 90 %, and no more than the step of one rank above it; three standard errors of the simulation.
    assert 0.9 - 0.017 <= covered / trials <= 0.9 + 1 / (n + 1) + 0.017


@pytest.mark.parametrize("together", [0.0, 0.5, 1.0])
def test_nine_in_ten_sums_lie_in_their_interval_whether_errors_agree_or_not(together):
    """Errors of one direction at all places (1.0), or of each place alone (0.0)."""
    rng, covered, trials, places = np.random.default_rng(7), 0, 1500, 12
    for _ in range(trials):
        true = rng.integers(20, 300, 80)
        predicted = 1 + true * 0.1
        shared = rng.normal() if together else 0.0
        calibration = true[places:] + predicted[places:] * rng.normal(size=68)
        errors = np.sqrt(together) * shared + np.sqrt(1 - together) * rng.normal(size=places)
        counted = np.round(true[:places] + predicted[:places] * errors)
        scores = np.abs(calibration - true[places:]) / predicted[places:]
        learned = learn((BED, one) for one in scores)
        margin = add_margins(find_margin(error, BED, learned, SHIPPED) for error in predicted[:places])
        covered += abs(counted.sum() - true[:places].sum()) <= margin.plants
    assert covered / trials >= 0.88
