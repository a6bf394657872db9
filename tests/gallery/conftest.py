"""Signed-in clients of the roles the gallery tells apart."""

import pytest
from django.test import Client

from tests.factories import UserFactory


def _client(**role: object) -> Client:
    client = Client()
    client.force_login(UserFactory(**role))
    return client


@pytest.fixture
def worker(db: None) -> Client:
    return _client()


@pytest.fixture
def supervisor(db: None) -> Client:
    return _client(supervisor=True)


@pytest.fixture
def viewer(db: None) -> Client:
    return _client(viewer=True)


@pytest.fixture
def stranger(db: None) -> Client:
    """Signed in, without any role."""
    return _client(role=None)
