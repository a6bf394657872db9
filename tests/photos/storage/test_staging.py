"""Where accepted photos wait: on the disk of a folder, or in the bucket for hosts that share nothing else."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from demeter.common.exceptions import UnavailableError
from photos.ingest.storing import store_original
from photos.models import S3Image, Upload
from photos.storage import bucket, keys, object_store
from photos.storage.staging_cleanup import sweep_staging
from photos.upload.accepting import accept_upload
from tests.factories import UserFactory
from tests.photos.files import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_bucket(settings):
    settings.STAGING = "s3"
    settings.STAGING_ROOT = "/nowhere"
    settings.STORAGES = {**settings.STORAGES, "staging": {"BACKEND": "photos.storage.staging.BucketStaging"}}
    yield
    for key in object_store.list_objects(keys.TEMP_UPLOADS):
        object_store.delete_object(key)


@pytest.fixture
def away(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise UnavailableError(object_store.OUTAGE_MESSAGE)

    monkeypatch.setattr(object_store, "put_object", refuse)


def accept(file):
    return accept_upload(user=UserFactory(), files=[file], source="api").images[0]


def test_photo_goes_through_the_bucket_and_leaves_nothing_there(in_bucket):
    file = photo()
    data = file.read()
    image = accept(file)
    assert object_store.list_objects(keys.TEMP_UPLOADS) == [f"temp_uploads/{image.staging_name}"]
    assert object_store.read_original(image) == data
    store_original(image.pk)
    assert object_store.list_objects(keys.TEMP_UPLOADS) == []
    assert object_store.read_object(image.s3_key_original) == data


def test_what_a_crash_left_in_the_bucket_is_swept_and_what_a_photo_needs_is_not(in_bucket):
    image = accept(photo())
    object_store.stage_file("x/no-row.jpg", photo())
    assert sweep_staging() == 0, "both are young"
    assert sweep_staging(older_than=timedelta(seconds=-60)) == 1
    assert object_store.list_objects(keys.TEMP_UPLOADS) == [f"temp_uploads/{image.staging_name}"]


def test_missing_object_is_a_missing_file(in_bucket):
    assert object_store.read_staged("x/none.jpg") is None
    object_store.delete_staged("x/none.jpg")
    with pytest.raises(FileNotFoundError):
        storages["staging"].get_modified_time("x/none.jpg")


@pytest.mark.parametrize(("address", "words"), [("/api/v1/photos/upload", "unavailable"), ("/", "Nothing is lost")])
def test_upload_while_the_bucket_is_away_is_refused_whole(in_bucket, away, address, words):
    client = Client()
    client.force_login(UserFactory())
    answer = client.post(address, {"files": photo()})
    assert answer.status_code == 503
    assert words in answer.content.decode()
    assert not S3Image.objects.exists()
    assert not Upload.objects.exists()


def test_bucket_drops_nothing_that_waits_there(in_bucket, settings):
    def rules():
        found = object_store.client().get_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET)["Rules"]
        return {rule["ID"] for rule in found}

    bucket.ensure_bucket()
    assert rules() == {"thumbnails", "annotated"}
    settings.STAGING = "folder"
    bucket.ensure_bucket()
    assert rules() == {"temp_uploads", "thumbnails", "annotated"}


def test_staged_file_and_its_folders_are_on_the_disk(monkeypatch, settings):
    written = []
    fsync = os.fsync

    def remember(descriptor):
        written.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", remember)
    object_store.stage_file("d/one.jpg", SimpleUploadedFile("one.jpg", b"staged"))
    root = str(Path(settings.STAGING_ROOT).resolve())
    assert written == [f"{root}/d/one.jpg", f"{root}/d", root]
    object_store.delete_staged("d/one.jpg")


def test_file_that_changed_in_staging_is_not_stored_as_the_original(settings):
    image = accept(photo())
    (Path(settings.STAGING_ROOT) / image.staging_name).write_bytes(b"half")
    with pytest.raises(object_store.OriginalLostError):
        store_original(image.pk)
    assert not object_store.has_object(image.s3_key_original)
