"""Chosen photos as one ZIP: what is in it, how it is called, what is missing, and that it is streamed."""

import csv
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path, PureWindowsPath
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains
from pytest_django.live_server_helper import LiveServer

from demeter.common.exceptions import UnavailableError
from gallery.browse import archive
from gallery.browse.archive import LOST, MANIFESTS, UNREACHABLE, read_photos, stream_archive
from gallery.browse.archive_names import MAX_NAME, ArchiveNames
from locations.models import StorageLocation
from photos.models import S3Image
from photos.storage import object_store
from tests.accessibility import assert_accessible
from tests.browsing import sign_in, store_pictures
from tests.factories import UserFactory
from tests.gallery.factories import placed
from tests.locations.factories import StorageLocationFactory
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory

MOMENT = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)
PATH = "/gallery/download/"


def make_photo(*, data: bytes = b"", location: str = "N1-N-04", **fields: object) -> S3Image:
    """A counted photo of a location; with `data` its original lies in S3."""
    session = ProcessingSessionFactory(
        ready=True, job__image__taken_at=MOMENT, **{f"job__image__{name}": value for name, value in fields.items()}
    )
    placed(session, StorageLocation.objects.filter(code=location).first() or StorageLocationFactory(code=location))
    if data:
        object_store.put_object(session.original_image.s3_key_original, data, content_type="image/jpeg")
    return session.original_image


def open_zip(parts: Iterator[bytes]) -> zipfile.ZipFile:
    opened = zipfile.ZipFile(BytesIO(b"".join(parts)))
    assert opened.testzip() is None
    return opened


def manifest_of(opened: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(opened.read("manifest.csv").decode("utf-8-sig"))))


# --- Names ----------------------------------------------------------------------------------------------------------
def name_all(*names: str) -> list[str]:
    given_out = ArchiveNames()
    return [given_out.name_photo(location_code="N1", seen_at=MOMENT, filename=name, extension="jpg") for name in names]


def test_names_are_by_location_day_and_original_name_and_each_used_once():
    assert name_all("IMG 1.JPEG", "img 1.jpg", "IMG 1 (2).jpg", "other.heic") == [
        "N1/2025-10-08/IMG 1.jpg",
        "N1/2025-10-08/img 1 (2).jpg",
        "N1/2025-10-08/IMG 1 (2) (2).jpg",
        "N1/2025-10-08/other.jpg",
    ]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x.jpg", "C__x"),
        ("nul.jpg", "_nul"),
        (" . .jpg", "photo"),
        ("no ending.", "no ending"),
        ("", "photo"),
        ("\u202egpj.exe", "_gpj"),
        ("a\x00b\nc.jpg", "a_b_c"),
        ("Ñandú 植物.jpg", "Ñandú 植物"),
    ],
)
def test_hostile_names_become_harmless(name, stem):
    assert name_all(name) == [f"N1/2025-10-08/{stem}.jpg"]


@given(st.lists(st.text(max_size=30) | st.just("x" * 200), min_size=1, max_size=4))
def test_any_names_are_safe_everywhere_and_unique(names):
    found = name_all(*names)
    assert len({name.casefold() for name in found}) == len(names)
    for name in found:
        parts = PureWindowsPath(name).parts
        assert parts[:2] == ("N1", "2025-10-08")
        assert len(parts) == 3
        assert len(parts[2]) <= MAX_NAME + len(" (9).jpg") + 1
        assert not PureWindowsPath(name).is_reserved()
        assert ".." not in parts
        name.encode()


# --- Content --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_archive_has_the_originals_as_they_are_and_their_counts():
    first = make_photo(data=b"first" * 100_000, original_filename="=IMG.jpg", sha256="ab" * 32)
    second = make_photo(data=b"second", original_filename="IMG.jpg", location="S2-1")
    opened = open_zip(stream_archive(read_photos([second.pk, first.pk, uuid4()]), language="en"))
    assert opened.namelist() == ["N1-N-04/2025-10-08/=IMG.jpg", "S2-1/2025-10-08/IMG.jpg", *MANIFESTS]
    assert opened.read("N1-N-04/2025-10-08/=IMG.jpg") == b"first" * 100_000
    row, other = manifest_of(opened)
    assert (row["original_filename"], row["location_code"]) == ("'=IMG.jpg", "N1-N-04")
    assert [row[name] for name in ("seen", "estimated", "empty", "dead", "signed_off")] == [
        "120",
        "125",
        "5",
        "0",
        "no",
    ]
    assert (row["sha256"], row["taken_at"], row["note"]) == ("ab" * 32, "2025-10-08T10:30:00+00:00", "")
    assert other["image_id"] == str(second.pk)


@pytest.mark.django_db
def test_a_lost_original_is_named_and_the_rest_is_whole():
    lost, there = make_photo(), make_photo(data=b"there")
    opened = open_zip(stream_archive(read_photos([lost.pk, there.pk]), language="en"))
    assert [name for name in opened.namelist() if name not in MANIFESTS] == [manifest_of(opened)[1]["file"]]
    assert [(row["file"] == "", row["note"]) for row in manifest_of(opened)] == [(True, LOST), (False, "")]


