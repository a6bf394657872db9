"""One bad row does not stop the others; what is away for all of them does."""

import pytest
from django.db import DataError, OperationalError

from demeter.common.exceptions import UnavailableError
from demeter.common.loops import do_each


def test_a_bad_item_is_named_in_the_log_and_passed_over(caplog):
    assert do_each([2, 0, 4], lambda number: 8 // number, failing="no share") == ([4, 2], [0])
    assert "no share: 0" in caplog.text


def fail(error: Exception):
    raise error


@pytest.mark.parametrize("error", [UnavailableError("S3 is away"), OperationalError(), OSError("the disk is full")])
def test_an_outage_stops_the_loop(error):
    with pytest.raises(type(error)):
        do_each([error], fail, failing="anything")


def test_a_date_that_cannot_be_read_is_a_bad_item():
    assert do_each([DataError("timestamp too large")], fail, failing="anything")[1]
