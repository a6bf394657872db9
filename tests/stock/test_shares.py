"""Several products in one place: a photo's count is divided among batches, and nothing is lost or counted twice."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demeter.common.exceptions import ConflictError
from locations.catalogue import find_or_make_mixed
from stock.ledger import (
    Portion,
    answer_visit,
    correct_count,
    record_count,
    reinstate_count,
    restore_image_count,
    reverse_image_counts,
)
from stock.models import CountShare, StockBatch, StockCount, StockMovement, Visit
from stock.products import count_references, merge_products
from stock.queries import lines_of_photos, stock_of
from tests.factories import UserFactory
from tests.locations.factories import ConfigPartFactory, LocationConfigFactory, PackagingFactory, ProductFactory
from tests.photos.factories import S3ImageFactory
from tests.stock.factories import StockMovementFactory
from tests.stock.recording import plants_of, record
from tests.stock.visits.test_records import sketch

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)
GONE = datetime(2026, 10, 8, tzinfo=UTC)


@pytest.fixture
def config(db):
    """A place of mixed plants; after the test each batch's stock must be the sum of its movements."""
    yield LocationConfigFactory(product=find_or_make_mixed(), packaging=None)
    for batch in StockBatch.objects.annotate(total=Sum("movements__quantity", default=0)):
        assert batch.quantity_current == batch.total


@pytest.fixture
def agave():
    return ProductFactory(common_name="Agave", scientific_name="")


@pytest.fixture
def echeveria():
    return ProductFactory(common_name="Echeveria", scientific_name="")


def portions(*listed):
    return [Portion(product, None, plants, 0) for product, plants in listed]


def shoot(config, quantity, *listed, image=None, minute=0, session=None, place=None, empty=0):
    image = image or S3ImageFactory(sketch=sketch(place) if place else None)
    return record_count(
        image_id=image.pk,
        session_id=session or uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=empty,
        user=None,
        happened_at=NOON + timedelta(minutes=minute),
        portions=portions(*listed),
    )


def stock(config, moment=GONE):
    return {line.batch.product.common_name: line.quantity for line in stock_of(config.location, moment)}


def test_each_product_has_a_batch_and_the_rest_is_mixed(config, agave, echeveria):
    count = shoot(config, 100, (agave, 40), (echeveria, 35))
    assert stock(config) == {"Agave": 40, "Echeveria": 35, "Mixed": 25}
    assert str(count.batch.product) == "Mixed plants (not identified)"
    codes = StockBatch.objects.exclude(pk=count.batch_id).values_list("batch_code", flat=True)
    assert all(code.startswith(f"{config.location.code}/") for code in codes)
    assert StockBatch.objects.filter(quantity_initial=40).get().product == agave
    lines = lines_of_photos([count.image_id])[count.image_id]
    assert [(line.batch.product, line.plants) for line in lines] == [
        (agave, 40),
        (echeveria, 35),
        (config.product, 25),
    ]


def test_more_than_the_count_is_refused_and_nothing_is_written(config, agave):
    with pytest.raises(ValueError, match="cannot be more"):
        shoot(config, 10, (agave, 11))
    assert not StockCount.objects.exists()


def test_one_product_alone_has_no_lines(config):
    count = shoot(config, 10)
    assert lines_of_photos([count.image_id]) == {}
    assert not CountShare.objects.exists()


def test_a_listed_product_that_is_the_places_own_is_one_batch(config):
    shoot(config, 10, (config.product, 4))
    assert stock(config) == {"Mixed": 10}
    assert StockBatch.objects.count() == 1


def test_a_product_in_two_packagings_has_two_batches(config, agave):
    pot = PackagingFactory()
    record_count(
        image_id=S3ImageFactory().pk,
        session_id=uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=10,
        quantity_empty=3,
        user=None,
        happened_at=NOON,
        portions=[Portion(agave, None, 4, 1), Portion(agave, pot, 6, 2)],
    )
    found = StockBatch.objects.filter(product=agave).order_by("quantity_current")
    assert [(batch.packaging, batch.quantity_current, batch.quantity_empty_containers) for batch in found] == [
        (None, 4, 1),
        (pot, 6, 2),
    ]


