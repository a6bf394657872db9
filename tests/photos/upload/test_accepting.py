import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from demeter.common.exceptions import NotFoundError
from photos.models import S3Image, Upload
from photos.statuses import ImageStatus, UploadSource
from photos.storage import object_store
from photos.storage.staging_cleanup import sweep_staging
from photos.upload import accepting as uploads
from photos.upload.accepting import accept_upload, accepting
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import BAD_FILES, make_picture, photo, upload_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


def accept(user, files, **options):
    return accept_upload(user=user, files=files, source=UploadSource.WEB, **options)


def staged_names() -> set[str]:
    staging = storages["staging"]
    if not staging.exists(""):
        return set()
    return {f"{folder}/{name}" for folder in staging.listdir("")[0] for name in staging.listdir(folder)[1]}


def test_good_files_are_kept_and_bad_ones_named(user):
    before = staged_names()
    bad = [upload_file(name, data) for name, (data, _) in BAD_FILES.items()]
    accepted = accept(user, [photo("a.jpg"), *bad, photo("b.png", format_name="PNG")])

    assert [image.original_filename for image in accepted.images] == ["a.jpg", "b.png"]
    assert {file.filename: file.code for file in accepted.refused} == {
        name: code for name, (_, code) in BAD_FILES.items()
    }
    assert staged_names() - before == {image.staging_name for image in accepted.images}
    upload = Upload.objects.get(pk=accepted.upload.pk)
    assert (upload.accepted_files, upload.user, upload.source) == (2, user, "web")
    assert [file["code"] for file in upload.refused] == [code for _, code in BAD_FILES.values()]


