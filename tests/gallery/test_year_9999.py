"""A photo of the year 9999 breaks nothing: pages, API, what is done with several photos, nightly check and backup."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from photos.backup import make_backup
from photos.ingest.storing import store_original
from photos.models import S3Image
from photos.storage.original_checks import check_originals
from photos.upload.accepting import accept_upload
from processing.dating import check_date
from tests.factories import UserFactory
from tests.photos.files import make_exif, photo
from tests.photos.storage.test_cleanup_and_checks import make_stored
from tests.processing.factories import ProcessingSessionFactory

YEAR_9999 = {0x9003: "9999:12:31 23:59:59", 0x9011: "-06:00"}


@pytest.fixture
def image(db) -> S3Image:
    files = [photo(exif=make_exif(details=YEAR_9999, gps={}))]
    [image] = accept_upload(user=UserFactory(), files=files, source="api").images
    store_original(image.pk)
    image = S3Image.objects.get(pk=image.pk)
    check_date(image)
    ProcessingSessionFactory(ready=True, job__image=image)
    return image


def test_photo_of_the_year_9999_is_opened_and_handled_with_others(worker: Client, image):
    for path in (f"/gallery/{image.pk}/", f"/gallery/{image.pk}/?tab=file", f"/api/v1/photos/{image.pk}", "/gallery/"):
        assert worker.get(path).status_code == 200, path
    other = ProcessingSessionFactory(ready=True).original_image
    chosen = {"image_ids": [str(image.pk), str(other.pk)]}
    archive = worker.post("/gallery/download/", chosen)
    assert b"manifest.csv" in b"".join(archive.streaming_content)
    worker.post("/gallery/reprocess/", chosen)
    assert image.jobs.count() == other.jobs.count() == 2


def test_photo_of_the_year_9999_is_checked_and_backed_up_with_others(image, tmp_path):
    make_stored(b"another")
    assert check_originals() == 0
    assert make_backup(tmp_path).faulty == ()


def test_no_row_can_hold_the_year_9999(image):
    with pytest.raises(IntegrityError, match="s3_images_taken_at_storable"), transaction.atomic():
        S3Image.objects.filter(pk=image.pk).update(taken_at="9999-12-31T23:59:59-06:00")


@pytest.mark.django_db(transaction=True)
def test_backup_and_check_pass_by_a_date_that_came_another_way(tmp_path):
    image = make_stored()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE s3_images DROP CONSTRAINT s3_images_taken_at_storable")
        cursor.execute("UPDATE s3_images SET taken_at = '9999-12-31T23:59:59-06:00'")
    try:
        assert check_originals() == 0
        assert make_backup(tmp_path).faulty == ()
        assert S3Image.objects.filter(pk=image.pk, verified_at__gt=image.verified_at).exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE s3_images SET taken_at = NULL")
        with connection.schema_editor() as editor:
            [rule] = [rule for rule in S3Image._meta.constraints if rule.name == "s3_images_taken_at_storable"]
            editor.add_constraint(S3Image, rule)
