"""Guessing and runaway programs are stopped, with the time to wait; ordinary work never meets a limit."""

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from django.test import Client, RequestFactory

from demeter.accounts.tokens import issue_token
from demeter.common import throttling
from demeter.common.throttling import API, LOGIN_ADDRESS, LOGIN_NAME, UNKNOWN_TOKEN, UPLOAD, RateLimit, address_of
from photos.models import S3Image
from tests.factories import UserFactory
from tests.photos.files import photo

pytestmark = pytest.mark.django_db
PASSWORD = "greenhouse-42"


@pytest.fixture(autouse=True)
def _steady_window(monkeypatch):
    """No window ends in the middle of a test."""
    monkeypatch.setattr("django_ratelimit.core.time.time", lambda: 1_760_000_000)


@pytest.fixture
def few():
    """A limit of three, put back afterwards."""
    changed = []

    def set_limit(rate: RateLimit, limit: int = 3) -> None:
        changed.append((rate, rate.limit))
        object.__setattr__(rate, "limit", limit)

    yield set_limit
    for rate, limit in changed:
        object.__setattr__(rate, "limit", limit)


def sign_in(client: Client, name: str, password: str, **extra):
    return client.post("/login/", {"username": name, "password": password}, **extra)


# --- Sign-in --------------------------------------------------------------------------------------------------------
def test_guessing_a_password_is_stopped_even_when_it_is_right_at_last(client):
    UserFactory(username="nina", password=PASSWORD)
    for number in range(LOGIN_NAME.limit):
        assert sign_in(client, "nina", f"wrong-{number}").status_code == 200
    response = sign_in(client, "Nina", PASSWORD)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= LOGIN_NAME.seconds
    assert "Try again in" in response.content.decode()
    assert "sessionid" not in client.cookies


def test_others_at_the_same_address_sign_in_meanwhile(client):
    UserFactory(username="otto", password=PASSWORD)
    for _ in range(LOGIN_NAME.limit):
        sign_in(client, "nina", "wrong")
    assert sign_in(client, "otto", PASSWORD).status_code == 302


def test_one_password_for_many_names_is_stopped(client, few):
    few(LOGIN_ADDRESS)
    UserFactory(username="otto", password=PASSWORD)
    for number in range(3):
        sign_in(client, f"name-{number}", "wrong")
    assert sign_in(client, "otto", PASSWORD).status_code == 429
    assert sign_in(Client(), "otto", PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_signing_in_rightly_is_never_limited(few):
    few(LOGIN_NAME)
    few(LOGIN_ADDRESS)
    UserFactory(username="nina", password=PASSWORD)
    assert {sign_in(Client(), "nina", PASSWORD).status_code for _ in range(6)} == {302}


def test_admin_has_no_second_way_in(client):
    response = client.post("/admin/login/?next=/admin/", {"username": "nina", "password": "wrong"})
    assert (response.status_code, response["Location"]) == (302, "/login/?next=/admin/")
    client.force_login(UserFactory())
    assert client.get("/admin/", follow=True).status_code == 403


# --- API and uploads ------------------------------------------------------------------------------------------------
def test_runaway_program_is_told_when_to_come_back(client, few):
    few(API)
    client.force_login(UserFactory(viewer=True))
    for _ in range(3):
        assert client.get("/api/v1/photos/gallery").status_code == 200
    answer = client.get("/api/v1/photos/gallery")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_requests")
    assert 0 < int(answer["Retry-After"]) <= API.seconds
    client.force_login(UserFactory(viewer=True))
    assert client.get("/api/v1/photos/gallery").status_code == 200


def test_unknown_tokens_are_counted_by_address_and_known_ones_by_user(client, few):
    few(UNKNOWN_TOKEN)
    token = issue_token(user=UserFactory(viewer=True), name="phone")

    def ask(value: str, address: str = "10.0.0.1") -> int:
        headers = {"Authorization": f"Bearer {value}"}
        return client.get("/api/v1/photos/gallery", headers=headers, REMOTE_ADDR=address).status_code

    assert [ask(f"dmt_{number}") for number in range(3)] == [401, 401, 401]
    assert ask("dmt_4") == 429
    assert ask(token) == 429
    assert ask(token, address="10.0.0.2") == 200
    assert {ask(token, address="10.0.0.2") for _ in range(4)} == {200}


def test_too_many_uploads_are_refused_before_they_are_read(client, few):
    few(UPLOAD, 1)
    client.force_login(UserFactory())
    assert client.post("/api/v1/photos/upload", {"files": [photo()]}).status_code == 202
    answer = client.post("/api/v1/photos/upload", {"files": [photo()]})
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    page = client.post("/", {"files": [photo()]})
    assert page.status_code == 429
    assert "Too many requests" in page.content.decode()
    assert S3Image.objects.count() == 1


def test_a_hundred_photos_one_by_one_meet_no_limit():
    """Three batches within a minute, counted as the upload counts them."""
    request = RequestFactory().post("/api/v1/photos/upload")
    for _ in range(300):
        throttling.count(request, UPLOAD, "7")
    for _ in range(30 + 100 + 100):  # a minute of polls in one tab, and two pages of old thumbnails
        throttling.count(request, API, "7")


def test_nobody_is_limited_while_the_cache_is_away(settings):
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    request = RequestFactory().get("/")
    for _ in range(UPLOAD.limit + 1):
        throttling.count(request, UPLOAD, "7")
    throttling.check(request, UPLOAD, "7")


def test_counters_are_shared_by_all_processes():
    assert isinstance(caches["default"], RedisCache)


@pytest.mark.parametrize(("https", "expected"), [(False, "10.0.0.1"), (True, "203.0.113.7")])
def test_address_is_the_proxys_word_only_behind_a_proxy(settings, https, expected):
    settings.HTTPS = https
    headers = {"X-Forwarded-For": "1.2.3.4, 203.0.113.7"}
    assert address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")) == expected
