"""Which bays are due, why, and in which order."""

import itertools

import pytest

from gallery.places.nursery_map import draw_schematic
from locations.models import StorageLocation, Warehouse
from locations.models.places import WALKING_ORDER
from stock.bays import Scope
from stock.counting_plan import due_bays, planned, read_plan, read_route
from stock.ledger import review_count
from stock.models import Visit
from tests.locations.factories import (
    LocationConfigFactory,
    StorageAreaFactory,
    StorageLocationFactory,
    WarehouseFactory,
)
from tests.stock.recording import hand_count, hours_ago, photo

pytestmark = pytest.mark.django_db


def bay(code: str, **other):
    return LocationConfigFactory(location=StorageLocationFactory(code=code, name=code, **other))


def counted(config, quantity, *, days_ago):
    return photo(config, quantity, hour=hours_ago(24 * days_ago))


def reasons(config) -> tuple[str, ...]:
    return due_bays(Scope()).get(config.location_id, ())


def test_bay_is_due_that_was_never_counted_or_long_ago():
    never, recent, old = bay("A1"), bay("A2"), bay("A3")
    StorageLocationFactory(name="Nothing grows here")
    counted(recent, 100, days_ago=29)
    counted(old, 100, days_ago=31)
    assert (reasons(never), reasons(recent), reasons(old)) == (("never",), (), ("old",))
    assert len(due_bays(Scope())) == 2


def test_count_in_doubt_or_open_is_due_until_it_is_looked_at():
    config = bay("A1")
    count = counted(config, 100, days_ago=2)
    review_count(session_id=count.session_id, signed_off=False, in_doubt=True)
    assert reasons(config) == ("doubt",)
    review_count(session_id=count.session_id, signed_off=True, in_doubt=True)
    assert reasons(config) == ()
    Visit.objects.update(is_open=True, photos=2)
    assert reasons(config) == ("doubt",)


def test_count_that_surprises_is_due_until_it_is_signed_off_or_counted_again():
    config, noisy = bay("A1"), bay("A2")
    for place, plants in ((config, 60), (noisy, 90)):
        counted(place, 100, days_ago=5)
        assert reasons(place) == (), "nothing was expected of the first"
        count = counted(place, plants, days_ago=2)
    assert (reasons(config), reasons(noisy)) == (("off",), ())
    [row] = [row for row in planned(read_plan(Scope(), limit=9).bays) if row.bay.code == "A1"]
    assert (row.expected, row.error) == (100, -40)
    counted(config, 61, days_ago=1)
    assert reasons(config) == ()
    surprising = counted(config, 30, days_ago=0)
    assert reasons(config) == ("off",)
    review_count(session_id=surprising.session_id, signed_off=True, in_doubt=False)
    assert reasons(config) == ()
    assert count


def test_hand_count_makes_a_bay_counted():
    config = bay("A1")
    batch = counted(config, 100, days_ago=40).batch
    assert reasons(config) == ("old",)
    hand_count(batch, 70, hour=hours_ago(24))
    assert reasons(config) == ()


def test_most_urgent_is_first_and_the_dearest_before_the_cheaper():
    cheap, dear, doubtful = bay("A1"), bay("A2"), bay("A3")
    for config, price in ((cheap, 1), (dear, 9), (doubtful, 1)):
        config.product.price, config.product.currency = price, "EUR"
        config.product.save()
        count = counted(config, 100, days_ago=40)
    review_count(session_id=count.session_id, signed_off=False, in_doubt=True)
    page = read_plan(Scope(), limit=2)
    assert [row.code for row in page.bays] == ["A3", "A2"]
    assert (page.found, page.total, page.totals["old"], page.totals["doubt"]) == (3, 3, 3, 1)
    assert (page.bays[0].value, page.currency) == (100, "EUR")
    assert [row.code for row in read_plan(Scope(), skipped=2, limit=2).bays] == ["A1"]


def test_route_goes_through_the_nursery_in_natural_order():
    codes = ("N1-B2-10", "N1-B2-9", "N1-B10-1")
    first = StorageLocationFactory(code=codes[0])
    area = first.storage_area
    for place in (
        first,
        StorageLocationFactory(code=codes[1], storage_area=area),
        StorageLocationFactory(code=codes[2]),
    ):
        LocationConfigFactory(location=place)
    page = read_route(Scope(), limit=9)
    walked = [row.code for row in page.bays]
    assert walked.index("N1-B2-9") + 1 == walked.index("N1-B2-10"), "bay 9 before bay 10"
    assert [row.code for row in read_route(Scope(), after=walked[0], limit=9).bays] == walked[1:]
    assert read_route(Scope(), after="NO-SUCH", limit=9).bays == ()
    assert {row.code for row in read_route(Scope(area_id=area.pk), limit=9).bays} == {"N1-B2-9", "N1-B2-10"}
    assert read_route(Scope(warehouse_id=10**9), limit=9).total == 0


def test_plan_is_one_query_for_any_number(django_assert_num_queries):
    for number in range(5):
        counted(bay(f"A{number}"), 10, days_ago=50)
    with django_assert_num_queries(2):
        assert read_plan(Scope(), limit=3).found == 5


def test_the_walk_has_the_order_of_the_lists():
    """Codes that most collations of a server order in another way than their bytes, and two that only differ in a
    zero."""
    for house, bench in (("N-10", "B-1"), ("N2", "B_1"), ("N-2", "B.1"), ("N-2", "B-1")):
        warehouse = Warehouse.objects.filter(code=house).first() or WarehouseFactory(code=house)
        area = StorageAreaFactory(code=f"{house}-{bench}", warehouse=warehouse)
        for number in ("10", "2", "02", "-2", ".2"):
            bay(f"{house}{bench}{number}", storage_area=area, polygon=None)
    walked = [row.location_id for row in read_route(Scope(), limit=99).bays]
    listed = StorageLocation.objects.order_by(*WALKING_ORDER)
    assert walked == [place.pk for place in listed]
    shown = [bay.code for bed in draw_schematic(None, due={}).beds for bay in bed.bays]
    assert shown == [place.code for place in listed]
    for place, following in itertools.pairwise(listed):
        [after] = read_route(Scope(), after=place.code, limit=1).bays
        assert after.location_id == following.pk
