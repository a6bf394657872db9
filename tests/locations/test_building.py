import pytest

from demeter.common.exceptions import InvalidInputError
from locations.building import MOST_BAYS, Pattern, plan_places, read_bays, read_benches

PATTERNS = {
    "house": Pattern("G{house}", "Greenhouse {house}"),
    "bench": Pattern("G{house}-B{bench}", "Bench {bench}"),
    "bay": Pattern("g{house}-b{bench}-{bay:02}", "Bay {bay}"),
}


def plan(bays, **patterns):
    return plan_places(bays, first_house=3, patterns=PATTERNS | patterns)


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
