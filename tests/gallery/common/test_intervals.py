"""A count says by how many plants it may be off, wherever it is shown: pages, files, the API."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from locations.models import LocationConfig
from photos.models import S3Image
from processing.models import ProcessingSession
from processing.review import corrections
from processing.review.outcome import record_stock
from stock import intervals
from stock.conformal import NEEDED, Quantile
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import make_bed
from tests.stock.validating import validate

pytestmark = pytest.mark.django_db
VERSIONS = {"detector": "d" * 64, "segmenter": "s" * 64}
VERSION = "-".join(("d" * 12, "s" * 12, "p" * 12))


@pytest.fixture(autouse=True)
def shipped(monkeypatch):
    monkeypatch.setattr(intervals, "shipped", lambda: {VERSION: Quantile(2.0, 172)})
    monkeypatch.setattr("stock.spread.shipped", lambda: {VERSION: Quantile(2.0, 172)})


@pytest.fixture
def config() -> LocationConfig:
    return LocationConfigFactory()


@pytest.fixture
def bed(config) -> ProcessingSession:
    """Eight plants, of which the run expects to be off by 1.5."""
    return measured(make_bed(*[0] * 8, location=config.location), config)


def measured(session: ProcessingSession, config: LocationConfig | None = None) -> ProcessingSession:
    ProcessingSession.objects.filter(pk=session.pk).update(
        predicted_error=1.5, container_kind="segment", model_versions=VERSIONS, parameters_hash="p" * 16
    )
    session.refresh_from_db()
    if config is not None:
        S3Image.objects.filter(pk=session.original_image_id).update(storage_location=config.location)
        record_stock(session, config, problem=None, user=None)
    return session


@pytest.fixture
def supervisor(client):
    client.force_login(UserFactory(supervisor=True))
    return client


def learn(config) -> None:
    validate(NEEDED, off=2, error=1.5, config=config, model_version=VERSION)


def addresses(session, config) -> list[str]:
    return [
        reverse("photo", args=[session.original_image_id]),
        reverse("photo", args=[session.original_image_id]) + "?tab=history",
        reverse("gallery"),
        reverse("location", args=[config.location.code]),
        reverse("stock"),
        reverse("stock-bay", args=[config.location.code]),
    ]


def test_every_page_with_a_count_shows_its_interval(supervisor, bed, config):
    for address in addresses(bed, config):
        assert "± 3" in supervisor.get(address).content.decode(), address
    learn(config)
    for address in addresses(bed, config):
        assert "± 2" in supervisor.get(address).content.decode(), address


def test_photo_says_what_its_interval_was_learned_from(supervisor, bed, config):
    def words() -> str:
        page = supervisor.get(reverse("photo", args=[bed.original_image_id])).content.decode()
        [_, found] = page.split('interval__words">')
        return found.split("</p>")[0]  # the fragment has one paragraph

    assert "between 5 and 11" in words()
    assert "172 pictures that Demeter was tested with, not from your own photos" in words()
    assert "not enough photos of this kind of container are validated: 9 are missing" in words()
    learn(config)
    assert "between 6 and 10" in words()
    assert "Learned from 9 validated photos of this product" in words()
    user = UserFactory(supervisor=True)
    corrections.correct(image=bed.original_image, user=user, action="add", class_id=0, x=0.5, y=0.5)
    corrections.sign_off(image=bed.original_image, user=user, seen=9)
    assert "corrected this count and signed it off" in words()
    ProcessingSession.objects.update(predicted_error=None, validated=False)
    corrections.reopen_count(image=bed.original_image, user=user)
    assert "not known" in words()


def test_photo_without_a_location_has_an_interval_of_its_container(supervisor, config):
    bed = measured(make_bed(*[0] * 8))
    learn(config)
    photo = supervisor.get(reverse("api-photo", args=[bed.original_image_id])).json()
    assert photo["processing_session"]["interval"] == {
        "low": 6,
        "high": 10,
        "level": 0.9,
        "basis": "container",
        "n": 9,
    }


def test_api_has_intervals(supervisor, bed, config):
    known = {"low": 5, "high": 11, "level": 0.9, "basis": "shipped", "n": 172}
    photo = supervisor.get(reverse("api-photo", args=[bed.original_image_id])).json()
    assert photo["processing_session"]["interval"] == known
    [card] = supervisor.get(reverse("api-gallery")).json()["photos"]
    assert card["processing_session"]["interval"] == known
    stock = supervisor.get(reverse("api-stock")).json()
    assert stock["total"]["interval"] == stock["rows"][0]["interval"] == known


def test_stock_file_has_intervals(supervisor, bed):
    content = supervisor.get(reverse("stock-csv")).content.decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(content))
    assert (row["interval_low"], row["interval_high"], row["interval_photos"]) == ("5", "11", "172")
    assert row["interval_basis"].startswith("the pictures that Demeter was tested with")
