"""`POST /api/v1/stock/movements`."""

import pytest
from django.urls import reverse

from stock.models import StockBatch, StockDocument
from tests.locations.factories import LocationConfigFactory
from tests.stock.recording import plants_of, record, stock_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> StockBatch:
    return record("plantar", plants_of(LocationConfigFactory()), 100).movements.get().batch


def post(client, body, key="k1"):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(reverse("api-stock-movements"), body, content_type="application/json", headers=headers)


def sale(batch, quantity=40, **fields):
    return {"kind": "sale", "lines": [{"location": batch.location.code, "quantity": quantity}], **fields}


def test_document_is_recorded_once_for_each_key(supervisor, batch):
    body = sale(batch, note="Invoice 118", happened_at="2025-10-09T12:00:00Z")
    first, again = post(supervisor, body), post(supervisor, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    document = StockDocument.objects.get(kind="ventas")
    answer = first.json()
    assert (answer["number"], answer["kind"], answer["happened_at"]) == (
        document.number,
        "sale",
        "2025-10-09T12:00:00Z",
    )
    (movement,) = answer["movements"]
    assert (movement["quantity"], movement["batch"], movement["line"]) == (-40, batch.batch_code, 1)
    assert stock_at(batch) == 60
    other = post(supervisor, sale(batch, 41))
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")


def test_transplant_names_where_the_plants_go(worker, batch):
    other = LocationConfigFactory()
    line = {"location": batch.location.code, "quantity": 5, "to_location": other.location.code.lower()}
    answer = post(worker, {"kind": "transplant", "lines": [line]})
    assert answer.status_code == 201
    assert [(row["location"], row["quantity"]) for row in answer.json()["movements"]] == [
        (batch.location.code, -5),
        (other.location.code, 5),
    ]


def test_count_by_hand_answers_what_was_counted(worker, batch):
    line = {"location": batch.location.code, "quantity": 98}
    assert post(worker, {"kind": "count", "lines": [line]}).json()["counted"] == 98
    assert stock_at(batch, 10**6) == 98


def test_repeated_request_is_answered_whatever_has_changed_since(worker):
    """The first count of a location makes its batch: the same line means something else the second time."""
    line = {"location": LocationConfigFactory().location.code, "quantity": 7}
    body = {"kind": "count", "lines": [line]}
    first, again = post(worker, body), post(worker, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "magic"}, "kind"),
        ({"kind": None}, "kind"),
        ({"lines": []}, "lines"),
        ({"lines": "x"}, "lines"),
        ({"lines": [1]}, "Line 1"),
        ({"lines": [{"colour": "red"}]}, "Line 1"),
        ({"lines": [{"location": "NOWHERE", "quantity": 1}]}, "Line 1: location"),
        ({"lines": [{"location": {"a": 1}, "quantity": [1]}]}, "Line 1"),
        ({"happened_at": "2025-10-09T12:00:00"}, "zone"),
        ({"happened_at": "9999-12-31T23:00:00Z"}, "happened_at"),
        ({"happened_at": 5}, "zone"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_bad_input_is_refused_with_its_place(supervisor, batch, change, words):
    answer = post(supervisor, {**sale(batch), **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("key", [None, "", "x" * 101])
def test_key_is_needed(supervisor, batch, key):
    assert post(supervisor, sale(batch), key=key).status_code == 400


def test_more_than_is_there_is_a_conflict(supervisor, batch):
    answer = post(supervisor, sale(batch, 101))
    assert (answer.status_code, "1 short" in answer.json()["error"]["message"]) == (409, True)


def test_roles_record_what_the_matrix_says(worker, viewer, batch):
    assert post(worker, sale(batch)).status_code == 403
    assert post(viewer, sale(batch)).status_code == 403
    line = {"location": batch.location.code, "quantity": 1, "reason": "frost"}
    assert post(worker, {"kind": "loss", "lines": [line]}).status_code == 201


def test_documents_are_listed_and_read(viewer, supervisor, batch):
    sold = post(supervisor, sale(batch)).json()
    address = reverse("api-stock-movements")
    listed = viewer.get(address, {"location": batch.location.code.lower(), "per_page": 1}).json()
    assert listed["documents"] == [sold]
    assert listed["pagination"] == {"page": 1, "per_page": 1, "total_pages": 2, "total_items": 2}
    assert viewer.get(address, {"page": 9}).json()["documents"] == []
    assert viewer.get(f"{address}/{sold['id']}").json() == sold
    assert viewer.get(f"{address}/999999999").status_code == 404
    assert viewer.get(address, {"location": "NOWHERE"}).status_code == 400


def test_undoing_twice_undoes_once(worker, supervisor, batch):
    sold = post(supervisor, sale(batch)).json()
    path = f"{reverse('api-stock-movements')}/{sold['id']}/undo"
    assert worker.post(path).status_code == 403
    first, again = supervisor.post(path), supervisor.post(path)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["reverses"] == sold["number"]
    assert stock_at(batch) == 100
    undone = supervisor.get(f"{reverse('api-stock-movements')}/{sold['id']}").json()
    assert undone["undone_by"] == first.json()["number"]


def test_batches_are_listed_and_described(viewer, supervisor, batch):
    [listed] = viewer.get("/api/v1/stock/batches").json()["batches"]
    assert (listed["batch"], listed["plants"], listed["ready_on"]) == (batch.batch_code, 100, None)
    path = f"/api/v1/stock/batches/{batch.pk}"

    def patch(body):
        return supervisor.patch(path, body, content_type="application/json")

    assert patch({"ready_on": "2026-03-04", "quality": 4}).json() == {**listed, "ready_on": "2026-03-04", "quality": 4}
    for odd in ({"ready_on": "03/04/2026"}, {"ready_on": 5}, {"quality": 6}, {"plants": 7}, {"state": None}):
        assert patch(odd).status_code == 400, odd
    assert viewer.get(path).json()["ready_on"] == "2026-03-04"
    assert viewer.patch(path, {}, content_type="application/json").status_code == 403
