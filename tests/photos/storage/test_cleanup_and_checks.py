"""Photos at rest: originals are read back in turn, and staging holds nothing that nobody needs."""

import hashlib
import logging
import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from demeter.monitoring.health import read_health
from photos.models import S3Image
from photos.storage import object_store, original_checks
from photos.storage.original_checks import check_originals
from photos.storage.staging_cleanup import sweep_staging
from tests.photos.factories import S3ImageFactory

pytestmark = pytest.mark.django_db


# --- Originals ------------------------------------------------------------------------------------------------------
def make_stored(data: bytes = b"pixels", **fields) -> S3Image:
    image = S3ImageFactory(ready=True, sha256=hashlib.sha256(data).hexdigest(), **fields)
    object_store.put_object(image.s3_key_original, data, content_type="image/jpeg")
    return image


def test_whole_original_is_noted_as_seen():
    image = make_stored()
    before = image.verified_at
    assert check_originals() == 0
    image.refresh_from_db()
    assert image.verified_at > before
    assert image.original_fault == ""


def test_changed_and_missing_originals_are_named_until_they_are_whole(caplog):
    changed, missing = make_stored(b"as sent"), S3ImageFactory(ready=True)
    object_store.put_object(changed.s3_key_original, b"rotten", content_type="image/jpeg")
    with caplog.at_level(logging.ERROR):
        assert check_originals() == 2
    assert f"photo {changed.pk} is changed" in caplog.text
    assert f"photo {missing.pk} is missing" in caplog.text
    assert read_health()["faulty_originals"] == 2

    object_store.put_object(changed.s3_key_original, b"as sent", content_type="image/jpeg")
    assert check_originals() == 1
    assert S3Image.objects.faulty().get() == missing


def test_each_night_looks_at_those_not_seen_for_longest(monkeypatch):
    monkeypatch.setattr(original_checks, "LOOKS_A_NIGHT", 2)
    now = timezone.now()
    images = [make_stored(bytes([day]), verified_at=now - timedelta(days=day)) for day in range(1, 5)]
    S3Image.objects.update(created_at=now - timedelta(days=30))
    check_originals()
    seen = [image for image in images if S3Image.objects.get(pk=image.pk).verified_at >= now]
    assert seen == images[2:]
    check_originals()
    assert not S3Image.objects.filter(verified_at__lt=now).exists()


def test_each_night_looks_at_more_where_more_came_in(monkeypatch):
    monkeypatch.setattr(original_checks, "LOOKS_A_NIGHT", 1)
    now = timezone.now()
    for day in range(1, 6):
        make_stored(bytes([day]), verified_at=now - timedelta(days=day))
    new = S3Image.objects.order_by("verified_at")[:2].values("pk")
    S3Image.objects.exclude(pk__in=list(new.values_list("pk", flat=True))).update(created_at=now - timedelta(days=30))
    check_originals()
    assert S3Image.objects.filter(verified_at__lt=now).count() == 5 - (1 + 2)


def test_unstored_and_purged_photos_have_no_original_to_look_at():
    S3ImageFactory()
    S3ImageFactory(ready=True, deleted_at=timezone.now(), purged_at=timezone.now())
    S3ImageFactory(annotated=True)
    assert check_originals() == 0


def test_outage_is_no_fault(monkeypatch):
    def away(key):
        raise object_store.UnavailableError(object_store.OUTAGE_MESSAGE)

    make_stored()
    monkeypatch.setattr(object_store, "read_object", away)
    with pytest.raises(object_store.UnavailableError):
        check_originals()
    assert not S3Image.objects.faulty().exists()


# --- Staging --------------------------------------------------------------------------------------------------------
def stage(name: str, *, hours: float) -> str:
    """A staged file of that age."""
    object_store.stage_file(name, ContentFile(b"staged"))
    path = f"{settings.STAGING_ROOT}/{name}"
    moment = timezone.now().timestamp() - hours * 3600
    os.utime(path, (moment, moment))
    return name


def test_file_that_no_row_names_goes_after_an_hour():
    young, old = stage("a/young.jpg", hours=0.9), stage("a/old.jpg", hours=1.1)
    assert sweep_staging() == 1
    assert (object_store.read_staged(young), object_store.read_staged(old)) == (b"staged", None)
    object_store.delete_staged(young)


def test_file_that_its_photo_still_needs_stays_however_old():
    image = S3ImageFactory(staging_name=stage("b/needed.jpg", hours=1000))
    assert sweep_staging() == 0
    assert object_store.read_staged(image.staging_name) == b"staged"
    object_store.delete_staged(image.staging_name)


def test_file_whose_original_is_stored_goes_and_its_row_forgets_it():
    image = S3ImageFactory(ready=True, staging_name=stage("c/stored.jpg", hours=2))
    assert sweep_staging() == 1
    image.refresh_from_db()
    assert image.staging_name == ""
    assert object_store.read_staged("c/stored.jpg") is None


def test_empty_staging_is_no_error(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "staging": {**settings.STORAGES["staging"], "OPTIONS": {"location": str(tmp_path / "none"), "base_url": None}},
    }
    assert sweep_staging() == 0
