"""The drill: back up, lose the database, the bucket and staging, restore, and find everything as it was."""

import hashlib
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from demeter.accounts.models import User
from photos import backup
from photos.backup import make_backup, restore_backup
from photos.ingest.storing import store_original
from photos.models import S3Image
from photos.storage import keys, object_store
from photos.upload.accepting import accept_upload
from photos.upload.note_pictures import store_note_picture
from processing.jobs import start_jobs
from processing.models import Job
from stock.models import StockMovement
from tests.factories import UserFactory
from tests.photos.files import photo
from tests.processing.test_trash import make_counted

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = (User, S3Image, Job, StockMovement)


@pytest.fixture(autouse=True)
def _no_other_notes() -> None:
    """The bucket is that of all tests."""
    for prefix in backup.OTHER_OBJECTS:
        for key in object_store.list_objects(prefix):
            object_store.delete_object(key)


def upload(count: int, *, stored: bool = True) -> list[S3Image]:
    accepted = accept_upload(user=UserFactory(), files=[photo() for _ in range(count)], source="api")
    start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=accepted.storage_location)
    for image in accepted.images if stored else ():
        store_original(image.pk)
    return list(accepted.images)


def lose_everything() -> None:
    """Every row, every object and every staged file."""
    for image in S3Image.objects.all():
        for key in filter(None, (image.s3_key_original, image.s3_key_preview, image.s3_key_thumbnail)):
            object_store.delete_object(key)
        if image.staging_name:
            object_store.delete_staged(image.staging_name)
    call_command("flush", interactive=False, verbosity=0)
    assert not User.objects.exists()


def rows() -> dict[str, list[dict]]:
    """All that matters of all rows; storage times of what is not backed up differ."""
    derived = ("thumbnail_stored_at",)
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name not in derived}
            for row in model.objects.order_by("pk").values()
        ]
        for model in TABLES
    }


def test_restore_drill_brings_everything_back(tmp_path):
    images = upload(5)
    waiting = upload(2, stored=False)
    make_counted_movement()
    before = rows()
    call_command("backup", str(tmp_path), verbosity=0)
    lose_everything()
    call_command("restore", str(tmp_path), verbosity=0)

    assert rows() == before
    for image in images:
        assert hashlib.sha256(object_store.read_object(image.s3_key_original)).hexdigest() == image.sha256
        image.refresh_from_db()
        assert object_store.has_object(image.s3_key_preview)
    for image in waiting:
        assert hashlib.sha256(object_store.read_original(image)).hexdigest() == image.sha256
    head = object_store.client().head_object(Bucket=images[0].s3_bucket, Key=images[0].s3_key_original)
    assert head["Metadata"]["image_id"] == str(images[0].pk)
    client = Client()
    client.force_login(UserFactory(viewer=True))
    assert client.get(f"/api/v1/photos/{images[0].pk}/thumbnail").status_code == 302
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM stock_movements")


def make_counted_movement() -> None:
    """A counted photo; its files are stored too, so that the backup is whole."""
    image = make_counted().original_image
    data = image.original_filename.encode()
    object_store.put_object(image.s3_key_original, data, content_type="image/jpeg")
    object_store.put_object(image.s3_key_preview, data, content_type="image/jpeg")
    S3Image.objects.filter(pk=image.pk).update(sha256=hashlib.sha256(data).hexdigest())


def test_pictures_of_notes_are_kept_too(tmp_path):
    key = store_note_picture(photo())
    picture = object_store.read_object(key)
    assert (make_backup(tmp_path).files, make_backup(tmp_path).files) == (1, 0)
    object_store.delete_object(key)
    lose_everything()
    assert restore_backup(tmp_path).files == 1
    assert object_store.read_object(key) == picture


@pytest.mark.parametrize("key", [keys.data_set_key("a" * 64, "image/webp"), keys.model_key("b" * 64)])
def test_imported_pictures_and_trained_models_are_kept_too(tmp_path, key):
    object_store.put_object(key, b"content", content_type="image/webp")
    assert make_backup(tmp_path).files == 1
    object_store.delete_object(key)
    lose_everything()
    assert restore_backup(tmp_path).files == 1
    assert object_store.read_object(key) == b"content"


