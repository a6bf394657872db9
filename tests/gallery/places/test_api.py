"""What grows at a location, read and written by programs."""

import pytest

from locations.models import LocationConfig
from tests.locations.factories import LocationConfigFactory, PackagingFactory, ProductFactory, StorageLocationFactory

pytestmark = pytest.mark.django_db


def path(location, more=""):
    return f"/api/v1/locations/{location.code}/configuration{more}"


def post(client, location, body):
    return client.post(path(location), body, content_type="application/json")


def test_configuration_is_read_written_and_remembered(viewer, worker):
    config = LocationConfigFactory()
    location, packaging = config.location, PackagingFactory()
    before = viewer.get(path(location)).json()["configuration"]
    assert (before["product"], before["active"], before["closed_at"]) == (config.product.sku, True, None)
    body = {
        "product": ProductFactory().pk,
        "packaging": packaging.pk,
        "expected_state": before["expected_state_id"],
        "mode": "new_cycle",
        "parts": [{"product": config.product_id, "packaging": None, "where": "left 40 %"}],
    }
    LocationConfig.objects.update(started_at="2025-10-08T10:30:00Z")
    first, again = post(worker, location, body), post(worker, location, body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["started"], first.json()["configuration"]["packaging"]) == (0, packaging.sku)
    assert [part["where"] for part in first.json()["configuration"]["parts"]] == ["left 40 %"]
    history = viewer.get(path(location, "/history")).json()
    assert [cycle["active"] for cycle in history["cycles"]] == [True, False]
    assert history["cycles"][1]["started_at"] == "2025-10-08T10:30:00Z"


def test_drawn_parts_are_read_and_written(viewer, worker):
    config, aloe = LocationConfigFactory(), ProductFactory()
    listed = [{"product": aloe.pk, "packaging": None, "where": "10 10, 60.5 10, 60 50"}]
    body = {"product": config.product_id, "packaging": None, "expected_state": config.expected_state_id}
    body |= {"mode": "update", "parts": listed}
    assert post(worker, config.location, body).json()["configuration"]["parts"][0]["where"] == listed[0]["where"]
    [part] = viewer.get(path(config.location)).json()["configuration"]["parts"]
    assert (part["product"], part["where"]) == (aloe.sku, "10 10, 60.5 10, 60 50")
    listed[0]["where"] = "10 10, 60 60, 60 10, 10 60"
    refused = post(worker, config.location, body)
    assert refused.status_code == 400
    assert "edges of the drawn part cross" in refused.content.decode()


def test_what_is_read_can_be_sent_again(viewer, worker):
    config = LocationConfigFactory()
    shown = viewer.get(path(config.location)).json()["configuration"]
    body = {
        "product": shown["product_id"],
        "packaging": shown["packaging_id"],
        "expected_state": shown["expected_state_id"],
        "mode": "update",
        "parts": [],
    }
    assert post(worker, config.location, body).json()["configuration"] == shown


def test_places_without_configuration_and_unknown_ones(viewer, worker):
    assert viewer.get(path(StorageLocationFactory())).json()["configuration"] is None
    assert viewer.get("/api/v1/locations/NOWHERE/configuration").status_code == 404
    assert post(worker, StorageLocationFactory(), {"prodct": 1}).status_code == 400
