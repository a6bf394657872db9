import pytest
from django.test import Client

from bench.large_import import import_twice
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_small_stand_in_is_imported_and_nothing_changes_again():
    client, said = Client(), []
    client.force_login(UserFactory(supervisor=True))
    assert import_twice(client, 112, said.append)
    assert said[0].startswith("first: 196 made, 0 changed, 0 refused, 0 unchanged; preview ")
    assert said[1].startswith("again: 0 made, 0 changed, 0 refused, 196 unchanged; preview ")
