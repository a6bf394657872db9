"""Forms of the admin that are sent twice, one after the other or at once: one row, and no error of ours."""

from threading import Barrier, Thread

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.urls import reverse

from demeter.accounts.models import ApiToken, User
from demeter.accounts.tokens import find_token_user
from locations import models
from tests.factories import UserFactory
from tests.locations.factories import (
    DensityParametersFactory,
    LocationConfigFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)

pytestmark = pytest.mark.django_db
PASSWORDS = {"password1": "greenhouse-42", "password2": "greenhouse-42", "usable_password": "true"}
PAST = {"started_at_0": "2025-10-08", "started_at_1": "10:30:00", "closed_at_0": "2025-11-08", "closed_at_1": "9:00"}


def add(client, model, data):
    return client.post(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"), data)


def token_form():
    return {"user": UserFactory().pk, "name": "phone"}


def user_form():
    return {"username": "nina", **PASSWORDS}


def category_form():
    return {"code": "CACTI", "name": "Cacti", "active": "on"}


def cycle_form(**changes):
    values = {
        "location": StorageLocationFactory(),
        "product": ProductFactory(),
        "expected_state": ProductStateFactory(),
    }
    parts = {"parts-TOTAL_FORMS": 0, "parts-INITIAL_FORMS": 0}
    return {name: value.pk for name, value in values.items()} | PAST | parts | changes


def density_form():
    known = DensityParametersFactory()
    values = {"container_type": known.container_type_id, "product": ProductFactory().pk, "version": 1}
    more = {"source": "default", "sample_size": 0, "overlap_adjustment_factor": "0.85"}
    return values | more | {"avg_area_per_plant_cm2": "12.5"}


FORMS = {
    ApiToken: token_form,
    User: user_form,
    models.ProductCategory: category_form,
    models.LocationConfig: cycle_form,
    models.DensityParameters: density_form,
}


@pytest.mark.parametrize("model", FORMS, ids=lambda model: model.__name__)
def test_a_form_that_is_sent_twice_makes_one_row(admin_client, model):
    data = FORMS[model]()
    before = model.objects.count()
    answers = [add(admin_client, model, data).status_code for _ in range(2)]
    assert model.objects.count() == before + 1
    assert answers == [302, 302] if model is ApiToken else [302, 200]


def test_a_running_cycle_that_is_entered_twice_is_one(admin_client):
    data = cycle_form(active="on", closed_at_0="", closed_at_1="")
    assert [add(admin_client, models.LocationConfig, data).status_code for _ in range(2)] == [302, 200]


def test_every_other_table_that_people_write_has_a_code_of_its_own(admin_client):
    request = admin_client.get("/admin/").wsgi_request
    for model, page in admin.site._registry.items():
        unique = [field.name for field in model._meta.fields if field.unique and not field.primary_key]
        is_written = page.has_add_permission(request) and model is not Group and model not in FORMS
        assert not is_written or {"code", "sku"} & set(unique), model


def test_the_token_of_the_answer_that_is_seen_is_the_one_that_works(admin_client):
    data = token_form()
    pages = [admin_client.post(reverse("admin:accounts_apitoken_add"), data, follow=True) for _ in range(2)]
    tokens = [page.content.decode().partition("not shown again: ")[2].partition("<")[0].strip() for page in pages]
    assert [find_token_user(token) is not None for token in tokens] == [False, True]
    admin_client.post(reverse("admin:accounts_apitoken_add"), data)
    assert ApiToken.objects.count() == 2, "the first is in use: this is another one"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make_form", [token_form, user_form, cycle_form])
def test_a_form_that_is_sent_twice_at_once_makes_one_row(make_form):
    model = next(model for model, make in FORMS.items() if make is make_form)
    person, data, gate, answers = UserFactory(is_superuser=True, is_staff=True), make_form(), Barrier(2), []
    before = model.objects.count()

    def send():
        client = Client(raise_request_exception=False)
        client.force_login(person)
        gate.wait()
        answers.append(add(client, model, data).status_code)
        connection.close()

    taps = [Thread(target=send) for _ in range(2)]
    for tap in taps:
        tap.start()
    for tap in taps:
        tap.join()
    assert model.objects.count() == before + 1
    assert 500 not in answers


def test_configuring_a_location_twice_in_the_past_is_asked_about_only_for_the_same_moment(admin_client):
    first = LocationConfigFactory()
    data = cycle_form(location=first.location_id)
    add(admin_client, models.LocationConfig, data)
    add(admin_client, models.LocationConfig, data | {"started_at_0": "2025-09-08"})
    assert first.location.configs.count() == 3
