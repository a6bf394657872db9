"""Every page, fragment and endpoint asks who you are, whichever app it comes from."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.demeter.accounts.test_role_matrix import address_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

OPEN = {
    *("login", "logout", "admin-login", "healthz", "language", "script-words", "setup", "enter"),
    *("app-worker", "app-manifest", "app-offline"),
}


def own_addresses() -> Iterator[str]:
    """The address of every named view outside the admin, with ids that are nobody's."""
    for entry in entries(get_resolver()):
        if entry.name not in OPEN:
            yield address_of(entry)


def entries(resolver: URLResolver) -> Iterator[URLPattern]:
    """Every address outside the admin, however deep its table."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif entry.pattern.regex.pattern != "^admin/":
            yield from entries(entry)


def test_addresses_are_found():
    addresses = set(own_addresses())
    assert {"/", "/jobs/", "/gallery/", "/api/v1/photos/upload", "/api/v1/photos/gallery"} <= addresses
    assert not any(address.startswith("/admin/") for address in addresses)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_anonymous_gets_nowhere(client, method):
    for address in own_addresses():
        response = getattr(client, method)(address)
        if address.startswith("/api/"):
            assert response.status_code in (401, 405), address
            assert "error" in response.json()
        else:
            assert (response.status_code, response["Location"]) == (302, f"{reverse('login')}?next={address}")


def test_user_without_a_role_gets_nowhere(client):
    client.force_login(UserFactory(role=None))
    # Everyone may choose colours, has an account, and may read the help.
    help_pages = {reverse(name) for name in ("help", "help-photos", "help-offline", "help-fix", "help-review")}
    open_to_all = {reverse("theme"), reverse("account"), reverse("account-password"), *help_pages}
    for address in set(own_addresses()) - open_to_all:
        statuses = {send(address).status_code for send in (client.get, client.post, client.delete)}
        assert 403 in statuses, address
        assert statuses <= {403, 405}, address
