"""What makes Demeter an app on a phone: the manifest, the worker's address, and a page without anything of a person."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from gallery.upload import installed_app
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def offline_page(client: Client, language: str = "en", theme: str = "dark"):
    return client.get(reverse("app-offline", args=["any", language, theme]))


@pytest.mark.parametrize(("language", "words"), [("en", "Counts the plants"), ("es", "")])
def test_manifest_opens_the_start_page_and_has_icons(client: Client, language: str, words: str):
    answer = client.get(reverse("app-manifest", args=[language]))
    described = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (described["start_url"], described["scope"], described["display"]) == ("/", "/", "standalone")
    assert described["lang"] == language
    assert words in described["description"]
    assert {icon["sizes"] for icon in described["icons"]} == {"192x192", "512x512", "any"}
    assert "maskable" in {icon.get("purpose") for icon in described["icons"]}
    for icon in described["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


def test_worker_serves_all_pages_and_is_looked_at_anew_each_time(client: Client):
    answer = client.get(reverse("app-worker"))
    assert reverse("app-worker").count("/") == 1  # at the root
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


def test_offline_page_is_the_same_for_everyone(client: Client):
    anonymous = offline_page(client)
    client.force_login(UserFactory(username="ana", supervisor=True))
    page = offline_page(client)
    assert page.content == anonymous.content
    assert "ana" not in re.findall(r"[\w-]+", page.content.decode())
    assert not page.cookies
    assert 'action="/logout/"' not in page.content.decode()
    assert "hx-get" not in page.content.decode()  # nothing that needs the network


def test_offline_page_has_the_language_and_colours_of_its_address(client: Client):
    page = offline_page(client, "es", "light").content.decode()
    assert '<html lang="es">' in page
    assert "css/dark.css" not in page
    assert "css/dark.css" in offline_page(client, "es", "dark").content.decode()
    assert "/es.js" in page


def test_unknown_languages_and_colours_have_no_page(client: Client):
    assert offline_page(client, "xx").status_code == 404
    assert offline_page(client, "en", "pink").status_code == 404
    assert client.get(reverse("app-manifest", args=["xx"])).status_code == 404


def test_every_page_names_the_page_of_its_release(client: Client):
    client.force_login(UserFactory())
    page = client.get("/gallery/").content.decode()
    address = reverse("app-offline", args=[installed_app.offline_release(), "en", "automatic"])
    assert f'data-offline="{address}"' in page
    assert f'href="{reverse("app-manifest", args=["en"])}"' in page
