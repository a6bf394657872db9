"""Factors for counts that lean one way: robust, drawn towards 1, and left out where errors go both ways."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stock.factors import LEAST_PHOTOS, Verdict, learn_factor, measure_lean, multiply, student

COUNTS = st.integers(5, 2000)
PAIRS = st.lists(st.tuples(COUNTS, COUNTS), min_size=LEAST_PHOTOS, max_size=12)


def leaning(true: int, ratio: float, n: int) -> list[tuple[int, int]]:
    return [(round(true / ratio), true)] * n


def test_seven_photos_that_lean_one_way_give_a_factor():
    pairs = [(131, 142), (118, 130), (98, 107), (140, 151), (121, 133), (133, 144), (109, 119)]
    learned = learn_factor(pairs)
    assert learned.verdict == Verdict.USED
    assert learned.n == 7
    assert 1 < learned.low < learned.factor < learned.high
    assert 1.06 < learned.factor < 1.09
    assert learned.error_after < learned.error_before / 2
    assert multiply(131, learned.factor) == 140


@pytest.mark.parametrize("n", range(LEAST_PHOTOS))
def test_two_photos_say_nothing(n):
    assert learn_factor(leaning(100, 1.3, n)) is None


def test_photos_of_a_few_plants_are_left_out():
    assert learn_factor([*leaning(100, 1.3, 2), (4, 6), (0, 5), (5, 0)]) is None


def test_factor_is_drawn_towards_one_and_less_so_by_more_photos():
    factors = [learn_factor(leaning(120, 1.2, n)).factor for n in (3, 5, 10, 50)]
    assert factors == sorted(factors)
    assert factors[0] == pytest.approx(1.2 ** (3 / 5))
    assert factors[-1] == pytest.approx(1.2, rel=0.01)


def test_one_odd_photo_does_not_move_the_factor():
    usual = leaning(100, 1.25, 8)
    odd = [*usual, (20, 100)]
    assert learn_factor(odd).factor == pytest.approx(learn_factor(usual).factor, rel=0.01)
    assert learn_factor(odd).verdict == Verdict.USED


def test_errors_that_go_both_ways_give_no_factor():
    pairs = [(100, 124), (100, 80), (100, 130), (100, 75), (100, 110)]
    assert learn_factor(pairs).verdict == Verdict.BOTH_WAYS


def test_three_photos_that_agree_by_chance_are_no_proof_of_a_small_lean():
    assert learn_factor(leaning(1000, 1.05, 3)).verdict == Verdict.BOTH_WAYS
    assert learn_factor(leaning(1000, 1.05, 10)).verdict == Verdict.USED
    assert learn_factor(leaning(1000, 1.2, 3)).verdict == Verdict.USED


def test_factor_that_helps_none_of_its_own_photos_is_not_used():
    pairs = [*[(6, 7)] * 6, (400, 420), (400, 400), (7, 7), (900, 901), (60, 66), (30, 31)]
    learned = learn_factor(pairs)
    assert learned.verdict != Verdict.USED or learned.error_after < learned.error_before


@pytest.mark.parametrize("ratio", [0.4, 2.5])
def test_factor_beyond_half_or_twice_is_not_used(ratio):
    assert learn_factor(leaning(500, ratio, 6)).verdict == Verdict.TOO_FAR


@given(PAIRS)
def test_factor_lies_between_one_and_its_photos_and_within_its_bars(pairs):
    learned = learn_factor(pairs)
    ratios = [true / counted for counted, true in pairs]
    assert min(1, *ratios) * 0.999 <= learned.factor <= max(1, *ratios) * 1.001
    assert learned.low <= learned.factor <= learned.high
    if learned.verdict == Verdict.USED:
        assert not learned.low <= 1 <= learned.high
        assert learned.error_after < learned.error_before


@given(PAIRS)
def test_order_of_photos_does_not_matter(pairs):
    again = learn_factor(list(reversed(pairs)))
    assert again.factor == pytest.approx(learn_factor(pairs).factor)


def test_student_meets_its_table():
    assert student(10) == pytest.approx(1.812, abs=0.02)
    assert student(1000) == pytest.approx(1.646, abs=0.01)
    assert [student(n) for n in range(1, 40)] == sorted((student(n) for n in range(1, 40)), reverse=True)


def simulate(lean: float, scatter: float, photos: int, seed: int) -> tuple[float, float, float]:
    """The share of nurseries that use a factor, and the mean error of their next photos without and with it."""
    chance = np.random.default_rng(seed)
    used, before, after = 0, 0.0, 0.0
    for _nursery in range(300):
        true = chance.integers(60, 300, photos + 10)
        counted = np.maximum(1, np.round(true / np.exp(lean + scatter * chance.standard_normal(photos + 10))))
        pairs = [(int(seen), int(own)) for seen, own in zip(counted, true, strict=True)]
        learned = learn_factor(pairs[:photos])
        factor = learned.factor if learned.verdict == Verdict.USED else 1.0
        used += learned.verdict == Verdict.USED
        before += sum(abs(seen - own) / own for seen, own in pairs[photos:]) / 10
        after += sum(abs(multiply(seen, factor) - own) / own for seen, own in pairs[photos:]) / 10
    return used / 300, before / 300, after / 300


@pytest.mark.parametrize("photos", [3, 5, 10])
def test_without_a_lean_a_factor_is_rare_and_costs_little(photos):
    used, before, after = simulate(0.0, 0.24, photos, seed=1)
    assert used < 0.15
    assert after < before * 1.05


@pytest.mark.parametrize(("photos", "rest"), [(5, 0.75), (10, 0.55)])
def test_lean_of_fifteen_percent_is_mostly_mended(photos, rest):
    used, before, after = simulate(0.15, 0.06, photos, seed=2)
    assert used > 0.9
    assert after < before * rest


def test_lean_of_ratios_is_their_median():
    lean = measure_lean([log(1.1), log(1.2), log(5)])
    assert exp(lean.middle) == pytest.approx(1.2)
    assert lean.half_width > lean.error
