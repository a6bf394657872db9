"""A full disk refuses an upload before it is read; one that fills up in the middle leaves nothing behind."""

import errno
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.storage import storages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from demeter.accounts.tokens import issue_token
from photos.models import S3Image, Upload
from photos.storage.disk_space import MESSAGE
from tests.factories import UserFactory
from tests.photos.files import photo

pytestmark = pytest.mark.django_db
API, PAGE = "/api/v1/photos/upload", "/"
MORE_THAN_ANY_DISK = 10**18


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def full(settings):
    settings.STAGING_RESERVE_BYTES = MORE_THAN_ANY_DISK


def no_space(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def assert_refused_as_json(answer):
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["message"]) == (507, "no_room", MESSAGE)
    assert not S3Image.objects.exists()
    assert not Upload.objects.exists()


def assert_refused_as_page(answer):
    assert answer.status_code == 507
    assert str(MESSAGE) in unescape(answer.content.decode())
    assert not S3Image.objects.exists()


def test_api_refuses_an_upload_that_finds_no_room(client, full):
    assert_refused_as_json(client.post(API, {"files": photo()}))


def test_api_refuses_an_upload_by_token_that_finds_no_room(user, full):
    token = {"Authorization": f"Bearer {issue_token(user=user, name='phone')}"}
    assert_refused_as_json(Client(enforce_csrf_checks=True).post(API, {"files": photo()}, headers=token))


def test_upload_without_room_is_not_read(client, full):
    claimed = {"content_type": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "1000"}
    assert_refused_as_json(client.generic("POST", API, b"not a form at all", **claimed))


@pytest.mark.parametrize("has_csrf_checks", [True, False])
def test_form_gets_a_page_that_says_what_to_do(user, full, has_csrf_checks):
    client = Client(enforce_csrf_checks=has_csrf_checks)
    client.force_login(user)
    client.get(PAGE)  # the cookie: without it the body is not read at all
    assert_refused_as_page(client.post(PAGE, {"files": photo()}))


def test_pages_are_shown_without_room(client, full):
    assert client.get(PAGE).status_code == 200


def test_upload_must_fit_beside_the_reserve(client, settings, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=free[Path(path)]))
    settings.FILE_UPLOAD_TEMP_DIR, settings.STAGING_ROOT = str(tmp_path), str(tmp_path.parent / "not" / "made" / "yet")
    settings.STAGING_RESERVE_BYTES = 1000
    for arriving, staging, status in ((10**6, 1001, 507), (1001, 10**6, 507), (10**6, 10**6, 202)):
        free = {tmp_path: arriving, tmp_path.parent: staging}
        assert client.post(API, {"files": photo()}).status_code == status, (arriving, staging)


@pytest.mark.parametrize(("address", "check"), [(API, assert_refused_as_json), (PAGE, assert_refused_as_page)])
def test_disk_that_fills_up_while_files_arrive(client, monkeypatch, address, check):
    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", no_space)
    check(client.post(address, {"files": photo()}))


@pytest.mark.parametrize(("address", "check"), [(API, assert_refused_as_json), (PAGE, assert_refused_as_page)])
def test_disk_that_fills_up_with_the_second_file_keeps_none(client, monkeypatch, address, check):
    staged = []

    def save_one(name, file):
        if staged:
            no_space()
        staged.append(save(name, file))
        return staged[0]

    save = storages["staging"].save
    monkeypatch.setattr(storages["staging"], "save", save_one)
    check(client.post(address, {"files": [photo("a.jpg"), photo("b.jpg")]}))
    assert staged
    assert not storages["staging"].exists(staged[0])


def test_other_faults_of_the_disk_are_not_called_full(client, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(storages["staging"], "save", fail)
    with pytest.raises(OSError, match="Input/output error"):
        client.post(API, {"files": photo()})
