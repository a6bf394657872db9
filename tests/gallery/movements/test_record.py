"""The form on a location's page, its documents, and undoing them."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from locations.models import Product
from photos.storage.object_store import read_object
from stock.models import LossReason, StockBatch, StockDocument, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import (
    LocationConfigFactory,
    PackagingFactory,
    ProductStateFactory,
    StorageLocationFactory,
)
from tests.stock.recording import plants_of, record, stock_at

pytestmark = pytest.mark.django_db
FRESH = {"line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0", "key": "k1"}


@pytest.fixture
def batch() -> StockBatch:
    return record("plantar", plants_of(LocationConfigFactory()), 100).movements.get().batch


def address(batch: StockBatch, query: str = "") -> str:
    return reverse("record", args=[batch.location.code]) + query


def send(client: Client, batch: StockBatch, kind: str, *lines: dict, **header):
    data = {**FRESH, "kind": kind, "line-TOTAL_FORMS": str(len(lines)), **header}
    for number, line in enumerate(lines):
        data |= {f"line-{number}-{name}": value for name, value in line.items()}
    return client.post(address(batch), data)


def loss(batch: StockBatch, quantity: object = 12) -> dict:
    return {"batch": batch.pk, "quantity": quantity, "loss_reason": LossReason.objects.get(code="PEST").pk}


def test_worker_is_offered_what_workers_record(worker, supervisor, batch):
    offered = set(re.findall(r"kind=(\w+)", worker.get(address(batch)).content.decode()))
    assert offered == {"loss", "transplant", "transfer", "planting", "sowing", "count"}
    everything = set(re.findall(r"kind=(\w+)", supervisor.get(address(batch)).content.decode()))
    assert everything - offered == {"sale", "adjustment", "opening"}


def test_button_is_for_those_who_may(worker, viewer, batch):
    page = reverse("location", args=[batch.location.code])
    assertContains(worker.get(page), address(batch))
    assertNotContains(viewer.get(page), address(batch))
    assert viewer.get(address(batch)).status_code == 403


@pytest.mark.parametrize("kind", ["sale", "adjustment", "opening"])
def test_worker_may_not_record_what_supervisors_do(worker, batch, kind):
    assert worker.get(address(batch, f"?kind={kind}")).status_code == 403
    assert send(worker, batch, kind, {"batch": batch.pk, "quantity": "1"}).status_code == 403
    assert stock_at(batch) == 100


def test_only_batch_is_chosen_already(worker, batch):
    page = worker.get(address(batch, "?kind=loss"))
    assert re.search(rf'<input type="radio" name="line-0-batch" value="{batch.pk}"[^>]*checked', page.content.decode())
    assertContains(page, "Pest or disease")


def test_loss_is_recorded_once_however_often_it_is_sent(worker, batch):
    first = send(worker, batch, "loss", loss(batch), note="Below the tap")
    document = StockDocument.objects.get(kind="muerte")
    assertRedirects(first, reverse("document", args=[document.pk]))
    send(worker, batch, "loss", loss(batch), note="Below the tap")
    assert stock_at(batch) == 88
    other = send(worker, batch, "loss", loss(batch, 13), note="Below the tap")
    assertContains(other, "with other values", status_code=422)
    assert stock_at(batch) == 88
    page = worker.get(reverse("document", args=[document.pk]))
    for words in (document.number, "Below the tap", "Pest or disease", "12", batch.location.name):
        assertContains(page, words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"quantity": ""}, "This field is required"),
        ({"quantity": "0"}, "greater than or equal to 1"),
        ({"quantity": "12,5"}, "Enter a whole number"),
        ({"quantity": "101"}, "not enough plants"),
        ({"batch": "404"}, "Select a valid choice"),
        ({"loss_reason": ""}, "This field is required"),
    ],
)
def test_bad_line_is_shown_again_with_what_is_wrong(worker, batch, line, words):
    answer = send(worker, batch, "loss", {**loss(batch), **line}, note="Keep this")
    assertContains(answer, words, status_code=422)
    assertContains(answer, "Keep this", status_code=422)
    assert stock_at(batch) == 100


@pytest.mark.parametrize("moment", ["9999-12-31T23:00", "0001-01-01T00:00", "soon", "2999-01-01T00:00"])
def test_impossible_moments_are_refused(worker, batch, moment):
    assert send(worker, batch, "loss", loss(batch), happened_at=moment).status_code == 422


def test_what_happened_earlier_is_dated_back(worker, batch):
    moment = timezone.localtime() - timedelta(days=2)
    send(worker, batch, "loss", loss(batch), happened_at=f"{moment:%Y-%m-%dT%H:%M}")
    assert StockDocument.objects.get(kind="muerte").happened_at == moment.replace(second=0, microsecond=0)


def test_transplant_goes_to_another_bay_packaging_and_stage(worker, batch):
    other = LocationConfigFactory(location=StorageLocationFactory(name="Bay 9"))
    pot, young = PackagingFactory(), ProductStateFactory(code="YOUNG", name="Young", sort_order=3)
    line = {
        "batch": batch.pk, "quantity": "40", "to_location": "Bay 9", "to_packaging": pot.pk, "to_state": young.pk,
    }  # fmt: skip
    assert send(worker, batch, "transplant", line).status_code == 302
    into = StockMovement.objects.get(kind="trasplante", quantity=40).batch
    assert (into.location, into.packaging, into.state, into.product) == (other.location, pot, young, batch.product)
    none = send(worker, batch, "transplant", {**line, "to_packaging": "none", "quantity": "1"}, key="k2")
    assert none.status_code == 302
    assert StockBatch.objects.filter(location=other.location, packaging=None).exists()
    unknown = send(worker, batch, "transplant", {**line, "to_location": "NOWHERE"}, key="k3")
    assertContains(unknown, "There is no location", status_code=422)


def test_plants_that_photos_of_the_bay_cannot_tell_are_warned_about(worker, batch):
    other = LocationConfigFactory(location=StorageLocationFactory(name="Bay 9"))
    line = {"batch": batch.pk, "quantity": "5", "to_location": other.location.code}
    page = worker.post(
        address(batch),
        {**FRESH, "kind": "transfer", **{f"line-0-{name}": value for name, value in line.items()}},
        follow=True,
    )
    assertContains(page, f"Bay 9 is configured for {other.product}")


def test_several_lines_are_one_document_and_a_line_can_be_added(supervisor, batch):
    line = {"batch": batch.pk, "quantity": "10", "unit_price": "1,50"}
    more = send(supervisor, batch, "sale", line, add="1", note="Market")
    assertContains(more, 'name="line-1-quantity"')
    assertContains(more, 'value="10"')
    assertContains(more, "Market")
    assertNotContains(more, "This field is required")
    assert stock_at(batch) == 100
    send(supervisor, batch, "sale", line, {"batch": batch.pk, "quantity": "5"})
    document = StockDocument.objects.get(kind="ventas")
    assert sorted(document.movements.values_list("line", "quantity")) == [(1, -10), (2, -5)]
    assert str(document.movements.get(line=1).unit_price) == "1.50"


def test_price_names_the_currency_and_plants_their_number(supervisor, batch):
    type(batch.product).objects.filter(pk=batch.product_id).update(currency="USD")
    form = supervisor.get(address(batch, "?kind=sale"))
    assertContains(form, "Price of one plant (USD)")
    assertContains(form, ": 100 plants")


def test_price_of_a_planting_names_the_currency_only_if_every_product_has_the_same(supervisor, batch):
    bare = LocationConfigFactory()
    Product.objects.update(currency="USD")
    form = reverse("record", args=[bare.location.code]) + "?kind=planting"
    assertContains(supervisor.get(form), "Price of one plant (USD)")
    Product.objects.filter(pk=batch.product_id).update(currency="EUR")
    assertContains(supervisor.get(form), "Price of one plant <")


def test_a_location_without_plants_leads_to_what_brings_some(worker):
    location = LocationConfigFactory().location
    page = worker.get(reverse("record", args=[location.code]) + "?kind=loss")
    for way in ("?kind=count", "?kind=planting", f"{reverse('upload')}?location={location.code}"):
        assertContains(page, f'href="{way}"')


def test_line_left_empty_is_no_line(supervisor, batch):
    send(supervisor, batch, "sale", {"batch": batch.pk, "quantity": "10"}, {"batch": batch.pk, "quantity": ""})
    assert stock_at(batch) == 90


def test_adjustment_asks_for_its_direction(supervisor, batch):
    send(supervisor, batch, "adjustment", {"batch": batch.pk, "quantity": "10", "direction": "fewer"})
    send(supervisor, batch, "adjustment", {"batch": batch.pk, "quantity": "3", "direction": "more"}, key="k2")
    assert stock_at(batch) == 93


def test_planting_begins_with_the_configuration(worker):
    config = LocationConfigFactory()
    page = worker.get(reverse("record", args=[config.location.code]) + "?kind=planting")
    assertContains(page, f'<option value="{config.product.pk}" selected>')
    bare = StorageLocationFactory()
    assertContains(
        worker.get(reverse("record", args=[bare.code]) + "?kind=planting"), "until the location is configured"
    )


def test_first_count_by_hand_makes_the_batch(worker):
    config = LocationConfigFactory()
    line = {"product": config.product.pk, "packaging": config.packaging.pk, "state": config.expected_state.pk}
    answer = worker.post(
        reverse("record", args=[config.location.code]),
        {**FRESH, "kind": "count", "line-0-quantity": "0", **{f"line-0-{k}": v for k, v in line.items()}},
    )
    assert answer.status_code == 302
    again = worker.post(answer.wsgi_request.path, answer.wsgi_request.POST)
    assertRedirects(again, answer.url)
    batch = StockBatch.objects.get()
    answer = worker.post(
        address(batch), {**FRESH, "key": "k2", "kind": "count", "line-0-quantity": "45", "line-0-batch": batch.pk}
    )
    assert (answer.status_code, stock_at(batch, 10**6)) == (302, 45)
    assertContains(worker.get(reverse("batch", args=[batch.pk])), "Counted by hand, without a photo: 45")


def picture(size=(300, 200)) -> BytesIO:
    file = BytesIO()
    Image.new("RGB", size, "green").save(file, "JPEG")
    file.seek(0)
    file.name = "frost.jpg"
    return file


def test_picture_goes_with_the_note(worker, batch):
    send(worker, batch, "loss", loss(batch), picture=picture())
    document = StockDocument.objects.get(kind="muerte")
    assert document.picture_key.startswith("notes/")
    assert read_object(document.picture_key)[:2] == b"\xff\xd8"
    assertContains(worker.get(reverse("document", args=[document.pk])), document.picture_key)
    broken = BytesIO(b"no picture")
    broken.name = "a.jpg"
    assert send(worker, batch, "loss", loss(batch), picture=broken, key="k2").status_code == 422


@pytest.mark.parametrize(
    "data", [{}, {"kind": "magic"}, {"kind": "loss", "key": "\x00"}, {"kind": "loss"}, {"kind": "loss", "add": "1"}]
)
def test_incomplete_requests_are_no_server_error(worker, batch, data):
    assert worker.post(address(batch), data).status_code in (200, 422)
    assert worker.get(reverse("record", args=["NO-SUCH"])).status_code == 404


# --- Documents -------------------------------------------------------------------------------------------------------
def test_own_document_is_undone_and_others_only_by_supervisors(worker, supervisor, batch):
    send(worker, batch, "loss", loss(batch))
    own, others = StockDocument.objects.get(kind="muerte"), StockDocument.objects.get(kind="plantar")
    undo = reverse("document-undo", args=[own.pk])
    assertContains(worker.get(reverse("document", args=[own.pk])), undo)
    assertNotContains(worker.get(reverse("document", args=[others.pk])), "/undo/")
    assert worker.post(reverse("document-undo", args=[others.pk])).status_code == 403
    assertRedirects(worker.post(undo), reverse("document", args=[own.pk]))
    assert stock_at(batch) == 100
    assertContains(worker.get(reverse("document", args=[own.pk])), "was undone by")
    assertNotContains(supervisor.get(reverse("document", args=[own.pk])), "/undo/")
    assertContains(supervisor.get(reverse("document", args=[own.reversed_by.pk])), "This document undoes")


def test_undo_that_the_stock_does_not_allow_says_why(worker, supervisor, batch):
    send(worker, batch, "loss", loss(batch))
    planting = StockDocument.objects.get(kind="plantar")
    answer = supervisor.post(reverse("document-undo", args=[planting.pk]), follow=True)
    assertContains(answer, "not enough plants")
    assert supervisor.post(reverse("document-undo", args=[404404])).status_code == 404


def test_documents_of_a_location_need_the_same_queries_for_any_number(viewer, batch, django_assert_num_queries):
    page = reverse("documents") + f"?location={batch.location.code}"
    elsewhere = record("plantar", plants_of(LocationConfigFactory()), 7)
    assertNotContains(viewer.get(page), elsewhere.number)
    with django_assert_num_queries(7) as one:
        viewer.get(page)
    for _ in range(5):
        record("plantar", plants_of(batch.config), 7, user=UserFactory())
    with django_assert_num_queries(len(one)):
        assertContains(viewer.get(page), "7 plants", count=5)
    assertRedirects(viewer.get(reverse("documents") + "?location=NO-SUCH"), reverse("documents"))
    assert viewer.get(reverse("document", args=[404404])).status_code == 404


def test_documents_are_for_people_with_a_role(stranger, batch):
    for name, arguments in (("documents", []), ("document", [1]), ("batch", [batch.pk]), ("ready", [])):
        assert stranger.get(reverse(name, args=arguments)).status_code == 403
        assert Client().get(reverse(name, args=arguments)).status_code == 302
