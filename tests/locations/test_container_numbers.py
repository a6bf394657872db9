import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locations.models.container_numbers import NUMBERS_PATTERN, read_numbers, write_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", {3}),
        ("1-3", {1, 2, 3}),
        ("1 \N{EN DASH} 3; 5", {1, 2, 3, 5}),
        ("5, 1-2, 2", {1, 2, 5}),
        ("", set()),
        (" , ", set()),
    ],
)
def test_numbers_are_read_as_people_type_them(text, numbers):
    assert read_numbers(text) == numbers


@pytest.mark.parametrize("text", ["0", "3-1", "1-", "a", "1.5", "-2", "1000", "1 2", "40 %"])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match="not a container"):
        read_numbers(text)


@given(numbers=st.frozensets(st.integers(1, 999), min_size=1, max_size=20))
def test_written_numbers_are_read_again_and_accepted_by_the_database(numbers):
    text = write_numbers(numbers)
    assert read_numbers(text) == numbers
    assert re.fullmatch(NUMBERS_PATTERN, text)
