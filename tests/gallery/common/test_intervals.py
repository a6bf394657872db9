"""A count says by how many plants it may be off, wherever it is shown: pages, files, the API."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gallery.common.intervals import find_intervals
from locations.models import LocationConfig
from locations.nursery import write_nursery
from photos.models import S3Image
from processing.job_list.queries import one_job
from processing.job_list.rows import FinishedUpload
from processing.models import ProcessingSession
from processing.review import corrections
from processing.review.outcome import record_stock
from stock import intervals
from stock.conformal import NEEDED, Quantile
from stock.stocktakes import Place, close_stocktake, open_stocktake
from stock.weekly_mail import compose
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed
from tests.stock.recording import hand_count, hours_ago, photo, plants_of, record
from tests.stock.validating import measure, validate

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
        reverse("map"),
        reverse("jobs"),
        reverse("review"),
        reverse("review-sheet"),
        reverse("counting-plan") + "?show=all",
    ]


def test_every_page_with_a_count_shows_its_interval(supervisor, bed, config):
    for address in addresses(bed, config):
        assert "± 3" in supervisor.get(address).content.decode(), address
    learn(config)
    cache.clear()  # lists of jobs are shared for a second
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


def test_file_of_a_photo_and_manifest_of_an_archive_have_intervals(supervisor, bed):
    content = supervisor.get(reverse("photo-export", args=[bed.original_image_id])).content.decode("utf-8-sig")
    total, *marks = csv.DictReader(StringIO(content))
    assert [total[name] for name in ("record", "plants", "interval_low", "interval_high", "interval_photos")] == [
        "total",
        "8",
        "5",
        "11",
        "172",
    ]
    assert {row["plants"] for row in marks} == {""}
    known = find_intervals([bed])[bed.original_image_id]
    assert (known.low, known.high) == (5, 11)


def test_bays_of_stocktakes_have_intervals(supervisor, bed, config):
    by_hand = LocationConfigFactory()
    batch = record("plantar", plants_of(by_hand), 30, hour=hours_ago(2)).movements.get().batch
    hand_count(batch, 28, hour=hours_ago(1))
    stocktake = open_stocktake(
        day=timezone.localdate(),
        counted_from=bed.original_image.moment - timedelta(hours=1),
        end_of_day=timezone.now() + timedelta(hours=1),
        place=Place(),
        user=UserFactory(),
    ).stocktake
    known = {"low": 5, "high": 11, "level": 0.9, "basis": "shipped", "n": 172}
    page = reverse("stocktake", args=[stocktake.pk])
    bays = reverse("api-stocktake-bays", args=[stocktake.pk])

    def intervals() -> dict[str, object]:
        return {row["location"]: row["interval"] for row in supervisor.get(bays).json()["bays"]}

    expected = {config.location.code: known, by_hand.location.code: None}
    assert supervisor.get(page).content.decode().count("± 3") == 1
    assert intervals() == expected
    close_stocktake(
        stocktake.pk,
        end_of_day=timezone.now() + timedelta(hours=1),
        user=UserFactory(),
        accepts_gaps=True,
        find_signers=lambda _sessions: {},
    )
    assert supervisor.get(page).content.decode().count("± 3") == 1
    assert intervals() == expected


def test_plan_and_map_tell_programs(supervisor, bed):
    known = {"low": 5, "high": 11, "level": 0.9, "basis": "shipped", "n": 172}
    [bay] = supervisor.get(reverse("api-counting-plan"), {"show": "all"}).json()["bays"]
    assert bay["interval"] == known
    [place] = supervisor.get(reverse("api-map")).json()["locations"]
    assert place["interval"] == known
    assert place["words"].startswith("8 ± 3 plants, ")


def test_checked_count_has_no_interval_on_lists(supervisor, bed):
    user = UserFactory(supervisor=True)
    corrections.correct(image=bed.original_image, user=user, action="add", class_id=0, x=0.5, y=0.5)
    corrections.sign_off(image=bed.original_image, user=user, seen=9)
    for address in (reverse("map"), reverse("jobs"), reverse("counting-plan") + "?show=all"):
        page = supervisor.get(address).content.decode()
        assert "±" not in page, address


def test_count_that_a_newer_run_repeats_has_no_interval_of_that_run(supervisor, bed):
    """The card is of the newest run, the queue of the newest that has counted."""
    ProcessingSessionFactory(processing=True, job__image=bed.original_image)
    page = supervisor.get(reverse("review")).content.decode()
    assert bed.original_image.original_filename in page
    assert "±" not in page


def test_finished_upload_has_the_sum_of_its_intervals(bed, config):
    other = measured(make_bed(*[0] * 8, location=config.location), config)
    jobs = [one_job(session.job_id) for session in (bed, other)]
    upload = FinishedUpload(tuple(jobs))
    assert (upload.plants, upload.interval.half) == (16, 6)
    unknown = replace(jobs[0], margin=None)
    assert FinishedUpload((unknown, jobs[1])).interval is None


def test_intervals_take_the_same_queries_for_any_number(supervisor, bed, config):
    write_nursery(blind_recount_percent=0)  # which photos is a matter of chance, and asks one query more
    pages = {name: reverse(name) for name in ("map", "jobs", "review", "counting-plan", "api-map")}
    pages["counting-plan"] += "?show=all"

    def count() -> dict[str, int]:
        numbers = {}
        for name, address in pages.items():
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                supervisor.get(address)
            numbers[name] = len(queries)
        return numbers

    def add() -> None:
        more = LocationConfigFactory()
        measured(make_bed(*[0] * 8, location=more.location), more)

    add()  # the map shows a lone warehouse by itself
    count()  # what is read once
    before = count()
    for _ in range(5):
        add()
    assert count() == before


@override_settings(EMAIL_HOST="mail.example", WEEKLY_SUMMARY_TO=["owner@nursery.example"])
def test_weekly_mail_has_intervals(config):
    photo(config, 100, hour=hours_ago(50))
    count = measure(photo(config, 40, hour=hours_ago(1)), 1.5, model=VERSION)
    day = timezone.localdate(count.happened_at)
    body = compose(day - timedelta(days=day.weekday())).body
    assert "Stock after: 40 ± 3 plants" in body
    assert "expected 100, counted 40 ± 3" in body
