from dataclasses import fields, is_dataclass, replace

import pytest

from processing.counting.parameters import DEFAULT_PARAMETERS, CountingParameters


def test_hash_is_the_same_for_equal_values() -> None:
    assert CountingParameters().parameters_hash() == DEFAULT_PARAMETERS.parameters_hash()
    assert len(DEFAULT_PARAMETERS.parameters_hash()) == 16


@pytest.mark.parametrize(
    ("group", "name"),
    [("inference", "cpu_precision"), ("segmentation", "confidence"), ("looks", "overlap_px"), ("voting", "accepted")],
)
def test_hash_changes_with_any_value(group: str, name: str) -> None:
    changed = replace(getattr(DEFAULT_PARAMETERS, group), **{name: 0.111})
    assert replace(DEFAULT_PARAMETERS, **{group: changed}).parameters_hash() != DEFAULT_PARAMETERS.parameters_hash()


def test_every_group_is_frozen() -> None:
    for group in fields(DEFAULT_PARAMETERS):
        value = getattr(DEFAULT_PARAMETERS, group.name)
        assert is_dataclass(value)
        assert value.__dataclass_params__.frozen
