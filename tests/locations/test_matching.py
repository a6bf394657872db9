import pytest

from locations.matching import MAX_OFFERS, match_choice, match_choice_with_gps, match_gps, match_qr_code
from tests.locations.factories import StorageAreaFactory, StorageLocationFactory, point, square

pytestmark = pytest.mark.django_db


def codes(match):
    return [candidate.location.code for candidate in match.candidates]


def test_gps_without_error_takes_the_single_location_that_a_phone_could_mean():
    here = StorageLocationFactory()
    StorageLocationFactory(east_m=10)
    match = match_gps(**point(east_m=0.5))
    assert (match.outcome, match.location) == ("matched", here)
    [candidate] = match.candidates
    assert (candidate.source, candidate.distance_m) == ("gps", 0)
    assert "inside" in str(candidate.evidence)


@pytest.mark.parametrize("accuracy_m", [None, 8.0])
def test_gps_that_states_no_error_is_as_good_as_a_phone(accuracy_m):
    """A phone 4 m off settled the neighbour of a bay 1.8 m wide."""
    bays = [StorageLocationFactory(code=f"N{number}", east_m=number * 1.8, side_m=1.8).code for number in range(6)]
    match = match_gps(**point(east_m=4.0), accuracy_m=accuracy_m)
    assert (match.outcome, match.location) == ("ambiguous", None)
    assert sorted(codes(match)) == bays
    assert codes(match)[0] == "N2"
    distances = [candidate.distance_m for candidate in match.candidates]
    assert distances == sorted(distances)


def test_gps_error_that_is_assumed_is_a_setting(settings):
    settings.GPS_ASSUMED_ERROR_M = 0.2
    here = StorageLocationFactory()
    StorageLocationFactory(east_m=2.8)
    assert match_gps(**point(east_m=0.5)).location == here


def test_gps_within_the_error_of_two_offers_both_ranked():
    here = StorageLocationFactory(code="HERE")
    StorageLocationFactory(code="NEXT", east_m=2.8)
    StorageLocationFactory(code="FAR", east_m=20)
    match = match_gps(**point(east_m=1.0), accuracy_m=5)
    assert (match.outcome, match.location) == ("ambiguous", None)
    assert codes(match) == ["HERE", "NEXT"]
    assert match.candidates[0].location == here
    assert match.candidates[1].distance_m == pytest.approx(0.45, abs=0.02)


def test_gps_with_a_small_error_is_matched():
    here = StorageLocationFactory()
    StorageLocationFactory(east_m=2.8)
    assert match_gps(**point(), accuracy_m=1).location == here


def test_gps_beside_a_single_location_is_offered_not_guessed():
    StorageLocationFactory(code="HERE")
    match = match_gps(**point(east_m=4.35), accuracy_m=5)
    assert (match.outcome, codes(match)) == ("ambiguous", ["HERE"])
    assert str(match.candidates[0].evidence) == "GPS point lies 3.0 m from the location"


def test_gps_in_two_overlapping_polygons_is_ambiguous():
    StorageLocationFactory(code="ONE")
    StorageLocationFactory(code="TWO", east_m=0.5)
    match = match_gps(**point())
    assert (match.outcome, codes(match)) == ("ambiguous", ["ONE", "TWO"])


def test_gps_outside_still_offers_what_a_phone_may_have_missed():
    StorageLocationFactory(code="NEAR", east_m=12)
    StorageLocationFactory(code="FAR", east_m=40)
    match = match_gps(**point())
    assert (match.outcome, match.location, codes(match)) == ("outside", None, ["NEAR"])


def test_gps_far_away_has_no_candidates():
    StorageLocationFactory()
    match = match_gps(lon=10, lat=50, accuracy_m=5)
    assert (match.outcome, match.candidates) == ("outside", ())


def test_gps_offers_are_limited():
    for number in range(MAX_OFFERS + 3):
        StorageLocationFactory(east_m=number * 2.8)
    match = match_gps(**point(), accuracy_m=10_000)
    assert (match.outcome, len(match.candidates)) == ("ambiguous", MAX_OFFERS)