def test_second_backup_copies_only_what_is_new(tmp_path):
    upload(2)
    assert make_backup(tmp_path).files == 4
    upload(1)
    report = make_backup(tmp_path)
    assert (report.photos, report.files) == (3, 2)
    assert json.loads((tmp_path / "manifest.json").read_text())["photos"] == 3


def test_second_backup_hashes_only_what_is_new_and_what_was_faulty(tmp_path, monkeypatch):
    _whole, changed = upload(2)
    object_store.put_object(changed.s3_key_original, b"x" * changed.file_size_bytes, content_type="image/jpeg")
    assert make_backup(tmp_path).faulty == (str(changed.pk),)
    [new] = upload(1)
    hashed = []
    is_whole = backup._is_whole
    monkeypatch.setattr(
        backup, "_is_whole", lambda folder, photo: hashed.append(photo["image_id"]) or is_whole(folder, photo)
    )
    assert make_backup(tmp_path).faulty == (str(changed.pk),), "the same size does not make it whole"
    assert sorted(hashed) == sorted([str(changed.pk), str(new.pk)])


def test_second_backup_finds_a_file_cut_short(tmp_path):
    [image] = upload(1)
    make_backup(tmp_path)
    (tmp_path / "objects" / image.s3_key_original).write_bytes(b"half")
    assert make_backup(tmp_path).faulty == (str(image.pk),)


def test_photo_stored_between_dump_and_copy_comes_back(tmp_path, monkeypatch):
    [image] = upload(1, stored=False)
    dump = backup.dump_database
    monkeypatch.setattr(backup, "dump_database", lambda path: (dump(path), store_original(image.pk)))
    assert make_backup(tmp_path).faulty == ()
    lose_everything()
    assert restore_backup(tmp_path).faulty == ()
    image.refresh_from_db()
    assert image.stored_at is None
    store_original(image.pk)
    assert hashlib.sha256(object_store.read_object(image.s3_key_original)).hexdigest() == image.sha256


def test_changed_and_missing_originals_are_named(tmp_path, capsys):
    changed, missing = upload(2)
    object_store.put_object(changed.s3_key_original, b"rotten", content_type="image/jpeg")
    object_store.delete_object(missing.s3_key_original)
    with pytest.raises(CommandError) as failure:
        call_command("backup", str(tmp_path))
    assert {str(changed.pk), str(missing.pk)} <= set(str(failure.value).replace(",", " ").split())


def test_restore_never_overwrites_photos(tmp_path):
    upload(1)
    call_command("backup", str(tmp_path), verbosity=0)
    with pytest.raises(CommandError, match="There are photos"):
        call_command("restore", str(tmp_path))


def test_restore_cut_short_by_an_outage_is_run_again(tmp_path, monkeypatch):
    upload(3)
    make_backup(tmp_path)
    lose_everything()
    put, done = object_store.put_object, []

    def put_twice(key, *args, **kwargs):
        if len(done) == 2:
            raise object_store.UnavailableError("away")
        done.append(key)
        put(key, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(object_store, "put_object", put_twice)
        with pytest.raises(CommandError, match="away"):
            call_command("restore", str(tmp_path))
    assert not S3Image.objects.exists()
    assert restore_backup(tmp_path).photos == S3Image.objects.count() == 3


def test_unfinished_backup_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no finished backup"):
        call_command("restore", str(tmp_path))


def test_failing_dump_is_told_and_keeps_the_earlier_one(tmp_path, settings):
    upload(1)
    make_backup(tmp_path)
    earlier = (tmp_path / "database.dump").read_bytes()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "no-such-database"
    try:
        with pytest.raises(CommandError, match="pg_dump failed"):
            call_command("backup", str(tmp_path))
    finally:
        connection.settings_dict["NAME"] = name
    assert (tmp_path / "database.dump").read_bytes() == earlier
