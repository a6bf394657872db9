"""Validated photos become versions of quantiles, from which counts, visits and sums of stock get their intervals."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from stock import intervals
from stock.conformal import NEEDED, Quantile, Rung
from stock.intervals import learn_anew, margins_of_visits, read_learned, withdraw_validation
from stock.ledger import Portion, answer_visit, record_count
from stock.models import Difference, IntervalVersion, Validation, ValidationSource, Visit
from stock.overview import Group, StockFilter, read_stock
from stock.products import merge_products
from tests.factories import UserFactory
from tests.locations.factories import ConfigPartFactory, LocationConfigFactory, ProductFactory
from tests.stock.recording import hand_count, hours, photo, plants_of, record
from tests.stock.validating import MODEL, measure, validate

pytestmark = pytest.mark.django_db
SOURCES = list(ValidationSource)


@pytest.fixture
def config():
    return LocationConfigFactory()


@pytest.fixture(autouse=True)
def shipped(monkeypatch):
    """What is shipped, for the models of these tests."""
    monkeypatch.setattr(intervals, "shipped", lambda: {MODEL: Quantile(3.0, 172)})
    monkeypatch.setattr("stock.spread.shipped", lambda: {MODEL: Quantile(3.0, 172)})


def total(group=Group.ITEM, **chosen):
    return read_stock(StockFilter(before=hours(10**5), group=group, chosen=chosen), limit=50)


def shown(interval) -> tuple[int, int, str, int]:
    return interval.low, interval.high, interval.basis, interval.n


def test_each_validation_makes_a_version_that_says_what_it_was_learned_from(config):
    first = validate(NEEDED, off=4, error=2.0, config=config)
    version = IntervalVersion.objects.first()
    assert (version.validations, set(version.learned_from)) == (NEEDED, set(first))
    assert {(row["rung"], row["n"], row["quantile"]) for row in version.quantiles} == {
        ("product", 9, 2.0),
        ("packaging", 9, 2.0),
        ("container", 9, 2.0),
    }
    withdraw_validation(first[0].image_id, sources=SOURCES)
    newest = IntervalVersion.objects.first()
    assert (newest.validations, newest.learned_from.count()) == (NEEDED - 1, NEEDED - 1)
    assert all(row["quantile"] is None for row in newest.quantiles)
    assert set(version.learned_from) == set(first), "what an earlier version was learned from can still be read"


def test_same_validation_again_and_one_that_is_not_there_change_nothing():
    [row] = validate()
    versions = IntervalVersion.objects.count()
    assert not withdraw_validation(uuid.uuid4(), sources=SOURCES)
    assert not withdraw_validation(row.image_id, sources=[ValidationSource.KNOWN])
    assert IntervalVersion.objects.count() == versions
    assert Validation.objects.in_force().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_validations_at_once_are_both_learned_from():
    def validate_one(number: int) -> None:
        validate(1, off=number)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(validate_one, range(8)))
    assert IntervalVersion.objects.first().validations == 8


def test_visit_adds_up_the_margins_of_the_photos_that_count(config):
    validate(NEEDED, off=2, config=config)
    measure(photo(config, 100), 5.0)
    count = measure(photo(config, 60, hour=0.2), 3.0)
    visit = Visit.objects.get()
    learned = read_learned()
    assert margins_of_visits([visit.pk], learned)[visit.pk].plants == 6.0, "open: only the newest photo counts"
    answer_visit(
        visit_id=visit.pk,
        answer="parts",
        seen=[row.image_id for row in visit.counts.all()],
        chosen=(),
        user=UserFactory(),
    )
    measure(count, 3.5)
    margin = margins_of_visits([visit.pk], learned)[visit.pk]
    assert (margin.plants, margin.rung) == (17.0, Rung.PRODUCT)
    assert margins_of_visits([], learned) == {}


def test_stock_says_how_far_it_may_be_off(config):
    measure(photo(config, 100), 5.0)
    assert shown(total().total.interval) == (85, 115, "shipped", 172)
    validate(NEEDED, off=2, config=config)
    assert shown(total().total.interval) == (90, 110, "product", 9)
    record("ventas", plants_of(config), 30, hour=1)
    assert shown(total().total.interval) == (60, 80, "product", 9), "what is sold is known"


def test_sum_over_places_adds_the_margins_and_names_the_vaguest(config):
    validate(NEEDED, off=2, config=config)
    other = LocationConfigFactory(product=ProductFactory(), packaging=None)
    measure(photo(config, 100), 5.0)
    measure(photo(other, 50), 2.0, kind="plug")
    page = total(Group.LOCATION)
    assert sorted(shown(row.amounts.interval) for row in page.rows) == [
        (44, 56, "shipped", 172),
        (90, 110, "product", 9),
    ]
    assert shown(page.total.interval) == (134, 166, "shipped", 9)


def test_sum_over_a_count_without_a_margin_has_none(config):
    measure(photo(config, 100), 5.0)
    photo(LocationConfigFactory(), 40)
    page = total(Group.LOCATION)
    assert (page.total.interval, page.total.unmeasured) == (None, 40)
    measure(photo(LocationConfigFactory(), 7), 2.0, model="another")
    assert total().total.unmeasured == 47, "nothing is known of other models"


def test_stock_that_people_recorded_or_counted_by_hand(config):
    hand_count(plants_of(config), 200)
    assert total().total.interval is None, "no photo says anything of it"
    measure(photo(LocationConfigFactory(), 100), 5.0)
    assert shown(total().total.interval) == (275, 325, "shipped", 172)


def test_checked_count_is_taken_as_it_is(config):
    measure(photo(config, 100), 0.0)
    assert shown(total().total.interval) == (100, 100, "checked", 1)


def test_several_products_share_the_margin_and_use_the_container(config):
    validate(NEEDED, off=1, config=config)
    part = ConfigPartFactory(config=config, containers="", share_percent=40)
    count = record_count(
        image_id=uuid.uuid4(),
        session_id=uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=100,
        quantity_empty=0,
        user=None,
        happened_at=hours(0),
        portions=[Portion(part.product, part.packaging, 40, 0)],
    )
    measure(count, 10.0)
    rows = {row.keys["product_id"]: shown(row.amounts.interval) for row in total(Group.PRODUCT).rows}
    assert rows == {config.product_id: (54, 66, "container", 9), part.product_id: (36, 44, "container", 9)}
    [visit] = Visit.objects.all()
    assert margins_of_visits([visit.pk], read_learned())[visit.pk].plants == 10.0


def test_merged_products_share_their_photos(config):
    other = ProductFactory()
    validate(5, config=config)
    validate(4, product_id=other.pk, packaging_id=config.packaging_id)
    measure(photo(config, 100), 5.0)
    assert total().total.interval.basis == "packaging"
    merge_products(source=other, target=config.product)
    assert shown(total().total.interval) == (95, 105, "product", 9)


def test_difference_is_judged_by_the_intervals_of_the_nursery(config):
    def noise(*, error: float, **more) -> int:
        grown = LocationConfigFactory(product=config.product, packaging=config.packaging)
        measure(photo(grown, 100), error)
        measure(photo(grown, 85, hour=24), error, **more)
        return Difference.objects.get(batch__config=grown).noise

    assert noise(error=5.0) == 28, "what is shipped is the error of another nursery"
    validate(NEEDED, off=1, config=config)
    assert noise(error=5.0) == 7
    assert noise(error=5.0, in_doubt=True) > 28


def test_emptied_bed_is_reported_though_a_margin_is_several_plants(config):
    validate(NEEDED, off=3, config=config)
    measure(photo(config, 100), 5.0)
    measure(photo(config, 0, hour=24), 1.0)
    assert Difference.objects.get().unexplained == -100


def test_learning_from_nothing():
    assert learn_anew().quantiles == []
    assert read_learned().quantiles == {}
