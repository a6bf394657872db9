"""The same shot in other bytes is linked to the first, whoever arrives when, and the gallery says it."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from photos.ingest.storing import store_original
from photos.models import S3Image
from photos.statuses import UploadSource
from photos.upload.accepting import accept_upload
from processing.trash import delete_photos
from tests.factories import UserFactory
from tests.photos.files import make_exif, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return UserFactory(supervisor=True)


def send(person, *names, **options) -> list[S3Image]:
    """Accepted, and not yet described."""
    return [
        accept_upload(user=person, files=[photo(name, **options)], source=UploadSource.API).images[0] for name in names
    ]


def describe(*images: S3Image) -> list[S3Image | None]:
    """Described in this order; the first of its shot for each."""
    for image in images:
        store_original(image.pk)
    for image in images:
        image.refresh_from_db()
    return [image.same_shot_as for image in images]


def test_other_bytes_of_one_shot_are_linked_to_the_first_in_any_order(person):
    first, second, third = send(person, "a.jpg", "b.jpg", "c.jpg", exif=make_exif())
    assert describe(third, first, second) == [first, None, first]


def test_other_seconds_and_other_cameras_are_other_shots(person):
    [first] = send(person, "a.jpg", exif=make_exif())
    [later] = send(person, "b.jpg", exif=make_exif(details={0x9003: "2025:10:08 07:30:16", 0x9011: "-03:00"}))
    [other] = send(person, "c.jpg", exif=make_exif(model="Pixel 9"))
    bare = send(person, "d.jpg", "e.jpg")
    assert describe(first, later, other, *bare) == [None] * 5


def test_gallery_and_page_say_it_while_the_first_is_there(person, client):
    first, second = send(person, "first.jpg", "second.jpg", exif=make_exif())
    describe(first, second)
    client.force_login(person)
    addresses = ("/gallery/", f"/gallery/{second.pk}/")
    for address, words in zip(
        addresses, ("Same camera and second as first.jpg", "has already been uploaded"), strict=True
    ):
        assertContains(client.get(address), words)
    assertNotContains(client.get(f"/gallery/{first.pk}/"), "has already been uploaded")
    S3Image.objects.filter(pk=first.pk).update(status="ready")
    delete_photos(image_ids=[first.pk], user=person)
    assertNotContains(client.get(addresses[0]), "Same camera and second")
    assertNotContains(client.get(addresses[1]), "has already been uploaded")
