"""The question about a visit on a phone, with scripts and without."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from photos.models import S3Image
from photos.storage.object_store import put_object
from stock.models import Visit
from tests.accessibility import assert_accessible
from tests.browsing import DESK, PHONE, open_browser, sign_in
from tests.factories import UserFactory
from tests.gallery.places.test_visits import shoot
from tests.locations.factories import LocationConfigFactory

pytestmark = pytest.mark.django_db
BED = Path(__file__).parents[3] / "demo" / "photos" / "bed-rosettes-close.jpg"


def store_half(image: S3Image, number: int) -> None:
    """The left or the right half of a bed under the photo's keys."""
    with Image.open(BED) as bed:
        width, height = bed.size
        half = bed.crop((number * width // 2, 0, (number + 1) * width // 2, height)).resize((600, 800))
    data = BytesIO()
    half.save(data, "JPEG")
    for key in (image.s3_key_thumbnail, image.s3_key_preview, image.s3_key_original):
        put_object(key, data.getvalue(), content_type="image/jpeg")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_halves_of_a_bay_are_added(browser: Browser, live_server: LiveServer, has_scripts: bool):
    bay = LocationConfigFactory()
    for number, plants in enumerate((84, 94)):
        store_half(shoot(bay, plants, place=number + 1, minutes_ago=61 - number), number)
    with open_browser(browser, live_server, viewport=PHONE, java_script_enabled=has_scripts) as page:
        sign_in(page.context, UserFactory(), live_server)
        page.goto("/todo/")
        if has_scripts:
            assert_accessible(page)
        page.get_by_role("link", name="Resolve").click()
        question = page.locator("#visits")
        expect(question).to_contain_text("The pictures show different places")
        if has_scripts:
            for size in (PHONE, DESK):
                page.set_viewport_size(size)
                assert_accessible(page)
        page.get_by_role("button", name="Parts: add them (178)").click()
        expect(page.get_by_text("The visit counts as 178 plants.")).to_be_visible()
        expect(page.locator("#visits")).to_contain_text("Parts: add them · answered by")
        assert not Visit.objects.get().is_open
