import hashlib
from datetime import UTC, datetime
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.conf import settings as django_settings
from PIL import Image

from demeter.common.exceptions import UnavailableError
from photos.decoding.pixels import UnreadablePictureError
from photos.ingest import storing
from photos.ingest.storing import original_metadata, store_original
from photos.models import S3Image
from photos.statuses import UploadSource
from photos.storage import object_store
from photos.upload.accepting import accept_upload
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory
from tests.photos.files import make_exif, make_picture, upload_file

pytestmark = pytest.mark.django_db


def accepted_image(data: bytes, name: str = "photo1.jpg") -> S3Image:
    accepted = accept_upload(user=UserFactory(), files=[upload_file(name, data)], source=UploadSource.WEB)
    return accepted.images[0]


@pytest.fixture
def image():
    return accepted_image(make_picture(size=(2000, 1500), exif=make_exif(orientation=6)))


def head(key: str):
    return object_store.client().head_object(Bucket=django_settings.S3_BUCKET, Key=key)


def picture(key: str) -> Image.Image:
    return Image.open(BytesIO(object_store.read_object(key)))


def test_photo_is_stored_and_described(image):
    original = object_store.read_original(image)
    store_original(image.image_id)
    image.refresh_from_db()

    assert object_store.read_object(image.s3_key_original) == original
    assert hashlib.sha256(original).hexdigest() == image.sha256
    assert image.exif_metadata["camera_model"] == "iPhone 13 Pro"
    assert image.exif_metadata["datetime_original"] == "2025-10-08T07:30:15-03:00"
    assert image.taken_at == datetime(2025, 10, 8, 10, 30, 15, tzinfo=UTC)
    assert image.gps_coordinates == {"lat": -33.44875, "lon": -70.65, "altitude": 567.0, "accuracy": 4.5}
    assert image.stored_at is not None
    assert image.staging_name == ""


def test_thumbnail_and_preview_are_upright_small_and_know_nothing_of_the_place(image):
    store_original(image.image_id)
    image.refresh_from_db()
    day = f"{image.created_at:%Y/%m/%d}/{image.image_id}.jpg"
    assert (image.s3_key_thumbnail, image.s3_key_preview) == (f"thumbnails/{day}", f"previews/{day}")
    assert picture(image.s3_key_thumbnail).size == (225, 300)
    assert picture(image.s3_key_preview).size == (1200, 1600)
    for key in (image.s3_key_thumbnail, image.s3_key_preview):
        assert not picture(key).getexif()


def test_png_that_says_behind_its_pixels_how_it_is_turned_is_upright_in_its_row():
    data = make_picture("PNG", size=(80, 60), exif=make_exif(orientation=6))
    block = data.index(b"eXIf") - 4
    end = block + 12 + int.from_bytes(data[block : block + 4], "big")
    behind = data[:block] + data[end:-12] + data[block:end] + data[-12:]
    image = accepted_image(behind, "photo.png")
    assert (image.width_px, image.height_px) == (60, 80)
    store_original(image.image_id)
    image.refresh_from_db()
    assert (image.width_px, image.height_px) == picture(image.s3_key_preview).size == (60, 80)


def test_original_carries_the_metadata_of_the_spec(image):
    store_original(image.image_id)
    stored = head(image.s3_key_original)
    assert stored["ContentType"] == "image/jpeg"
    assert stored["Metadata"] == {
        "image_id": str(image.image_id),
        "uploaded_by": f"user-{image.uploaded_by_user_id}",
        "upload_timestamp": f"{image.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "content_type": "image/jpeg",
        "original_filename": "photo1.jpg",
    }


@pytest.mark.parametrize(
    "name", ["mañana 1.jpg", "写真.jpg", "a\nb.jpg", "100 %.jpg", " x .jpg", "😀" * 200, "x" * 255]
)
def test_any_file_name_fits_the_metadata(name):
    image = accepted_image(make_picture(), name)
    store_original(image.image_id)
    stored = head(image.s3_key_original)["Metadata"]
    assert stored["original_filename"].isascii()
    assert sum(len(key) + len(value) for key, value in stored.items()) < 2048


