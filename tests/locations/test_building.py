import re

import pytest

from demeter.common.exceptions import InvalidInputError
from locations.building import (
    MOST_BAYS,
    Base,
    FirstNumbers,
    Pattern,
    PlannedPlace,
    continue_pattern,
    plan_places,
    read_bays,
    read_benches,
)

PATTERNS = {
    "house": Pattern("G{house}", "Greenhouse {house}"),
    "bench": Pattern("G{house}-B{bench}", "Bench {bench}"),
    "bay": Pattern("g{house}-b{bench}-{bay:02}", "Bay {bay}"),
}


def plan(bays, **patterns):
    return plan_places(bays, first=FirstNumbers(house=3), patterns=PATTERNS | patterns)


def test_plan_numbers_houses_benches_and_bays():
    made = plan([[2, 10], [1]])
    assert [(p.code, p.name) for p in made.houses] == [("G3", "Greenhouse 3"), ("G4", "Greenhouse 4")]
    assert [(p.code, p.parent) for p in made.benches] == [("G3-B1", "G3"), ("G3-B2", "G3"), ("G4-B1", "G4")]
    assert [p.code for p in made.bays][:3] == ["G3-B1-01", "G3-B1-02", "G3-B2-01"]
    assert (made.bays[11].code, made.bays[11].name, made.bays[11].parent) == ("G3-B2-10", "Bay 10", "G3-B2")
    assert len(made.bays) == 13


def test_counts_are_one_for_all_or_one_for_each():
    assert read_benches("4", houses=3) == [4, 4, 4]
    assert read_benches(" 4, 3 ", houses=2) == [4, 3]
    assert read_bays("10", benches=[2, 1]) == [[10, 10], [10]]
    assert read_bays("10, 8\n\n5\n", benches=[2, 3]) == [[10, 8], [5, 5, 5]]


@pytest.mark.parametrize("text", ["", "x", "0", "4,", "-1", "1.5", "999999", "4 3"])
def test_counts_that_are_none_are_refused(text):
    with pytest.raises(InvalidInputError, match="whole numbers"):
        read_benches(text, houses=2)


def test_wrong_numbers_of_counts_name_the_greenhouse():
    with pytest.raises(InvalidInputError, match="2 numbers"):
        read_benches("1, 2, 3", houses=2)
    with pytest.raises(InvalidInputError, match="greenhouse 2 has 3 benches, but its line has 2 numbers"):
        read_bays("1\n1, 2", benches=[1, 3])
    with pytest.raises(InvalidInputError, match="2 lines"):
        read_bays("1\n1\n1", benches=[1, 3])


def test_more_than_the_most_are_refused_before_lists_grow():
    with pytest.raises(InvalidInputError, match="99999000 benches"):
        read_benches("99999", houses=1000)
    with pytest.raises(InvalidInputError, match="10001 bays"):
        plan([[MOST_BAYS, 1]])


@pytest.mark.parametrize(
    ("layer", "code", "reason"),
    [
        ("house", "G{bench}", "can contain {house}"),
        ("bay", "G{house", "can contain"),
        ("bay", "{bay:2}", "can contain"),
        ("bay", "{bay.__class__}", "can contain"),
        ("bay", "{0}", "can contain"),
        ("bay", "B{bay}", "same code: B1, B2"),
        ("bay", "Bay {house}{bench}{bay}", "capital letters"),
        ("bay", "X" * 30 + "{house}-{bench}-{bay}", "at most 32"),
    ],
)
def test_patterns_are_refused_with_what_to_do(layer, code, reason):
    with pytest.raises(InvalidInputError, match=reason):
        plan([[2, 2]], **{layer: Pattern(code, "Name")})


def test_places_without_a_name_are_refused():
    with pytest.raises(InvalidInputError, match="no name may be empty"):
        plan([[1]], house=Pattern("G{house}", " "))


HOUSE, BENCH = PlannedPlace("N1", "Nave 1"), PlannedPlace("N1-S", "South", "N1")


def test_benches_are_planned_in_a_greenhouse_that_exists():
    patterns = {"bench": Pattern("N1-B{bench}", "Bench {bench}"), "bay": Pattern("N1-B{bench}-{bay:02}", "Bay {bay}")}
    made = plan_places([[2, 1]], first=FirstNumbers(bench=5), patterns=patterns, base=Base(HOUSE))
    assert made.houses == ()
    assert [(p.code, p.parent) for p in made.benches] == [("N1-B5", "N1"), ("N1-B6", "N1")]
    assert [p.code for p in made.bays] == ["N1-B5-01", "N1-B5-02", "N1-B6-01"]


def test_bays_are_planned_on_a_bench_that_exists():
    patterns = {"bay": Pattern("n1-s-{bay:02}", "Bay {bay}")}
    made = plan_places([[2]], first=FirstNumbers(bay=9), patterns=patterns, base=Base(HOUSE, BENCH))
    assert (made.houses, made.benches) == ((), ())
    assert [(p.code, p.name, p.parent) for p in made.bays] == [
        ("N1-S-09", "Bay 9", "N1-S"),
        ("N1-S-10", "Bay 10", "N1-S"),
    ]


def test_patterns_in_an_existing_place_have_no_fields_of_what_is_not_made():
    patterns = {"bay": Pattern("{bench}-{bay}", "Bay")}
    with pytest.raises(InvalidInputError, match=re.escape("can contain {bay},")):
        plan_places([[2]], first=FirstNumbers(), patterns=patterns, base=Base(HOUSE, BENCH))


@pytest.mark.parametrize(
    ("texts", "continued"),
    [
        (["G1-B1", "G1-B2"], "G1-B{bay}"),
        (["A-01", "A-09", "A-10"], "A-{bay:02}"),
        (["A-1", "B-7"], "B-{bay}"),
        (["Bay 099"], "Bay {bay:03}"),
        (["7"], "{bay}"),
        (["North", "South"], None),
        (["A-1", "South"], None),
        (["{x}1"], None),
        ([""], None),
    ],
)
def test_patterns_continue_what_is_there(texts, continued):
    assert continue_pattern(texts, "bay") == continued
