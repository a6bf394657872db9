"""What `bench.pages.places` asks for and sends is what the pages take, on a small nursery."""

import pytest
from django.test import Client
from django.urls import reverse

from bench.pages import setting_up
from locations.models import LocationConfig
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BAYS = 160


def test_every_page_answers_and_bays_are_configured():
    user, client = UserFactory(supervisor=True), Client()
    client.force_login(user)
    made = setting_up.make_nursery(BAYS, user)
    undrawn = setting_up.visits_undrawn(BAYS, made)
    pages = [visit for visit in undrawn if visit.data is None]
    assert {visit.name: client.get(visit.address()).status_code for visit in pages} == {
        page.name: 200 for page in pages
    }
    form = setting_up.configure_form()
    client.post(reverse("locations-configure"), form)
    assert LocationConfig.objects.count() == len(form["location_id"])
    kept = setting_up.keep_import(BAYS, user)
    assert client.get(reverse("import-columns", args=[kept.pk])).status_code == 200
