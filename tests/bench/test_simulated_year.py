"""The simulated year: the same seed gives the same events, and no bay is ever sold below nothing."""

from bench.simulated_year import WEEKS, read_errors, simulate_year


def test_the_same_seed_gives_the_same_year_and_another_seed_another_one():
    errors = read_errors()
    year = simulate_year(seed=1, bays=3, errors=errors)
    assert year == simulate_year(seed=1, bays=3, errors=errors)
    assert year != simulate_year(seed=2, bays=3, errors=errors)
    assert sum(event.kind == "photo" for event in year) == 3 * WEEKS
    assert [event.day for event in year if event.bay == 1] == sorted(event.day for event in year if event.bay == 1)
    assert all(event.plants <= event.there for event in year if event.kind in ("sale", "loss"))


def test_errors_are_those_that_were_measured():
    errors = read_errors()
    assert len(errors) > 20
    assert min(error.share for error in errors) == -0.6
    assert any(error.is_marked for error in errors)
