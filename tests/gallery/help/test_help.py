"""The help pages open for everyone who is signed in, and are reachable from where they are needed."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from gallery.help.views import TASKS

pytestmark = pytest.mark.django_db


def test_the_index_leads_to_every_task(viewer: Client):
    for task, title in TASKS.items():
        assertContains(viewer.get(reverse("help")), reverse(f"help-{task}"))
        assertContains(viewer.get(reverse(f"help-{task}")), f"<h1>{title}</h1>", html=True)


def test_help_needs_a_sign_in():
    assertRedirects(Client().get("/help/"), "/login/?next=/help/", fetch_redirect_response=False)


@pytest.mark.parametrize(("path", "task"), [("/", "photos"), ("/todo/", "fix")])
def test_pages_lead_to_their_help(supervisor: Client, path: str, task: str):
    page = supervisor.get(path)
    assertContains(page, f'href="{reverse(f"help-{task}")}"')
    assertContains(page, f'href="{reverse("help")}"')


def test_only_what_a_role_may_open_is_offered(viewer: Client):
    for path in ("/help/fix/", "/help/review/"):
        page = viewer.get(path).content.decode()
        assert "button--primary" not in page