@pytest.mark.django_db
def test_a_photo_that_still_waits_for_the_storage_comes_from_staging():
    image = S3ImageFactory()
    image.staging_name = object_store.stage_file("waits.jpg", ContentFile(b"staged"))
    image.save()
    opened = open_zip(stream_archive(read_photos([image.pk]), language="en"))
    [row] = manifest_of(opened)
    assert opened.read(row["file"]) == b"staged"
    assert row["file"].startswith("no-location/")
    assert row["seen"] == ""


@pytest.mark.django_db
def test_an_outage_between_two_originals_is_named(monkeypatch):
    first, second = make_photo(data=b"first"), make_photo(data=b"second")
    opening = archive.open_original

    def open_first_alone(image: S3Image) -> Iterator[bytes]:
        if image.pk == second.pk:
            raise UnavailableError("away")
        return opening(image)

    monkeypatch.setattr(archive, "open_original", open_first_alone)
    opened = open_zip(stream_archive(read_photos([first.pk, second.pk]), language="en"))
    assert [row["note"] for row in manifest_of(opened)] == ["", UNREACHABLE]


@pytest.mark.django_db
def test_a_connection_that_breaks_within_an_original_leaves_no_archive(monkeypatch):
    def breaks(_image: S3Image) -> Iterator[bytes]:
        yield b"half"
        raise OSError("connection lost")

    monkeypatch.setattr(archive, "open_original", breaks)
    sent = BytesIO()
    with pytest.raises(OSError, match="connection lost"):
        sent.writelines(stream_archive(read_photos([make_photo().pk]), language="en"))
    assert b"half" in sent.getvalue()
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(sent)


@pytest.mark.django_db
def test_originals_are_opened_one_after_the_other_and_passed_on_in_parts(monkeypatch):
    images = [make_photo(data=bytes(3 * object_store.PART_BYTES)) for _ in range(2)]
    opened: list[UUID] = []
    opening = archive.open_original
    monkeypatch.setattr(archive, "open_original", lambda image: (opened.append(image.pk), opening(image))[1])
    parts = stream_archive(read_photos([image.pk for image in images]), language="en")
    assert opened == []
    sizes = []
    while len(opened) < 2:
        sizes.append(len(next(parts)))
    assert sum(sizes) >= 3 * object_store.PART_BYTES
    assert max(sizes) <= object_store.PART_BYTES
    parts.close()


# --- The page -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_whoever_may_look_may_download(viewer: Client, stranger: Client):
    image = make_photo(data=b"there")
    answer = viewer.post(PATH, {"image_ids": [image.pk]})
    assert (answer["Content-Type"], answer.streaming) == ("application/zip", True)
    assert answer["Content-Disposition"].startswith('attachment; filename="photos-')
    assert len(open_zip(answer.streaming_content).namelist()) == 3
    assert stranger.post(PATH, {"image_ids": [image.pk]}).status_code == 403
    page = viewer.get("/gallery/")
    assertContains(page, 'action="/gallery/download/"')
    for other in ("reprocess", "place", "delete"):
        assert f"/gallery/{other}/" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ([], "Choose at least one photo to download."),
        ([str(uuid4())], "Choose at least one photo to download."),
        (["x"], "Choose at least one photo to download."),
        ([str(uuid4()) for _ in range(501)], "At most 500 photos can be downloaded at a time."),
    ],
)
def test_why_there_is_no_archive_is_told_in_the_gallery(viewer: Client, ids, words):
    page = viewer.post(PATH, {"image_ids": ids, "filters": "days=7"}, follow=True)
    assert page.redirect_chain == [("/gallery/?days=7", 302)]
    assertContains(page, words)


@pytest.mark.django_db
def test_an_outage_is_told_before_anything_is_sent(viewer: Client, monkeypatch):
    monkeypatch.setattr(object_store, "is_back", lambda: False)
    page = viewer.post(PATH, {"image_ids": [make_photo().pk]}, follow=True)
    assertContains(page, object_store.OUTAGE_MESSAGE)


@pytest.mark.django_db
def test_archive_takes_the_same_queries_for_any_number(viewer: Client, django_assert_num_queries):
    for number in (1, 4):
        ids = [make_photo(data=b"there").pk for _ in range(number)]
        with django_assert_num_queries(8):  # sign-in and permissions 3, photos, sessions, products, intervals 2
            b"".join(viewer.post(PATH, {"image_ids": ids}).streaming_content)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_viewer_downloads_two_photos_on_a_phone(browser: Browser, live_server: LiveServer, tmp_path: Path, scripts):
    for _ in range(3):
        store_pictures(ProcessingSessionFactory(ready=True).original_image)
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=scripts
    )
    sign_in(context, UserFactory(viewer=True), live_server)
    page = context.new_page()
    page.goto("/gallery/")
    for number in range(2):
        page.get_by_role("checkbox", name="Choose photo").nth(number).check()
    if scripts:
        assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "photos.zip")
    with zipfile.ZipFile(tmp_path / "photos.zip") as opened:
        assert len(opened.namelist()) == 4
        assert opened.testzip() is None
    expect(page.get_by_role("checkbox", name="Choose photo").nth(0)).to_be_checked()
    context.close()
