"""What every answer carries: a policy without inline code, no sniffing, no framing; cookies that stay at home."""

import importlib
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.test import Client
from django.urls import reverse

from demeter import settings as demeter_settings
from tests.factories import UserFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses() -> list[str]:
    session = ProcessingSessionFactory(ready=True)
    photo = [session.original_image_id]
    return [
        *(
            reverse(name)
            for name in ("upload", "jobs", "gallery", "trash", "map", "labels", "login", "healthz", "admin:index")
        ),
        *(reverse(name, args=photo) for name in ("photo", "photo-problem", "api-photo")),
        reverse("api-gallery"),
        "/no-such-page/",
    ]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(admin=True))
    return client


def directives(policy: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def test_every_answer_forbids_inline_code_and_foreign_sources(admin, addresses, settings):
    for address in addresses:
        policy = admin.get(address)["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        found = directives(policy)
        assert found["default-src"] == ["'self'"], address
        assert set(found["img-src"]) == {"'self'", "data:", "blob:", settings.S3_PUBLIC_ENDPOINT_URL}, address
        assert found["object-src"] == found["frame-ancestors"] == found["base-uri"] == ["'none'"], address
        assert found["form-action"] == ["'self'"], address
        assert not {"script-src", "style-src", "connect-src"} & set(found), address  # all of it from 'self'


def test_a_fragment_is_never_shown_for_its_page(admin):
    address = reverse("photo", args=[ProcessingSessionFactory(ready=True).original_image_id])
    page, fragment = admin.get(address), admin.get(address, headers={"HX-Request": "true"})
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]
    assert fragment["Cache-Control"] == "no-store"
    assert "<html" not in fragment.content.decode()


def test_every_answer_forbids_sniffing_framing_and_telling_others_where_one_was(admin, addresses):
    for address in addresses:
        response = admin.get(address)
        assert response["X-Content-Type-Options"] == "nosniff", address
        assert response["X-Frame-Options"] == "DENY", address
        assert response["Referrer-Policy"] == "same-origin", address
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", address


def test_pages_hold_no_inline_script_style_or_handler(admin, addresses):
    for address in addresses:
        content = admin.get(address).content.decode()
        for inline in ("<script>", " onclick=", " onload=", " onerror=", "javascript:"):
            assert inline not in content, (address, inline)
        if not address.startswith("/admin/"):
            assert " style=" not in content, address


def test_forms_without_the_token_are_refused(addresses):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(supervisor=True))
    for name in (
        "upload",
        "photos-delete",
        "photos-restore",
        "photos-download",
        "api-upload",
        "api-photos-delete",
        "api-photos-restore",
    ):
        assert client.post(reverse(name), {"image_ids": "x"}).status_code == 403, name
    assert Client(enforce_csrf_checks=True).post(reverse("login"), {"username": "nina"}).status_code == 403


def test_session_cookie_is_out_of_reach_for_scripts_and_other_sites(client):
    user = UserFactory(username="nina", password="greenhouse-42")
    client.post("/login/", {"username": user.username, "password": "greenhouse-42"})
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.fixture
def https_settings(monkeypatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("HTTPS", "true")
    yield importlib.reload(demeter_settings)
    monkeypatch.delenv("HTTPS")
    importlib.reload(demeter_settings)


@pytest.fixture
def settings_with_tiles(monkeypatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("MAP_TILE_URL", "https://{s}.tiles.example:8443/{z}/{x}/{y}.png?key=1")
    yield importlib.reload(demeter_settings)
    monkeypatch.delenv("MAP_TILE_URL")
    importlib.reload(demeter_settings)


def test_a_tile_server_is_allowed_once_it_is_set_and_for_pictures_only(settings_with_tiles):
    allowed = settings_with_tiles.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert "https://*.tiles.example:8443" in allowed["img-src"]
    assert [name for name, sources in allowed.items() if any("tiles" in source for source in sources)] == ["img-src"]


def test_https_makes_cookies_and_addresses_secure(https_settings):
    assert https_settings.SESSION_COOKIE_SECURE
    assert https_settings.CSRF_COOKIE_SECURE
    assert https_settings.SECURE_SSL_REDIRECT
    assert https_settings.SECURE_HSTS_SECONDS >= 31_536_000
