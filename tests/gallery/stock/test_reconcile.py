"""Reconciliation: the list, one step to explain a difference, the files, shrinkage, and what each role may do."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from stock.models import Decision, Difference, MovementKind, StockDocument
from tests.factories import UserFactory
from tests.gallery.stock.counting import count, differ
from tests.stock.recording import hours, record

pytestmark = pytest.mark.django_db


def decide(client: Client, difference: Difference, decision: str, **values):
    path = f"/stock/reconcile/{difference.pk}/decide/"
    given = {"decision": decision, "about": difference.unexplained, "key": "k", **values}
    return client.post(path, given, follow=True)


def test_what_is_worth_most_comes_first_and_chance_is_left_out(viewer: Client):
    differ(100, 95, location__name="Bay of chance")
    differ(100, 40, location__name="Bay without a price")
    differ(100, 50, location__name="Bay of gold", product__price=Decimal(2), product__currency="MXN")
    differ(100, 20, location__name="Bay of pennies", product__price=Decimal("0.5"), product__currency="MXN")
    page = viewer.get("/stock/reconcile/")
    assertContains(page, "3 differences")
    assertContains(page, "\N{MINUS SIGN}190")
    assertNotContains(page, "Bay of chance")
    words = page.content.decode()
    assert words.index("Bay of gold") < words.index("Bay of pennies") < words.index("Bay without a price")
    assertContains(viewer.get("/stock/reconcile/?status=all"), "Bay of chance")


def test_what_is_missing_and_too_many_is_worth_each_its_own(viewer: Client):
    priced = {"product__price": Decimal(100), "product__currency": "MXN"}
    differ(100, 50, **priced)
    differ(100, 300, **priced)
    page = viewer.get("/stock/reconcile/")
    for words in ("\N{MINUS SIGN}5,000.00 MXN at price", "+20,000.00 MXN at price", "+200"):
        assertContains(page, words)
    assertNotContains(page, "25,000.00")
    found = viewer.get("/api/v1/stock/differences").json()
    assert found["missing_values"] == [{"amount": "-5000.00", "currency": "MXN"}]
    assert found["too_many_values"] == [{"amount": "20000.00", "currency": "MXN"}]


@pytest.mark.parametrize("query", ["q=nothing", "mine=on", "date_from=2026-01-01&date_to=2026-01-02", "location_id=0"])
def test_a_search_without_a_hit_does_not_say_that_all_is_explained(query, viewer: Client):
    differ(100, 40)
    page = viewer.get(f"/stock/reconcile/?{query}")
    assertContains(page, "No difference matches this search")
    assertContains(page, 'href="/stock/reconcile/?status=open"')
    assertNotContains(page, "Nothing is unexplained")


def test_a_nursery_without_differences_is_told_so(viewer: Client):
    assertContains(viewer.get("/stock/reconcile/"), "Nothing is unexplained")
    assertContains(viewer.get("/stock/reconcile/?status=recount"), "No such differences")


def test_older_differences_are_not_forgotten(viewer: Client):
    differ(100, 40, days_ago=200, location__name="Old bay")
    page = viewer.get("/stock/reconcile/")
    assertContains(page, "1 difference from before")
    assertNotContains(page, "Old bay")
    assertContains(viewer.get("/stock/reconcile/?date_from=2000-01-01"), "Old bay")


def test_list_is_narrowed_by_search_place_and_person(supervisor: Client):
    one, other = differ(100, 40, location__name="Shady bay"), differ(100, 40, location__name="Sunny bay")
    for query in ("q=sunny", f"location_id={other.batch.location_id}"):
        page = supervisor.get(f"/stock/reconcile/?{query}")
        assertContains(page, "Sunny bay")
        assertNotContains(page, "Shady bay")
    warehouse = one.batch.location.storage_area.warehouse_id
    assertContains(supervisor.get(f"/stock/reconcile/?warehouse_id={warehouse}"), "Shady bay")


def test_mine_are_those_assigned_to_me(client: Client):
    boss = UserFactory(supervisor=True)
    client.force_login(boss)
    mine = differ(100, 40, location__name="Bay 1")
    differ(100, 40, location__name="Bay 2")
    decide(client, mine, "assigned", assigned_to=boss.pk)
    page = client.get("/stock/reconcile/?mine=on")
    assertContains(page, "Bay 1")
    assertNotContains(page, "Bay 2")


@pytest.mark.parametrize("query", ["date_from=soon", "status=x", "date_from=2026-01-02&date_to=2026-01-01", "page=0"])
def test_wrong_filters_are_named(query, viewer: Client):
    for path in ("/stock/reconcile/", "/stock/shrinkage/"):
        if path.endswith("shrinkage/") and "status" in query:
            continue
        assertContains(viewer.get(f"{path}?{query}"), "could not be read", status_code=400)
    assert viewer.get(f"/stock/reconcile/differences.csv?{query}").status_code == 400


def test_a_sale_explains_the_difference_in_one_step(supervisor: Client):
    difference = differ(100, 58)
    path = f"/stock/reconcile/{difference.pk}/"
    page = supervisor.get(path)
    for words in (
        "Plants were sold",
        "Plants were lost",
        "count again",
        "accept it",
        'value="42"',
        "Price of one plant",
    ):
        assertContains(page, words)
    assertNotContains(page, "Plants came in")
    page = decide(supervisor, difference, "sold", quantity="42", unit_price="2,50", reason="To Ana")
    assertRedirects(page, path)
    assertContains(page, "Explained")
    document = StockDocument.objects.get()
    assertContains(page, document.number)
    assert (document.kind, document.note, document.happened_at) == (MovementKind.SALE, "To Ana", difference.moment)
    assert document.movements.get().unit_price == Decimal("2.50")
    assertContains(supervisor.get("/stock/reconcile/?status=explained"), difference.batch.location.name)


@pytest.mark.parametrize(("decision", "values"), [("sold", {"quantity": "42"}), ("accepted", {"reason": "x"})])
def test_a_decision_that_is_sent_twice_is_made_once(decision, values, supervisor: Client):
    difference = differ(100, 58)
    for _ in range(2):
        assertContains(decide(supervisor, difference, decision, **values), "Noted.")
    assert Decision.objects.count() == 1


def test_a_form_that_is_wrong_is_shown_again_with_what_is_wrong(supervisor: Client):
    difference = differ(100, 58)
    for decision, values, words in (
        ("sold", {"quantity": "many"}, "whole number"),
        ("sold", {"quantity": "200"}, "only 100 plants"),
        ("lost", {"quantity": "42"}, "required"),
        ("accepted", {"reason": ""}, "required"),
    ):
        page = decide(supervisor, difference, decision, **values)
        assertContains(page, words, status_code=422)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(("decision", "about"), [("dance", -42), ("came_in", -42), ("accepted", -41)])
def test_a_decision_about_something_else_is_refused(decision, about, supervisor: Client):
    difference = differ(100, 58)
    page = decide(supervisor, difference, decision, about=about, reason="x", quantity="1")
    assertContains(page, "has changed since you opened")
    assert not Decision.objects.exists()


def test_accepting_and_taking_back(supervisor: Client, viewer: Client):
    difference = differ(100, 58)
    assertContains(decide(supervisor, difference, "accepted", reason="Nobody knows"), "Nobody knows")
    page = viewer.get(f"/stock/reconcile/{difference.pk}/")
    assertContains(page, "Accepted")
    assertNotContains(page, "Take the acceptance back")
    assertContains(decide(supervisor, difference, "reopened"), "Unexplained")
    assertContains(decide(supervisor, Difference.objects.get(), "accepted", key="k2", reason="Still"), "Still")


def test_a_miscounted_place_is_in_the_to_do_list_until_it_is_counted_again(supervisor: Client):
    ana = UserFactory(username="ana")
    difference = differ(100, 58)
    page = decide(supervisor, difference, "recount", assigned_to=ana.pk, reason="Half in the shade")
    assertContains(page, "Set aside on")
    for words in ("Count again", "1 place", "expected 100, counted 58", "ana"):
        assertContains(supervisor.get("/todo/"), words)
    assertContains(supervisor.get("/stock/reconcile/?status=recount"), "To count again")
    count(difference.batch.config, 97, -0.1)
    assertNotContains(supervisor.get("/todo/"), "Count again")


def test_what_is_unexplained_stands_in_the_sums_and_in_the_history_of_the_location(viewer: Client):
    difference = differ(100, 58)
    code = difference.batch.location.code
    assertContains(viewer.get("/stock/"), "42 plants are unexplained")
    assertContains(viewer.get(f"/locations/{code}/"), "42 plants are unexplained")
    page = viewer.get(f"/stock/locations/{code}/")
    for words in ("42 plants are unexplained", "expected 100, counted 58", f"/stock/reconcile/{difference.pk}/"):
        assertContains(page, words)
    total = viewer.get("/api/v1/stock").json()["total"]
    assert (total["plants"], total["unexplained"]) == (58, 42)
    before = (timezone.localdate() - timedelta(days=11)).isoformat()
    assert viewer.get(f"/api/v1/stock?as_of={before}").json()["total"]["unexplained"] == 0


def test_only_supervisors_decide(worker: Client, viewer: Client):
    difference = differ(100, 58)
    for client in (worker, viewer):
        page = client.get(f"/stock/reconcile/{difference.pk}/")
        assertContains(page, "Unexplained")
        assertNotContains(page, "What happened?")
        assert client.post(f"/stock/reconcile/{difference.pk}/decide/").status_code == 403
    assert viewer.get("/stock/reconcile/999999/").status_code == 404


def test_list_needs_the_same_queries_for_any_number(viewer: Client, django_assert_num_queries: DjangoAssertNumQueries):
    differ(100, 40)
    with django_assert_num_queries(7) as one:
        viewer.get("/stock/reconcile/?status=all")
    for _ in range(3):
        differ(100, 40)
    with django_assert_num_queries(len(one)):
        viewer.get("/stock/reconcile/?status=all")


def test_files_have_all_rows(viewer: Client):
    differ(100, 40, location__name="Bay 1", product__price=Decimal(2), product__currency="MXN")
    file = viewer.get("/stock/reconcile/differences.csv").content.decode()
    assert "Bay 1" in file
    assert "-60" in file
    assert "-120" in file
    assert viewer.get("/stock/reconcile/differences.xlsx").content[:2] == b"PK"


@pytest.mark.parametrize("by", ["product", "warehouse", "area", "location", "month"])
def test_shrinkage_sums_losses_acceptances_and_what_is_unexplained(by, viewer: Client, supervisor: Client):
    difference = differ(100, 40, product__price=Decimal(2), product__currency="MXN", product__common_name="Agave")
    other = differ(100, 58, product__common_name="Aloe")
    decide(supervisor, other, "accepted", reason="Nobody knows")
    record(MovementKind.DEATH, difference.batch, 5, hour=(timezone.now() - hours(0)).total_seconds() / 3600)
    page = viewer.get(f"/stock/shrinkage/?by={by}")
    assert (page.context["table"].total.lost, page.context["table"].total.accepted) == (-5, -42)
    assert (page.context["table"].total.missing, page.context["table"].total.total) == (-60, -107)
    assertContains(page, "\N{MINUS SIGN}130")
    file = viewer.get(f"/stock/shrinkage/shrinkage.csv?by={by}").content.decode()
    assert "-60" in file
    assert viewer.get(f"/stock/shrinkage/shrinkage.xlsx?by={by}").content[:2] == b"PK"


def test_shrinkage_of_days_without_any(viewer: Client):
    assertContains(viewer.get("/stock/shrinkage/"), "Nothing was lost")