def test_kept_photo_has_its_row_and_its_file(user):
    data = make_picture("WEBP", size=(60, 40))
    (image,) = accept(user, [upload_file("año.webp", data)]).images
    image.refresh_from_db()

    assert image.s3_key_original == f"originals/{image.created_at:%Y/%m/%d}/{image.image_id}.webp"
    assert (image.sha256, image.file_size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (image.content_type, image.width_px, image.height_px) == ("image/webp", 60, 40)
    assert (image.status, image.stored_at, image.upload_source) == (ImageStatus.UPLOADED, None, "web")
    assert (image.original_filename, image.uploaded_by_user) == ("año.webp", user)
    assert object_store.read_original(image) == data


def test_file_known_already_is_named_and_not_kept(user):
    data = make_picture()
    (first,) = accept(user, [upload_file("first.jpg", data)]).images
    before = staged_names()
    again = accept(UserFactory(), [upload_file("second.jpg", data)])

    assert again.images == ()
    assert [(file.filename, file.image_id) for file in again.duplicates] == [("second.jpg", first.image_id)]
    assert staged_names() == before
    assert Upload.objects.get(pk=again.upload.pk).duplicates == [
        {"filename": "second.jpg", "image_id": str(first.image_id)}
    ]


def test_same_file_twice_in_one_upload_is_kept_once(user):
    data = make_picture()
    accepted = accept(user, [upload_file("one.jpg", data), upload_file("two.jpg", data)])
    assert len(accepted.images) == 1
    assert accepted.duplicates[0].image_id == accepted.images[0].image_id


def test_photo_in_the_trash_may_be_uploaded_again(user):
    data = make_picture()
    S3ImageFactory(sha256=hashlib.sha256(data).hexdigest(), deleted_at=timezone.now())
    assert len(accept(user, [upload_file("again.jpg", data)]).images) == 1


def test_file_101_is_refused_and_100_are_kept(user, settings):
    settings.UPLOAD_MAX_FILES = 3
    accepted = accept(user, [photo(f"{number}.jpg") for number in range(4)])
    assert len(accepted.images) == 3
    assert [(file.filename, file.code) for file in accepted.refused] == [("3.jpg", "too_many_files")]


def test_upload_beyond_its_bytes_keeps_what_fits(user, settings):
    files = [photo(f"{number}.jpg", size=(200, 200)) for number in range(3)]
    settings.UPLOAD_MAX_TOTAL_BYTES = files[0].size + files[1].size
    accepted = accept(user, files)
    assert [image.original_filename for image in accepted.images] == ["0.jpg", "1.jpg"]
    assert accepted.refused[0].code == "upload_too_large"


def test_limits_hold_for_the_whole_session(user, settings):
    settings.UPLOAD_MAX_FILES = 2
    session_id = uuid4()
    results = [accept(user, [photo()], upload_session_id=session_id) for _ in range(3)]
    assert [len(result.images) for result in results] == [1, 1, 0]
    assert results[2].refused[0].code == "too_many_files"
    upload = Upload.objects.get(pk=session_id)
    assert (upload.accepted_files, upload.images.count()) == (2, 2)
    assert upload.accepted_bytes == sum(image.file_size_bytes for image in upload.images.all())


def test_session_of_another_user_does_not_exist(user):
    session_id = accept(user, [photo()]).upload.pk
    before = staged_names()
    with pytest.raises(NotFoundError):
        accept(UserFactory(), [photo()], upload_session_id=session_id)
    assert staged_names() == before


def test_failure_leaves_nothing_behind(user, monkeypatch):
    before = staged_names()
    monkeypatch.setattr(uploads, "_record", lambda _accepted: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accept(user, [photo(), photo()])
    assert staged_names() == before
    assert not Upload.objects.exists()
    assert not S3Image.objects.exists()


def test_full_staging_disk_leaves_nothing_behind(user, monkeypatch):
    before, stage_file = staged_names(), object_store.stage_file
    files = [photo("a.jpg"), photo("b.jpg")]

    def second_time_full(name, file):
        if file.name == "b.jpg":
            raise OSError(28, "No space left on device")
        return stage_file(name, file)

    monkeypatch.setattr(uploads.object_store, "stage_file", second_time_full)
    with pytest.raises(OSError, match="No space"):
        accept(user, files)
    assert staged_names() == before
    assert not S3Image.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_file_of_a_failed_commit_is_swept_and_may_come_again():
    user, data, before = UserFactory(), make_picture(), staged_names()
    with (
        pytest.raises(IntegrityError),  # PostgreSQL looks at foreign keys when it commits
        accepting(user=user, files=[upload_file("a.jpg", data)], source=UploadSource.WEB) as accepted,
    ):
        S3Image.objects.update(upload_id=uuid4())
    assert not S3Image.objects.exists()
    (left_over,) = staged_names() - before
    assert left_over == accepted.images[0].staging_name
    (again,) = accept(user, [upload_file("a.jpg", data)]).images
    assert sweep_staging(older_than=timedelta(seconds=-60)) >= 1
    assert left_over not in staged_names()
    assert object_store.read_original(again) == data


@pytest.mark.django_db(transaction=True)
def test_file_of_a_commit_whose_answer_was_lost_stays(monkeypatch):
    user, data = UserFactory(), make_picture()
    commit = connection.commit

    def commit_and_lose_the_answer():
        commit()
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "commit", commit_and_lose_the_answer)
    with pytest.raises(OperationalError):
        accept(user, [upload_file("a.jpg", data)])
    monkeypatch.undo()
    assert object_store.read_original(S3Image.objects.get()) == data


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("one_session", [True, False], ids=["one session", "two sessions"])
def test_same_photos_sent_at_once_are_kept_once(one_session):
    user, before = UserFactory(), staged_names()
    contents = [make_picture() for _ in range(4)]
    session_ids = [uuid4()] * 2 if one_session else [uuid4(), uuid4()]
    together = Barrier(2)

    def send(number):
        order = contents if number == 0 else contents[::-1]
        together.wait()
        try:
            return accept(
                user, [upload_file(f"{i}.jpg", c) for i, c in enumerate(order)], upload_session_id=session_ids[number]
            )
        finally:
            connection.close()

    for _ in range(3):
        with ThreadPoolExecutor(2) as threads:
            results = list(threads.map(send, range(2)))
        kept = [image for result in results for image in result.images]
        duplicates = [file for result in results for file in result.duplicates]
        assert (len(kept), len(duplicates)) == (4, 4)
        assert {file.image_id for file in duplicates} == {image.image_id for image in kept}
        assert staged_names() - before == {image.staging_name for image in kept}
        for image in kept:
            object_store.delete_staged(image.staging_name)
            image.delete()
        Upload.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_six_parallel_requests_of_one_session_are_all_counted():
    user, session_id, together = UserFactory(), uuid4(), Barrier(6)
    files = [photo(f"{number}.jpg") for number in range(6)]

    def send(file):
        together.wait()
        try:
            return accept(user, [file], upload_session_id=session_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(send, files))
    assert {len(result.images) for result in results} == {1}
    assert Upload.objects.get(pk=session_id).accepted_files == 6
