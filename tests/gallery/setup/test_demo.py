"""The demo can be removed whole, nothing else goes with it, and a removal that was interrupted can be continued."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError
from django.urls import reverse

from demeter.accounts.models import User
from gallery.setup import demo
from locations.models import LocationConfig, Nursery, Product, StorageLocation, Warehouse
from photos.models import S3Image, Upload
from photos.storage.object_store import has_object
from processing.models import Job, ProcessingSession
from stock.intervals import forget_photo
from stock.ledger import record_count
from stock.models import (
    Calibration,
    MovementKind,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
    Validation,
)
from tests.browsing import store_pictures
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import CorrectionFactory, make_bed
from tests.stock.recording import hand_count, plants_of, record, undo
from tests.stock.validating import validate

pytestmark = pytest.mark.django_db


@pytest.fixture
def nursery(monkeypatch):
    """The demo, without its eight photos: one that its worker uploaded is counted instead."""
    monkeypatch.setattr("processing.management.commands.load_demo.upload_photos", lambda _user: None)
    call_command("load_demo", verbosity=0)
    return count_photo(User.objects.get(username="worker"), StorageLocation.objects.get(code="N1-N-01"))


def count_photo(user, location):
    session = make_bed(0, 0, 0, location=location)
    image = session.original_image
    S3Image.objects.filter(pk=image.pk).update(uploaded_by_user=user, storage_location=location)
    Upload.objects.filter(images=image).update(user=user)
    Job.objects.filter(image=image).update(requested_by=user)
    image.refresh_from_db()
    store_pictures(image)
    CorrectionFactory(image=image, user=user)
    User.objects.filter(username__startswith="user").exclude(pk=user.pk).delete()  # those of the factories
    record_count(
        image_id=image.pk,
        session_id=session.session_id,
        location=location,
        config=location.configs.get(),
        quantity=3,
        quantity_empty=0,
        user=user,
        happened_at=image.created_at,
    )
    return image


def record_everything(user):
    """A document of one line, one of two places, one that was undone, and a count by hand."""
    batch = StockBatch.objects.get()
    other = plants_of(LocationConfig.objects.exclude(pk=batch.config_id).first())
    record(MovementKind.PLANTING, batch, 5, hour=None, user=user)
    undo(record(MovementKind.TRANSFER, batch, 1, to=other, hour=None, user=user), user=user)
    hand_count(batch, 6, hour=None, user=user)


def remove(client):
    return client.post(reverse("demo-remove"), {"sure": "yes"})


def test_removed_demo_leaves_an_empty_nursery_and_leads_to_the_first_run(client, nursery):
    record_everything(User.objects.get(username="worker"))
    client.force_login(User.objects.get(username="admin"))
    response = remove(client)
    assert response.headers["Location"] == reverse("setup")
    for model in (
        S3Image,
        ProcessingSession,
        StockMovement,
        StockDocument,
        StockCount,
        StockBatch,
        LocationConfig,
        Warehouse,
        Product,
        User,
    ):
        assert not model.objects.exists(), model
    assert not Nursery.objects.exists()
    assert not has_object(nursery.s3_key_original)
    page = client.get(reverse("setup")).content.decode()
    assert "Setup code" not in page  # this person needs none


def test_demo_is_removed_whole_after_its_photos_were_calibrated_with(client, nursery):
    boss = User.objects.get(username="admin")
    config = LocationConfig.objects.exclude(product=None).first()
    validate(3, off=25, config=config, source="known")
    for image_id in Validation.objects.values_list("image_id", flat=True):
        forget_photo(image_id)  # as they would be photos of the demo
    assert Calibration.objects.filter(ended_at__isnull=False).exists()
    client.force_login(boss)
    remove(client)
    assert (Product.objects.exists(), Calibration.objects.exists()) == (False, False)


def test_what_people_added_stays_with_what_it_needs(client, nursery):
    own = UserFactory(admin=True)
    bay = LocationConfigFactory(product=Product.objects.get(sku="MAM-ELO")).location
    photo = count_photo(own, StorageLocation.objects.get(code="N1-N-02"))
    client.force_login(own)
    assert remove(client).headers["Location"] == reverse("nursery")
    assert list(User.objects.all()) == [own]
    assert set(StorageLocation.objects.values_list("code", flat=True)) == {bay.code, "N1-N-02"}
    assert set(S3Image.objects.values_list("pk", flat=True)) == {photo.pk}
    assert StockBatch.objects.get().quantity_current == 3
    assert has_object(photo.s3_key_original)
    assert "MAM-ELO" in Product.objects.values_list("sku", flat=True)
    assert not demo.has_demo()


def test_killed_removal_can_be_continued(client, nursery, monkeypatch):
    client.force_login(User.objects.get(username="admin"))
    client.raise_request_exception = False
    monkeypatch.setattr(demo, "_remove_rows", lambda: 1 // 0)
    assert remove(client).status_code == 500
    assert demo.has_demo()
    assert not has_object(nursery.s3_key_original)
    monkeypatch.undo()
    assert remove(client).headers["Location"] == reverse("setup")
    assert not Warehouse.objects.exists()


def test_demo_is_removed_only_after_a_tick_and_not_while_it_is_counted(client, nursery):
    client.force_login(User.objects.get(username="admin"))
    page = client.get(reverse("demo-remove")).content.decode()
    assert "120" in page
    assert client.post(reverse("demo-remove")).status_code == 422
    Job.objects.update(status="pending", finished_at=None)
    response = remove(client)
    assert response.status_code == 422
    assert "still being counted" in response.content.decode()
    assert S3Image.objects.exists()


def test_ledger_still_refuses_deletions(nursery):
    for what in ("DELETE FROM stock_movements", "UPDATE stock_movements SET quantity = 1"):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(what)


def test_nursery_without_a_demo_has_nothing_to_remove(client):
    client.force_login(UserFactory(admin=True))
    assert remove(client).headers["Location"] == reverse("nursery")