def test_file_name_can_be_read_back_from_the_metadata():
    image = S3Image(original_filename="mañana 100 %.jpg", created_at=datetime(2025, 10, 8, tzinfo=UTC))
    assert unquote(original_metadata(image)["original_filename"]) == "mañana 100 %.jpg"


def test_second_run_changes_nothing(image):
    store_original(image.image_id)
    image.refresh_from_db()
    written = head(image.s3_key_original)["LastModified"]
    before = (image.stored_at, image.updated_at)
    store_original(image.image_id)
    image.refresh_from_db()
    assert (image.stored_at, image.updated_at) == before
    assert head(image.s3_key_original)["LastModified"] == written


@pytest.mark.parametrize("broken", ["put_object", "delete_staged"])
@pytest.mark.parametrize("successes", [0, 1, 2])
def test_interrupted_run_goes_on_where_it_stopped(image, monkeypatch, broken, successes):
    working, calls = getattr(object_store, broken), []

    def break_later(*args, **options):
        calls.append(args)
        if len(calls) == successes + 1:
            raise UnavailableError("gone")
        return working(*args, **options)

    monkeypatch.setattr(storing.object_store, broken, break_later)
    if broken == "put_object" or successes == 0:
        with pytest.raises(UnavailableError):
            store_original(image.image_id)
        image.refresh_from_db()
        assert object_store.read_staged(image.staging_name) is not None
    store_original(image.image_id)
    image.refresh_from_db()
    assert (image.staging_name, bool(image.s3_key_preview)) == ("", True)
    assert object_store.read_object(image.s3_key_original)


def test_outage_leaves_the_photo_in_staging(image, monkeypatch):
    def outage(*_args, **_options):
        raise UnavailableError("S3 is away")

    monkeypatch.setattr(storing.object_store, "put_object", outage)
    with pytest.raises(UnavailableError):
        store_original(image.image_id)
    image.refresh_from_db()
    assert image.stored_at is None
    assert object_store.read_original(image)


def test_photo_that_cannot_be_decoded_is_stored_and_reported():
    """Its structure is whole, so the upload takes it; the pixels are not."""
    data = make_picture("PNG")
    start = data.index(b"IDAT") + 40
    image = accepted_image(data[:start] + bytes(200) + data[start + 200 :], "broken.png")
    with pytest.raises(UnreadablePictureError):
        store_original(image.image_id)
    image.refresh_from_db()
    assert image.stored_at is not None
    assert object_store.read_object(image.s3_key_original)


def test_half_a_photo_is_found_at_once_and_shown():
    whole = make_picture(size=(400, 300))
    image = accepted_image(whole[: len(whole) // 2] + b"\xff\xd9")
    staged = image.staging_name
    with pytest.raises(UnreadablePictureError, match="Part of the picture is missing"):
        store_original(image.image_id)
    image.refresh_from_db()
    assert object_store.read_object(image.s3_key_preview)
    assert (image.staging_name, object_store.read_staged(staged)) == ("", None)


def test_photo_that_is_nowhere_is_lost():
    image = S3ImageFactory(staging_name="gone/gone.jpg")
    with pytest.raises(object_store.OriginalLostError):
        store_original(image.image_id)


def test_time_without_zone_is_taken_as_the_nurserys(settings):
    settings.TIME_ZONE = "America/Santiago"
    image = accepted_image(make_picture(exif=make_exif(details={0x9003: "2025:10:08 07:30:15"}, gps={})))
    store_original(image.image_id)
    image.refresh_from_db()
    assert image.taken_at == datetime(2025, 10, 8, 10, 30, 15, tzinfo=UTC)
    assert image.exif_metadata["datetime_zone_source"] == "unknown"