def test_parts_of_a_bay_add_up_product_by_product_and_a_retake_replaces(config, agave, echeveria):
    shoot(config, 50, (agave, 30), place=1)
    shoot(config, 40, (agave, 10), (echeveria, 20), place=2, minute=1)
    assert stock(config) == {"Agave": 40, "Echeveria": 20, "Mixed": 30}
    visit = Visit.objects.get()
    assert visit.quantity == 90
    seen = list(visit.counts.values_list("image_id", flat=True))
    answer_visit(visit_id=visit.pk, answer="retake", seen=seen, chosen=[], user=UserFactory())
    assert stock(config) == {"Agave": 10, "Echeveria": 20, "Mixed": 10}


def test_a_run_that_divides_differently_replaces_the_earlier_one(config, agave, echeveria):
    image = S3ImageFactory()
    shoot(config, 100, (agave, 40), image=image)
    shoot(config, 100, (agave, 10), (echeveria, 60), image=image)
    assert stock(config) == {"Agave": 10, "Echeveria": 60, "Mixed": 30}
    before = StockMovement.objects.count()
    shoot(config, 100, (agave, 10), (echeveria, 60), image=image)
    assert StockMovement.objects.count() == before, "the same numbers write no movement"


def test_a_correction_moves_only_the_difference_of_its_product(config, agave):
    count = shoot(config, 100, (agave, 40))
    before = set(StockMovement.objects.values_list("pk", flat=True))
    correct_count(
        image_id=count.image_id,
        session_id=count.session_id,
        quantity=98,
        quantity_empty=0,
        user=UserFactory(),
        config=config,
        portions=portions((agave, 38)),
    )
    assert stock(config) == {"Agave": 38, "Mixed": 60}
    movement = StockMovement.objects.exclude(pk__in=before).get()
    assert (movement.batch.product, movement.quantity) == (agave, -2)


def test_a_correction_of_a_place_that_lists_products_since_then_divides_it(agave):
    config = LocationConfigFactory()
    count = shoot(config, 100)
    config.product = find_or_make_mixed()
    config.save()
    values = {"image_id": count.image_id, "session_id": count.session_id, "quantity_empty": 0, "user": None}
    correct_count(**values, quantity=99, config=config, portions=portions((agave, 40)))
    assert stock(config) == {"Agave": 40, "Mixed": 59}


def test_a_deleted_photo_takes_its_products_with_it_and_brings_them_back(config, agave):
    shoot(config, 30, (agave, 30))
    later = shoot(config, 100, (agave, 40), minute=600)
    reverse_image_counts(later.image_id, user=None, reason="Trash")
    assert stock(config) == {"Agave": 30}
    restore_image_count(later.image_id, withdrawn_since=NOON, user=None)
    assert stock(config) == {"Agave": 40, "Mixed": 60}


def test_a_sign_off_after_its_withdrawal_divides_anew(config, agave):
    count = shoot(config, 100, (agave, 40))
    reverse_image_counts(count.image_id, user=None, reason="Trash")
    values = {"image_id": count.image_id, "session_id": count.session_id, "quantity_empty": 0, "user": None}
    reinstate_count(**values, quantity=100, config=config, portions=portions((agave, 70)))
    assert stock(config) == {"Agave": 70, "Mixed": 30}


def test_a_photo_moved_to_a_place_of_one_product_is_all_of_it(config, agave):
    image, other = S3ImageFactory(), LocationConfigFactory(product__common_name="Aloe")
    shoot(config, 100, (agave, 40), image=image)
    shoot(other, 100, image=image)
    assert (stock(config), stock(other)) == ({}, {"Aloe": 100})


def test_a_sale_of_one_product_is_expected_by_the_next_visit(config, agave, echeveria):
    shoot(config, 100, (agave, 40), (echeveria, 60))
    batch = StockBatch.objects.get(product=agave)
    StockMovementFactory(batch=batch, sale=True, quantity=-10, happened_at=NOON + timedelta(minutes=60))
    before = StockMovement.objects.count()
    shoot(config, 90, (agave, 30), (echeveria, 60), minute=600)
    assert stock(config) == {"Agave": 30, "Echeveria": 60}
    assert StockMovement.objects.count() == before


def test_a_product_that_is_not_seen_any_more_goes_to_zero_and_says_why(config, agave, echeveria):
    shoot(config, 100, (agave, 100))
    shoot(config, 80, (echeveria, 80), minute=600)
    assert stock(config) == {"Echeveria": 80}
    out = StockMovement.objects.get(batch__product=agave, quantity=-100)
    assert f"{config.location.code}/{echeveria.sku}/" in out.reason.in_english()


def test_merging_products_moves_what_is_listed(agave, echeveria):
    part = ConfigPartFactory(product=agave)
    assert count_references(agave).cycles == 1
    merge_products(source=agave, target=echeveria)
    part.refresh_from_db()
    assert part.product == echeveria


