"""*Pure*: how far a count may be off without anything having happened.

Three of four counts of real nursery photos were within a tenth of the right number (docs/accuracy.md), so a difference
between a count and what was expected after an earlier one says nothing as long as it is below a tenth of both together.
"""

OFF_SHARE = 0.1
LEAST = 2.0  # plants


def noise_of(expected: int, counted: int) -> int:
    """The largest difference, in plants, that two counts may have by chance."""
    return round(max(LEAST, OFF_SHARE * (abs(expected) + abs(counted))))
