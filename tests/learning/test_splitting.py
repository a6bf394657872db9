"""Which photos judge: whole visits, for good."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from learning.splitting import Shot, group_shots, split_shots

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def shot(name, *, place="bay", minutes=0.0, **fields):
    return Shot(name, place, NOON + timedelta(minutes=minutes), **fields)


def names(groups):
    return [sorted(each.sha256 for each in group) for group in groups]


def test_photos_of_one_location_within_half_an_hour_are_together():
    shots = [shot("a"), shot("b", minutes=29), shot("c", minutes=58), shot("d", minutes=120), shot("e", place="other")]
    assert names(group_shots(shots)) == [["a", "b", "c"], ["e"], ["d"]]


def test_the_same_shot_in_another_file_is_together_wherever_it_lies():
    shots = [shot("a"), shot("b", place="other", minutes=900, same_as="a")]
    assert names(group_shots(shots)) == [["a", "b"]]


def test_photos_without_a_moment_are_alone():
    assert names(group_shots([Shot("a", "bay", None), Shot("b", "bay", None)])) == [["a"], ["b"]]


def test_a_fourth_of_the_visits_of_each_product_is_held_out_from_the_second_on():
    shots = [shot(f"{product}{day}", minutes=day * 1440, products=(product,)) for product in (1, 2) for day in range(8)]
    splits = split_shots(shots)
    held = sorted(name for name, split in splits.items() if split == "held_out")
    assert held == ["11", "15", "21", "25"]


def test_what_was_held_out_takes_its_visit_with_it():
    shots = [shot("new", minutes=10), shot("learned", minutes=20, before="train")]
    assert set(split_shots(shots, [shot("gone", before="held_out")]).values()) == {"held_out"}
    assert set(split_shots(shots).values()) == {"train"}


def test_photos_that_are_gone_get_no_split_and_count_for_nothing():
    splits = split_shots([shot("a", minutes=9000)], [shot("gone", before="held_out")])
    assert splits == {"a": "train"}


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.integers(0, 500), st.sampled_from([None, "train", "held_out"])),
        max_size=25,
    )
)
def test_no_visit_is_on_both_sides_and_nothing_held_out_comes_back(rows):
    shots = [
        shot(str(number), place=place, minutes=minutes, before=before)
        for number, (place, minutes, before) in enumerate(rows)
    ]
    splits = split_shots(shots)
    for group in group_shots(shots):
        assert len({splits[each.sha256] for each in group}) == 1
    assert all(splits[each.sha256] == "held_out" for each in shots if each.before == "held_out")
    later = [Shot(each.sha256, each.place, each.moment, before=splits[each.sha256]) for each in shots]
    assert split_shots(later) == splits
