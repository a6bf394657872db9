"""A photo's count by product: which container holds what, corrections, sign-offs, densities that are missing."""

import pytest

from locations.catalogue import find_or_make_mixed
from processing.models import Estimation, ProcessingSession
from processing.review import corrections
from processing.review.division import Planted, divide_count, find_planted, find_uncalibrated
from processing.review.outcome import record_stock
from stock.models import StockBatch, StockCount
from tests.factories import UserFactory
from tests.locations.factories import (
    ConfigPartFactory,
    ContainerTypeFactory,
    DensityParametersFactory,
    LocationConfigFactory,
    ProductFactory,
)
from tests.processing.factories import (
    DetectionFactory,
    ProcessingSessionFactory,
    SegmentFactory,
    make_bed,
    refuse,
)

pytestmark = pytest.mark.django_db
CRATES = (7, 10, 20)


@pytest.fixture
def config():
    """Container 1 is Agave, 2 and 3 Aloe, everything else mixed."""
    config = LocationConfigFactory(product=find_or_make_mixed(), packaging=None)
    ConfigPartFactory(config=config, product=ProductFactory(common_name="Agave"), containers="1")
    ConfigPartFactory(config=config, product=ProductFactory(common_name="Aloe"), containers="2-3")
    return config


@pytest.fixture
def session(config):
    """Three crates in a row, their rows numbered by confidence and not from left to right."""
    session = ProcessingSessionFactory(
        ready=True,
        storage_location=config.location,
        total_detected=sum(CRATES),
        total_estimated=sum(CRATES),
        total_empty_containers=3,
        category_counts={"plant": sum(CRATES), "empty": 3, "dead": 0},
        job__image__width_px=1000,
        job__image__height_px=1000,
    )
    for place, (number, plants) in enumerate(zip((3, 1, 2), CRATES, strict=True)):
        x = 20 + 320 * place
        segment = SegmentFactory(
            session=session,
            number=number,
            status="done",
            container_class="box",
            polygon=[[x, 0], [x + 300, 0], [x + 300, 900], [x, 900]],
            detected=plants,
            estimated=plants,
            empty=1,
            dead=0,
        )
        for plant in range(plants):
            DetectionFactory(segment=segment, center_x_px=x + 50, center_y_px=30 + 43 * plant)
    return session


def in_stock():
    return {batch.product.common_name: batch.quantity_current for batch in StockBatch.objects.select_related("product")}


def test_containers_go_to_their_products_from_left_to_right(session, config):
    record_stock(session, config, problem=None, user=None)
    assert in_stock() == {"Agave": 7, "Aloe": 30, "Mixed": 0}
    assert [portion.quantity_empty for portion in divide_count(session, config)] == [1, 2]


def test_a_plant_removed_by_a_person_leaves_its_product(session, config):
    record_stock(session, config, problem=None, user=None)
    corrections.correct(
        image=session.original_image, user=UserFactory(supervisor=True), action="remove", x=0.07, y=0.03, class_id=0
    )
    assert in_stock() == {"Agave": 6, "Aloe": 30, "Mixed": 0}


def test_a_plant_added_outside_all_containers_is_mixed(session, config):
    record_stock(session, config, problem=None, user=None)
    corrections.correct(
        image=session.original_image, user=UserFactory(supervisor=True), action="add", x=0.99, y=0.99, class_id=0
    )
    assert in_stock() == {"Agave": 7, "Aloe": 30, "Mixed": 1}


def test_a_refused_count_is_divided_when_it_is_signed_off(session, config):
    refuse(session)
    corrections.sign_off(image=session.original_image, user=UserFactory(supervisor=True), seen=sum(CRATES))
    assert in_stock() == {"Agave": 7, "Aloe": 30, "Mixed": 0}
    corrections.reopen_count(image=session.original_image, user=UserFactory(supervisor=True))
    assert not any(in_stock().values())
    ProcessingSession.objects.filter(pk=session.pk).update(total_estimated=37)
    corrections.sign_off(image=session.original_image, user=UserFactory(supervisor=True), seen=37)
    assert in_stock() == {"Agave": 7, "Aloe": 30, "Mixed": 0}
    assert StockCount.objects.count() == 1


