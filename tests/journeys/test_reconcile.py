"""A supervisor on a phone: a count misses 42 plants; they were sold."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from stock.models import Difference, MovementKind, StockDocument
from tests.browsing import PHONE
from tests.factories import UserFactory
from tests.gallery.stock.counting import differ
from tests.journeys.conftest import Start, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_missing_plants_are_found_and_explained_by_a_sale(start: Start, way):
    difference = differ(100, 58, location__name="Bay 7")
    person = start(PHONE)
    page = person.page
    sign_in(person, UserFactory(supervisor=True))
    began, before = time.monotonic(), person.taps
    person.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Stock"))
    expect(page.get_by_text("42 plants are unexplained")).to_be_visible()
    person.press(page.get_by_role("main").get_by_role("link", name="Reconcile").first)
    person.press(page.get_by_role("link", name="Bay 7"))
    person.write(page.get_by_label("Price of one plant"), "2.50")
    person.press(page.get_by_role("button", name="Record the sale"))
    expect(page.get_by_text("Explained", exact=True)).to_be_visible()
    print(f"reconcile, {way}: {person.taps - before} taps, {time.monotonic() - began:.0f} s")
    document = StockDocument.objects.get()
    assert (document.kind, document.happened_at) == (MovementKind.SALE, difference.moment)
    assert document.happened_at < timezone.now() - timedelta(days=9)
    assert Difference.objects.get().rest == 0
    person.press(page.get_by_role("link", name=document.number))
    expect(page.get_by_role("heading", name="Sale")).to_be_visible()
