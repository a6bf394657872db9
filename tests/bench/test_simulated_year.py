"""The simulated year: the same seed gives the same events, and no bay is ever sold below nothing."""

import json

from bench.simulated_year import WEEKS, PhotoError, read_errors, simulate_year


def test_the_same_seed_gives_the_same_year_and_another_seed_another_one():
    errors = read_errors()
    year = simulate_year(seed=1, bays=3, errors=errors)
    assert year == simulate_year(seed=1, bays=3, errors=errors)
    assert year != simulate_year(seed=2, bays=3, errors=errors)
    assert sum(event.kind == "photo" for event in year) == 3 * WEEKS
    assert [event.day for event in year if event.bay == 1] == sorted(event.day for event in year if event.bay == 1)
    assert all(event.plants <= event.there for event in year if event.kind in ("sale", "loss"))


def test_errors_are_those_that_were_measured(tmp_path):
    path = tmp_path / "accuracy.json"
    rows = [([10, 12], 9, True), ([20], 22, False), ([0], 3, True)]
    photos = [dict(zip(("valid_plants", "estimated", "is_marked"), row, strict=True)) for row in rows]
    path.write_text(json.dumps({"real": {"nursery": {"photos": photos}}}))
    assert read_errors(path) == [PhotoError(-0.1, is_marked=True), PhotoError(0.1, is_marked=False)]
    assert len(read_errors()) > 20
