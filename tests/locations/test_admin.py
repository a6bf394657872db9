import time

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from demeter.common.audit import AuditEvent
from locations.demo import load_demo_nursery
from locations.models import (
    ConfigPart,
    DensityParameters,
    LocationConfig,
    Nursery,
    PlaceChange,
    PlaceImport,
    SavedMapping,
    StorageLocation,
)

pytestmark = pytest.mark.django_db

MODELS = [
    model
    for model in apps.get_app_config("locations").get_models()
    if not issubclass(
        model, AuditEvent | Nursery | PlaceChange | PlaceImport | SavedMapping | ConfigPart
    )  # with pages of their own
]


@pytest.fixture
def nursery(db):
    load_demo_nursery()


def test_every_table_has_list_search_and_forms(admin_client, nursery):
    for model in MODELS:
        page = f"admin:locations_{model._meta.model_name}"
        for url in (
            reverse(f"{page}_changelist"),
            reverse(f"{page}_changelist") + "?q=ec",
            reverse(f"{page}_change", args=[model.objects.first().pk]),
            reverse(f"{page}_add"),
        ):
            assert admin_client.get(url).status_code == 200, url
        assert admin.site._registry[model].search_fields, model


@pytest.mark.parametrize("model", [StorageLocation, LocationConfig, DensityParameters])
def test_long_lists_need_few_queries(admin_client, nursery, django_assert_max_num_queries, model):
    url = reverse(f"admin:locations_{model._meta.model_name}_changelist")
    with django_assert_max_num_queries(16):
        admin_client.get(url)


def test_autocomplete_of_locations_reads_their_names_at_once(admin_client, nursery, django_assert_max_num_queries):
    query = {"app_label": "locations", "model_name": "locationconfig", "field_name": "location", "term": "N1-N"}
    with django_assert_max_num_queries(6):
        answer = admin_client.get(reverse("admin:autocomplete"), query).json()
    assert answer["results"][0]["text"] == "Greenhouse 1 - North bed - Bay 1"


def test_a_polygon_that_is_none_is_refused_kindly(admin_client, nursery):
    location = StorageLocation.objects.first()
    data = {"code": "new", "name": "New", "storage_area": location.storage_area_id, "polygon": '{"type": "Point"}'}
    inline = {"configs-TOTAL_FORMS": 0, "configs-INITIAL_FORMS": 0}
    response = admin_client.post(reverse("admin:locations_storagelocation_add"), data | inline)
    assert response.status_code == 200
    assert "geometry must be one Polygon, not Point" in response.content.decode()


def test_a_search_with_thousands_of_words_answers_at_once(admin_client, nursery):
    words = " ".join("abcdefghij"[number % 10] for number in range(1500))
    start = time.perf_counter()
    assert admin_client.get(reverse("admin:locations_storagelocation_changelist"), {"q": words}).status_code == 200
    query = {"app_label": "locations", "model_name": "locationconfig", "field_name": "location"}
    assert admin_client.get(reverse("admin:autocomplete"), {**query, "term": words}).status_code == 200
    assert time.perf_counter() - start < 3


def test_a_polygon_in_metres_is_refused_kindly(admin_client, nursery):
    location = StorageLocation.objects.first()
    plan = '{"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 8], [0, 8], [0, 0]]]}'
    data = {"code": "new", "name": "New", "storage_area": location.storage_area_id, "polygon": plan}
    inline = {"configs-TOTAL_FORMS": 0, "configs-INITIAL_FORMS": 0}
    response = admin_client.post(reverse("admin:locations_storagelocation_add"), data | inline)
    assert "is larger than such a place can be" in response.content.decode()
    assert not StorageLocation.objects.filter(code="NEW").exists()


def test_numbers_in_the_admin_are_what_was_typed(admin_client, nursery):
    density = DensityParameters.objects.first()
    url = reverse("admin:locations_densityparameters_change", args=[density.pk])
    fields = admin_client.get(url).context["adminform"].form.initial
    data = {name: value for name, value in fields.items() if value is not None} | {"sample_size": "1.000"}
    admin_client.post(url, data | {"avg_area_per_plant_cm2": "12,5"}, headers={"Accept-Language": "es"})
    density.refresh_from_db()
    assert (density.avg_area_per_plant_cm2, density.sample_size) == (12.5, 1000)
    asked = admin_client.post(url, data | {"avg_area_per_plant_cm2": "1.250"})
    assert "This may mean 1250 or 1.25." in asked.content.decode()
    density.refresh_from_db()
    assert density.avg_area_per_plant_cm2 == 12.5
