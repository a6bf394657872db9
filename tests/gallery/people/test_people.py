"""People: one form, links to sign in without mail, and nobody locks themselves or everybody out."""

import pytest
from django.conf import settings
from django.urls import reverse

from demeter.accounts.models import User
from demeter.accounts.people import make_sign_in_path, role_of, suggest_username
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "greenhouse-42"


@pytest.fixture
def admin(client):
    user = UserFactory(admin=True, first_name="Ana")
    client.force_login(user)
    return user


def details(**changes):
    return {"name": "José Núñez", "username": "", "role": "Worker", "language": "es", "way": "link"} | changes


def enter_address(user):
    uid, token = make_sign_in_path(user)
    return reverse("enter", kwargs={"uid": uid, "token": token})


def test_person_gets_an_account_and_chooses_a_password_with_a_link(client, admin):
    response = client.post(reverse("person-new"), details())
    person = User.objects.get(username="jose.nunez")
    assert response.headers["Location"] == reverse("person-link", args=[person.pk])
    assert (person.first_name, role_of(person), person.language) == ("José Núñez", "Worker", "es")
    assert not person.has_usable_password()
    page = client.get(response.headers["Location"]).content.decode()
    assert "<svg" in page
    client.logout()
    address = enter_address(person)
    assert "jose.nunez" in client.get(address).content.decode()
    assert client.post(address, {"new_password1": "x", "new_password2": "x"}).status_code == 422
    response = client.post(address, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert response.headers["Location"] == reverse("upload")
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert client.get(address).status_code == 410


def test_person_with_a_password_can_sign_in_at_once(client, admin):
    client.post(reverse("person-new"), details(way="password", password=PASSWORD))
    client.logout()
    response = client.post(reverse("login"), {"username": "jose.nunez", "password": PASSWORD})
    assert response.status_code == 302
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"


@pytest.mark.parametrize(
    "changes",
    [
        {"way": "password"},
        {"way": "password", "password": "short"},
        {"way": "link", "password": PASSWORD},
        {"role": "Owner"},
        {"name": ""},
        {"username": "ANA"},
    ],
)
def test_wrong_details_are_shown_again(client, admin, changes):
    UserFactory(username="ana")
    assert client.post(reverse("person-new"), details(**changes)).status_code == 422
    assert User.objects.count() == 2


def test_form_sent_twice_makes_one_account(client, admin):
    client.post(reverse("person-new"), details(username="jose"))
    assert client.post(reverse("person-new"), details(username="jose")).status_code == 422
    assert User.objects.filter(first_name="José Núñez").count() == 1


def test_role_of_an_administrator_opens_the_admin(client, admin):
    person = UserFactory()
    client.post(reverse("person", args=[person.pk]), details(username=person.username, role="Admin"))
    person.refresh_from_db()
    assert (person.is_staff, role_of(person)) == (True, "Admin")
    client.post(reverse("person", args=[person.pk]), details(username=person.username, role="Viewer"))
    person.refresh_from_db()
    assert (person.is_staff, role_of(person)) == (False, "Viewer")


def test_nobody_locks_themselves_out(client, admin):
    response = client.post(reverse("person", args=[admin.pk]), details(username=admin.username, role="Viewer"))
    assert response.status_code == 422
    client.post(reverse("person-active", args=[admin.pk]), {"active": "no"})
    admin.refresh_from_db()
    assert admin.is_active
    assert role_of(admin) == "Admin"


def test_deactivated_person_is_out_at_once_and_can_come_back(client, admin):
    person = UserFactory()
    other = type(client)()
    other.force_login(person)
    address = enter_address(person)
    client.post(reverse("person-active", args=[person.pk]), {"active": "no"})
    assert other.get("/").status_code == 302
    assert other.get(address).status_code == 410
    assert client.get(reverse("person-link", args=[person.pk])).status_code == 302
    client.post(reverse("person-active", args=[person.pk]), {"active": "yes"})
    person.refresh_from_db()
    assert person.is_active


def test_administrators_do_not_touch_the_owner(client, admin):
    owner = UserFactory(is_superuser=True)
    for name in ("person", "person-link", "person-active"):
        answer = client.post if name == "person-active" else client.get
        assert answer(reverse(name, args=[owner.pk])).status_code == 403


@pytest.mark.parametrize(("name", "username"), [("José Núñez", "jose.nunez"), ("李", "user"), ("Ana", "ana2")])
def test_user_names_are_made_from_names(name, username):
    UserFactory(username="ana")
    assert suggest_username(name) == username


def test_people_choose_their_own_language_and_password(client):
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    response = client.post(reverse("account"), {"language": "es"})
    assert response.cookies[settings.LANGUAGE_COOKIE_NAME].value == "es"
    new = {"old_password": "wrong", "new_password1": "seedlings-77", "new_password2": "seedlings-77"}
    assert client.post(reverse("account-password"), new).status_code == 422
    assert client.post(reverse("account-password"), new | {"old_password": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.check_password("seedlings-77")
    assert client.get(reverse("account")).status_code == 200


def test_person_without_a_role_learns_whom_to_ask(client):
    UserFactory(admin=True, first_name="Ana", last_name="Ruiz")
    client.force_login(UserFactory(role=None))
    response = client.get("/")
    assert response.status_code == 403
    assert "Ask for one: Ana Ruiz." in response.content.decode()


def test_number_of_queries_does_not_grow_with_people(client, admin, django_assert_max_num_queries):
    UserFactory.create_batch(20)
    with django_assert_max_num_queries(12):
        client.get(reverse("people"))
