"""The first run: once, with the code, safe against a second answer; and what it leaves behind."""

from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from demeter.accounts.first_run import is_setup_code, setup_code
from demeter.accounts.models import User
from demeter.common.throttling import SETUP_CODE
from locations.models import ContainerType, Nursery, Packaging, Product, ProductCategory, ProductState
from locations.nursery import nursery_zone, read_nursery
from tests.factories import UserFactory
from tests.locations.factories import WarehouseFactory

pytestmark = pytest.mark.django_db
PASSWORD = "greenhouse-42"


def answers(**changes):
    return {
        "code": setup_code(),
        "name": "Vivero El Sol",
        "language": "es",
        "time_zone": "America/Mexico_City",
        "currency": "MXN",
        "units": "metric",
        "owner": "Ana Ruiz",
        "username": "ana",
        "password": PASSWORD,
        "again": PASSWORD,
    } | changes


def send(client, **changes):
    return client.post(reverse("setup"), answers(**changes))


def test_first_run_makes_owner_nursery_and_catalogue(client):
    response = send(client)
    assert response.status_code == 302
    owner = User.objects.get()
    assert (owner.username, owner.is_superuser, owner.is_staff, owner.language) == ("ana", True, True, "es")
    assert owner.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(owner.pk)
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    assert read_nursery()["name"] == "Vivero El Sol"
    assert str(nursery_zone()) == "America/Mexico_City"
    assert ProductCategory.objects.get(code="SUCCULENT").name == "Suculentas"
    assert ContainerType.objects.get(code="TRAY-128").capacity == 128
    assert {50, 288} <= set(ContainerType.objects.filter(kind="plug").values_list("capacity", flat=True))
    assert ProductState.objects.count() == 7
    assert Packaging.objects.filter(packaging_type__code="POT").count() == 16
    assert not Product.objects.exists()


def test_people_without_an_account_are_led_to_the_first_run(client):
    assert client.get("/", follow=True).redirect_chain[-1][0] == reverse("setup")
    UserFactory()
    assert client.get("/", follow=True).redirect_chain[-1][0].startswith(reverse("login"))


def test_page_is_gone_once_somebody_has_an_account(client):
    UserFactory()
    assert client.get(reverse("setup")).headers["Location"] == reverse("login")
    assert send(client).headers["Location"] == reverse("login")
    assert User.objects.count() == 1
    client.force_login(UserFactory())
    assert client.get(reverse("setup")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "ABCD"}, "This is not the setup code"),
        ({"code": ""}, "This field is required"),
        ({"again": "greenhouse-43"}, "The two passwords are not the same"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"units": "ells"}, "Select a valid choice"),
        ({"username": "ana ruiz!"}, "Enter a valid username"),
    ],
)
def test_wrong_answers_are_shown_again_and_nothing_is_made(client, changes, message):
    response = send(client, **changes)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert "Vivero El Sol" in response.content.decode()
    assert not User.objects.exists()


def test_code_is_read_as_people_type_it():
    assert is_setup_code(setup_code().lower().replace("-", " "))
    assert not is_setup_code("")


def test_wrong_codes_are_limited(client):
    for _ in range(SETUP_CODE.limit):
        assert send(client, code="WRONG").status_code == 422
    response = send(client)
    assert response.status_code == 429
    assert "Retry-After" in response.headers
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_make_one_owner():
    barrier, statuses = Barrier(2), []

    def answer():
        barrier.wait()
        statuses.append(send(Client()).status_code)
        connection.close()

    threads = [Thread(target=answer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302, 302]
    assert (User.objects.count(), Nursery.objects.count()) == (1, 1)


def test_command_says_where_to_set_up(capsys):
    call_command("setup_code", address="http://nursery.example")
    assert capsys.readouterr().out == f"Set up your nursery: http://nursery.example/setup/?code={setup_code()}\n"
    UserFactory()
    call_command("setup_code")
    assert capsys.readouterr().out == ""
    Nursery.objects.create(name="Vivero")
    call_command("setup_code")
    assert capsys.readouterr().out == "Sign in with your own account.\n"


def test_link_with_the_code_fills_it_in(client):
    assert setup_code() in client.get(f"{reverse('setup')}?code={setup_code()}").content.decode()


def test_settings_change_what_pages_show(client):
    client.force_login(UserFactory(admin=True))
    new = {
        "name": "Vivero Luna",
        "language": "en",
        "time_zone": "America/Santiago",
        "currency": "CLP",
        "units": "us",
        "blind_recount_percent": "5",
        "working_from": "6",
        "working_until": "15",
    }
    WarehouseFactory()
    assert 'data-units="metric"' in client.get(reverse("map-draw")).content.decode()
    assert client.post(reverse("nursery-settings"), new).status_code == 302
    page = client.get(reverse("nursery")).content.decode()
    assert "Vivero Luna" in page
    assert read_nursery()["blind_recount_percent"] == 5
    assert (read_nursery()["working_from"], read_nursery()["working_until"]) == (6, 15)
    assert "America/Santiago" in page
    assert 'data-units="us"' in client.get(reverse("map-draw")).content.decode()
    assert client.post(reverse("nursery-settings"), new | {"name": ""}).status_code == 422
