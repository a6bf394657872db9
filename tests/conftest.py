"""Fixtures every test may use. The servers are started by `tests.settings` and ended here."""

import pytest
from django.core.cache import cache

from tests.services import stop_services


def pytest_unconfigure() -> None:
    """The run is over."""
    stop_services()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """No test meets another one's cache entries, progress or circuit breaker."""
    cache.clear()
