"""The checklist of a new nursery: each step by itself, gone for good after the last, and only for who sets it up."""

import pytest
from django.urls import reverse

from gallery.common.checklist import note_labels_printed, read_checklist
from locations.models import LocationConfig, Nursery, StorageLocation
from locations.nursery import forget_nursery, write_nursery
from processing.models import ProcessingSession
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, ProductFactory, StorageLocationFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    write_nursery(name="Vivero El Sol", language="en", time_zone="America/Mexico_City", currency="MXN")
    yield UserFactory(admin=True)
    forget_nursery()


def done(owner) -> list[bool]:
    return [step.is_done for step in read_checklist(owner)]


def test_each_step_is_done_by_what_people_do(owner):
    assert done(owner) == [False] * 6
    bay = StorageLocationFactory()
    assert done(owner) == [True, *[False] * 5]
    note_labels_printed()
    assert done(owner) == [True, True, *[False] * 4]
    product = ProductFactory()
    assert done(owner) == [*[True] * 3, *[False] * 3]
    config = LocationConfigFactory(location=bay, product=product)
    assert done(owner) == [*[True] * 4, False, False]
    session = ProcessingSessionFactory(ready=True, storage_location=bay)
    assert done(owner) == [*[True] * 5, False]
    assert Nursery.objects.get().checklist_done_at is None
    session.validated = True
    session.validated_by_user, session.validation_date = owner, config.started_at
    session.save()
    assert done(owner) == []
    assert Nursery.objects.get().checklist_done_at is not None


def test_list_never_comes_back_once_all_was_done(owner, client):
    client.force_login(owner)
    assert 'id="checklist-title"' in client.get(reverse("upload")).content.decode()
    note_labels_printed()
    first = LocationConfigFactory()
    ProcessingSessionFactory(ready=True, storage_location=first.location)
    ProcessingSession.objects.update(validated=True, validated_by_user=owner, validation_date=first.started_at)
    assert 'id="checklist-title"' not in client.get(reverse("upload")).content.decode()
    finished = Nursery.objects.get().checklist_done_at
    LocationConfig.objects.update(active=False, closed_at=first.started_at)
    StorageLocation.objects.update(active=False)
    assert 'id="checklist-title"' not in client.get(reverse("upload")).content.decode()
    assert Nursery.objects.get().checklist_done_at == finished


def test_finished_list_asks_the_database_nothing_more(owner, django_assert_num_queries):
    Nursery.objects.update(checklist_done_at="2026-01-02T00:00:00Z")
    assert owner.has_perm("locations.change_nursery")
    read_checklist(owner)
    with django_assert_num_queries(1):
        assert read_checklist(owner) == []


@pytest.mark.parametrize("role", ["viewer", "supervisor"])
def test_others_get_no_list(owner, role):
    assert read_checklist(UserFactory(**{role: True})) == []


def test_nursery_that_nobody_set_up_has_no_list():
    forget_nursery()
    assert read_checklist(UserFactory(admin=True)) == []
    assert not Nursery.objects.exists()