@pytest.mark.parametrize("accuracy_m", [None, 0.0, -3.0, float("nan"), float("inf")])
def test_gps_error_that_makes_no_sense_counts_as_not_stated(accuracy_m):
    StorageLocationFactory(code="HERE")
    StorageLocationFactory(code="NEXT", east_m=2.8)
    assert codes(match_gps(**point(), accuracy_m=accuracy_m)) == ["HERE", "NEXT"]


@pytest.mark.parametrize("path", ["active", "storage_area__active", "storage_area__warehouse__active"])
def test_gps_ignores_what_is_switched_off(path):
    StorageLocationFactory(**{path: False})
    assert match_gps(**point()).candidates == ()


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, -91), (float("nan"), 0)])
def test_gps_off_the_earth_is_refused(lon, lat):
    with pytest.raises(ValueError, match=r"Earth|numbers"):
        match_gps(lon=lon, lat=lat)


def test_gps_asks_the_database_twice_for_any_number_of_candidates(django_assert_num_queries):
    StorageLocationFactory()
    StorageLocationFactory(east_m=2.8)
    with django_assert_num_queries(2):
        match = match_gps(**point(), accuracy_m=8)
        assert [candidate.location.full_name for candidate in match.candidates] == [
            "Warehouse A - Rack 3 - Shelf 2"
        ] * 2


def test_qr_code_matches_in_any_case():
    here = StorageLocationFactory(qr_code="DEM-N1-N-07")
    match = match_qr_code(" dem-n1-n-07 ")
    assert (match.outcome, match.location) == ("matched", here)
    assert str(match.candidates[0].evidence) == "QR label DEM-N1-N-07"
    assert match.candidates[0].distance_m is None


def test_qr_code_unknown_or_switched_off():
    StorageLocationFactory(qr_code="DEM-N1-N-07", active=False)
    assert match_qr_code("DEM-N1-N-07").outcome == "unknown"
    assert match_qr_code("").outcome == "unknown"


def test_choice_matches_a_location_in_use_or_not():
    here, off = StorageLocationFactory(), StorageLocationFactory(active=False)
    assert match_choice(here.pk).location == here
    assert match_choice(off.pk).location == off, "a photo keeps its place"
    assert match_choice(0).outcome == "unknown"


def test_gps_is_not_conclusive_where_a_neighbour_is_not_drawn():
    here = StorageLocationFactory()
    hidden = StorageLocationFactory(storage_area=here.storage_area, polygon=None)
    match = match_gps(**point(), accuracy_m=0.5)
    assert (match.outcome, codes(match)) == ("ambiguous", [here.code])
    hidden.active = False
    hidden.save()
    assert match_gps(**point(), accuracy_m=0.5).location == here


def test_gps_is_conclusive_where_what_is_not_drawn_stands_elsewhere():
    here = StorageLocationFactory()
    StorageLocationFactory(polygon=None)  # in another warehouse
    far = StorageAreaFactory(warehouse=here.storage_area.warehouse, polygon=square(east_m=90, side_m=10))
    StorageLocationFactory(storage_area=far, polygon=None)
    assert match_gps(**point(), accuracy_m=0.5).location == here


def test_choice_without_an_outline_is_compared_by_its_bed_or_not_at_all():
    near = StorageLocationFactory()
    bed = StorageAreaFactory(polygon=square(east_m=60, side_m=10), warehouse__polygon=None)
    chosen = StorageLocationFactory(storage_area=bed, polygon=None)
    match = match_choice_with_gps(chosen.pk, **point(), accuracy_m=5)
    assert (match.outcome, codes(match)) == ("ambiguous", [chosen.code, near.code])
    bed.polygon = None
    bed.save()
    assert match_choice_with_gps(chosen.pk, **point(), accuracy_m=5).location == chosen