def test_merging_products_that_one_place_lists_is_refused(agave, echeveria):
    part = ConfigPartFactory(product=agave, containers="1")
    ConfigPartFactory(config=part.config, product=echeveria, containers="2")
    with pytest.raises(ConflictError, match="lists both products"):
        merge_products(source=agave, target=echeveria)


def test_mixed_plants_are_not_merged(config, agave):
    for source, target in ((config.product, agave), (agave, config.product)):
        with pytest.raises(ConflictError, match="Mixed plants"):
            merge_products(source=source, target=target)


quantities = st.lists(st.integers(0, 60), min_size=3, max_size=3)
steps = st.lists(
    st.tuples(
        st.sampled_from(["shoot", "again", "correct", "move", "delete", "restore", "parts", "retake", "chosen"]),
        st.integers(0, 5),
        st.integers(0, 120),
        quantities,
        st.none() | st.integers(1, 3),
    ),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=steps)
def test_after_any_history_each_product_has_what_the_counted_photos_show(steps):
    products = [ProductFactory() for _ in range(2)]
    places = [LocationConfigFactory(product=find_or_make_mixed()) for _ in range(2)]
    images, homes = {}, {}
    for word, number, minute, plants, look in steps:
        if word == "shoot" and number not in images:
            images[number] = (S3ImageFactory(sketch=sketch(look) if look else None), minute)
            homes[number] = places[0]
        if number not in images:
            continue
        _step(word, *images[number], plants, products, homes, number, places)
        for config in places:
            _check(config)


def _step(word, image, minute, plants, products, homes, number, places):
    """One thing that happens to a photo; `plants` are of each product, and last the mixed ones."""
    listed = list(zip(products, plants, strict=False))
    if word == "move":
        homes[number] = places[1] if homes[number] == places[0] else places[0]
    if word in ("shoot", "again", "move"):
        shoot(homes[number], sum(plants), *listed, image=image, minute=minute)
    elif word == "correct":
        standing = StockCount.objects.in_force().filter(image_id=image.pk).first()
        if standing:
            values = {"image_id": image.pk, "session_id": standing.session_id, "quantity_empty": 0, "user": None}
            correct_count(**values, quantity=sum(plants), config=homes[number], portions=portions(*listed))
    elif word == "delete":
        reverse_image_counts(image.pk, user=None, reason="Trash")
    elif word == "restore":
        restore_image_count(image.pk, withdrawn_since=NOON, user=None)
    else:
        visit = Visit.objects.filter(location=homes[number].location, photos__gt=1).first()
        if visit:
            seen = list(visit.counts.in_force().values_list("image_id", flat=True))
            answer_visit(visit_id=visit.pk, answer=word, seen=seen, chosen=seen[:1], user=UserFactory())


def _check(config):
    """At each visit the stock is, batch by batch, what its counted photos show, and together what the visit says."""
    for visit in Visit.objects.filter(location=config.location, photos__gt=0):
        counted = list(visit.counts.in_force().filter(is_counted=True))
        shown = {}
        for count in counted:
            assert sum(plants for plants, _ in count.by_batch.values()) == count.quantity
            for batch, (plants, _empty) in count.by_batch.items():
                shown[batch] = shown.get(batch, 0) + plants
        last = max(counted, key=lambda count: (count.happened_at, count.image_id))
        found = {line.batch.pk: line.quantity for line in stock_of(config.location, last.happened_at)}
        assert found == {batch: plants for batch, plants in shown.items() if plants}
        assert sum(found.values()) == visit.quantity
    for batch in StockBatch.objects.filter(location=config.location):
        assert batch.quantity_current == (batch.movements.aggregate(total=Sum("quantity"))["total"] or 0)


def test_plants_put_beside_a_listed_product_are_among_its_plants(config, agave, echeveria):
    shoot(config, 100, (agave, 40), (echeveria, 35))
    to = plants_of(config, product=agave, packaging=PackagingFactory())
    record("trasplante", StockBatch.objects.get(product=agave), 15, to=to, hour=1)
    shoot(config, 98, (agave, 39), (echeveria, 34), minute=120)
    stands = {
        (batch.product, batch.packaging): batch.quantity_current for batch in config.location.batches.select_related()
    }
    assert stands == {(agave, None): 24, (agave, to.packaging): 15, (echeveria, None): 34, (config.product, None): 25}
