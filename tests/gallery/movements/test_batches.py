"""A batch's page and label, and what is ready for sale when."""

from datetime import date

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gallery.movements.batches import ready_for_sale
from stock.models import StockBatch
from tests.locations.factories import LocationConfigFactory, ProductStateFactory, StorageLocationFactory
from tests.stock.recording import hand_count, photo, plants_of, record

pytestmark = pytest.mark.django_db


def make_batch(plants=100, **fields) -> StockBatch:
    batch = record("plantar", plants_of(LocationConfigFactory()), plants).movements.get().batch
    StockBatch.objects.filter(pk=batch.pk).update(**fields)
    batch.refresh_from_db()
    return batch


def test_batch_shows_its_movements_with_who_and_why(viewer):
    batch = make_batch()
    record("muerte", batch, 5, hour=1, note="Cold night")
    photo(batch.config, 90, hour=2)
    hand_count(batch, 88, hour=3)
    page = viewer.get(reverse("batch", args=[batch.pk]))
    for words in (
        "+100",
        "\N{MINUS SIGN}5",
        "Frost",
        "Cold night",
        "\N{MINUS SIGN}2",
        "Counted by hand, without a photo: 88",
    ):
        assertContains(page, words)
    assertNotContains(page, "/describe/")
    photo(batch.config, 70, hour=4)
    assertNotContains(viewer.get(reverse("batch", args=[batch.pk])), "without a photo")
    assert viewer.get(reverse("batch", args=[404404])).status_code == 404


def test_batch_is_described_by_supervisors(supervisor, worker):
    batch = make_batch()
    young = ProductStateFactory(code="YOUNG", sort_order=3)
    data = {"state": young.pk, "size": "", "quality": "4", "ready_on": "2027-03-01", "notes": "Half in the shade"}
    describe = reverse("batch-describe", args=[batch.pk])
    assert worker.post(describe, data).status_code == 403
    assertRedirects(supervisor.post(describe, data), reverse("batch", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, batch.quality, batch.ready_on, batch.quantity_current) == (young, 4, date(2027, 3, 1), 100)
    assert supervisor.post(describe, {**data, "quality": "6"}).status_code == 422
    assert supervisor.post(describe, {**data, "ready_on": "soon"}).status_code == 422


def test_stage_of_another_batch_of_the_same_plants_is_refused(supervisor):
    batch = make_batch()
    young = ProductStateFactory(code="YOUNG", sort_order=3)
    record("trasplante", batch, 10, to=plants_of(batch.config, state=young), hour=1)
    answer = supervisor.post(reverse("batch-describe", args=[batch.pk]), {"state": young.pk})
    assertContains(answer, "already has a batch", status_code=422)


def test_label_leads_to_the_location(viewer):
    batch = make_batch()
    assert viewer.get(reverse("batch-label", args=[batch.pk])).content.startswith(b"%PDF")
    bare = record("plantar", plants_of(LocationConfigFactory(location=StorageLocationFactory(qr_code=None))), 1)
    bare = bare.movements.get().batch
    assertRedirects(viewer.get(reverse("batch-label", args=[bare.pk])), reverse("batch", args=[bare.pk]))


def test_ready_for_sale_is_ordered_by_when(viewer):
    today = date(2026, 11, 28)
    growing = ProductStateFactory(code="YOUNG", sort_order=3, is_sellable=False)
    sellable = make_batch()
    late = make_batch(state=growing, ready_on=date(2027, 3, 9))
    later = make_batch(ready_on=date(2027, 3, 20))
    due = make_batch(state=growing, ready_on=today)
    unknown = make_batch(state=growing)
    record("ventas", make_batch(5), 5, hour=1)
    groups = [(group.when, group.month, set(group.batches)) for group in ready_for_sale(today)]
    assert groups == [
        ("now", None, {sellable, due}),
        ("month", date(2027, 3, 1), {late, later}),
        ("no date", None, {unknown}),
    ]
    assertContains(viewer.get(reverse("ready")), "March 2027")


def test_stock_leads_to_documents_and_to_what_is_ready_and_back(viewer):
    stock = viewer.get(reverse("stock"))
    for name in ("documents", "ready"):
        assertContains(stock, f'href="{reverse(name)}"')
        assertContains(viewer.get(reverse(name)), f'class="back-link" href="{reverse("stock")}"')
    assertContains(viewer.get(reverse("ready")), f'href="{reverse("map")}"><svg class="icon"')


def test_ready_needs_the_same_queries_for_any_number(viewer, django_assert_num_queries):
    make_batch()
    with django_assert_num_queries(4) as one:
        viewer.get(reverse("ready"))
    for _ in range(4):
        make_batch()
    with django_assert_num_queries(len(one)):
        viewer.get(reverse("ready"))