def test_a_total_taken_over_from_another_run_is_never_lost(session, config):
    for total in (50, 30, 0):
        session.total_estimated = total
        portions = divide_count(session, config)
        assert sum(portion.quantity for portion in portions) == min(total, sum(CRATES))


def test_a_container_that_could_not_be_counted_keeps_its_number(session, config):
    session.segments.filter(number=3).update(status="failed", error="lost", detected=None, estimated=None)
    session.total_estimated = 30
    assert [portion.quantity for portion in divide_count(session, config)] == [0, 30]


def test_what_each_container_holds(session, config):
    agave, aloe = (part.product for part in config.listed_parts)
    planted = find_planted(list(session.segments.order_by("number")), config)
    assert planted == {3: Planted(agave, None), 1: Planted(aloe, None), 2: Planted(aloe, None)}
    config.parts.last().delete()
    only = find_planted(list(session.segments.all()), config)
    assert only == {3: Planted(agave, None)}, "mixed plants are no product with a density"


def test_where_shares_stand_no_single_product_is_known(session):
    config = LocationConfigFactory(packaging=None)
    whole = find_planted(list(session.segments.all()), config)
    assert set(whole.values()) == {Planted(config.product, None)}
    ConfigPartFactory(config=config, containers="", share_percent=40)
    assert find_planted(list(session.segments.all()), config) == {}
    assert find_planted(list(session.segments.all()), None) == {}


def test_the_density_that_is_missing_is_of_the_container_that_lacks_it(session, config):
    agave, aloe = (part.product for part in config.listed_parts)
    session.segments.update(container_class="segment")
    for segment in session.segments.all():
        Estimation.objects.create(segment=segment, method="none", count=1)
    bed = ContainerTypeFactory(kind="segment")
    DensityParametersFactory(container_type=bed, product=aloe, packaging=None)
    assert find_uncalibrated(session, config) == Planted(agave, None)
    DensityParametersFactory(container_type=bed, product=agave, packaging=None)
    assert find_uncalibrated(session, config) is None


def test_plants_of_a_bed_go_to_the_product_of_their_side():
    config = LocationConfigFactory(product=find_or_make_mixed(), packaging=None)
    for side, name in (("left", "Agave"), ("right", "Aloe")):
        ConfigPartFactory(
            config=config, product=ProductFactory(common_name=name), containers="", share_percent=30, side=side
        )
    bed = make_bed(*[0] * 10, 1, location=config.location, estimated=20)  # at 100, 160 ... 640, and 700 empty
    record_stock(bed, config, problem=None, user=None)
    assert in_stock() == {"Agave": 8, "Aloe": 0, "Mixed": 12}
    assert [portion.quantity_empty for portion in divide_count(bed, config)] == [0, 1]
    corrections.correct(
        image=bed.original_image, user=UserFactory(supervisor=True), action="add", x=0.95, y=0.5, class_id=0
    )
    assert in_stock() == {"Agave": 8, "Aloe": 1, "Mixed": 12}
    assert find_planted(list(bed.segments.all()), config) == {}


def test_plants_of_a_bed_go_to_the_product_of_the_part_that_somebody_drew():
    config = LocationConfigFactory(product=find_or_make_mixed(), packaging=None)
    for outline, name in (("0 0, 32 0, 32 50, 5 60", "Agave"), ("65 0, 100 0, 100 100", "Aloe")):
        ConfigPartFactory(config=config, product=ProductFactory(common_name=name), containers="", outline=outline)
    bed = make_bed(*[0] * 10, 1, location=config.location, estimated=20)  # at 100, 160 ... 640, and 700 empty
    record_stock(bed, config, problem=None, user=None)
    assert in_stock() == {"Agave": 8, "Aloe": 0, "Mixed": 12}
    assert [portion.quantity_empty for portion in divide_count(bed, config)] == [0, 1]
    for x, y in ((0.97, 0.5), (0.7, 0.8)):
        corrections.correct(
            image=bed.original_image, user=UserFactory(supervisor=True), action="add", x=x, y=y, class_id=0
        )
    assert in_stock() == {"Agave": 7, "Aloe": 1, "Mixed": 13}, "one outside the bed, one among its hidden plants"
    assert find_planted(list(bed.segments.all()), config) == {}, "a bed may hold several products"
