import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, affinity

from locations import geo
from tests.locations.factories import LAT, LON, point, square

lons = st.floats(-179, 179)
lats = st.floats(-80, 80)
sizes_m = st.floats(0.5, 500)


def rectangle(lon: float, lat: float, width_m: float, height_m: float, turn: float = 0.0) -> dict:
    lon_m, lat_m = geo.metres_per_degree(lat)
    corners = [(-width_m / 2, -height_m / 2), (width_m / 2, -height_m / 2), (width_m / 2, height_m / 2)]
    corners.append((-width_m / 2, height_m / 2))
    turned = affinity.rotate(Polygon(corners), turn, origin=(0, 0))
    ring = [[lon + x / lon_m, lat + y / lat_m] for x, y in turned.exterior.coords]
    return {"type": "Polygon", "coordinates": [ring]}


def test_metres_per_degree_match_the_published_wgs84_table():
    # National Geospatial-Intelligence Agency, length of a degree: at 0, 45 and 60 degrees of latitude.
    assert geo.metres_per_degree(0) == pytest.approx((111_319.5, 110_574.3), abs=1)
    assert geo.metres_per_degree(45) == pytest.approx((78_846.8, 111_131.8), abs=2)
    assert geo.metres_per_degree(60) == pytest.approx((55_800.2, 111_412.2), abs=2)


@given(lons, lats, sizes_m, sizes_m, st.floats(0, 360))
def test_outline_area_is_the_drawn_one_wherever_it_lies(lon, lat, width_m, height_m, turn):
    outline = geo.outline_of(rectangle(lon, lat, width_m, height_m, turn))
    assert outline.area_m2 == pytest.approx(width_m * height_m, rel=1e-3)
    assert outline.min_lon < outline.centroid_lon < outline.max_lon
    assert outline.min_lat < outline.centroid_lat < outline.max_lat


@given(lons, lats, sizes_m, sizes_m)
def test_outline_is_stable_when_measured_again(lon, lat, width_m, height_m):
    once = geo.outline_of(rectangle(lon, lat, width_m, height_m))
    assert geo.outline_of(once.polygon) == once


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_distance_is_zero_inside_and_to_the_nearest_edge_outside(east_m, north_m):
    [metres] = geo.distances_m([square(side_m=20)], **point(east_m=east_m, north_m=north_m))
    expected = math.hypot(max(abs(east_m) - 10, 0), max(abs(north_m) - 10, 0))
    assert metres == pytest.approx(expected, abs=0.01)


def test_distance_counts_a_hole_as_outside():
    ring, hole = square(side_m=20)["coordinates"][0], square(side_m=4)["coordinates"][0]
    [metres] = geo.distances_m([{"type": "Polygon", "coordinates": [ring, hole]}], lon=LON, lat=LAT)
    assert metres == pytest.approx(2, abs=0.01)


@given(lons, lats, st.floats(0.1, 100), st.floats(0, 2 * math.pi))
def test_search_box_holds_the_whole_circle(lon, lat, radius_m, bearing):
    box = geo.search_box(lon=lon, lat=lat, radius_m=radius_m)
    lon_m, lat_m = geo.metres_per_degree(lat)
    at_lon = lon + 0.999 * radius_m * math.cos(bearing) / lon_m
    at_lat = lat + 0.999 * radius_m * math.sin(bearing) / lat_m
    assert box.min_lon <= at_lon <= box.max_lon
    assert box.min_lat <= at_lat <= box.max_lat


def test_search_box_at_the_pole_goes_all_the_way_round():
    box = geo.search_box(lon=10, lat=90, radius_m=5)
    assert (box.min_lon, box.max_lon, box.max_lat) == (-180, 180, 90)


@given(st.floats(0, 30), st.floats(0.1, 5))
def test_an_enclosure_allows_the_tolerance_and_no_more(shift_m, tolerance_m):
    inner, outer = square(east_m=shift_m, side_m=10), square(side_m=30)
    sticks_out_m = shift_m + 5 - 15
    within = geo.Enclosure(outer, tolerance_m=tolerance_m).holds(inner)
    if abs(sticks_out_m - tolerance_m) > 0.01:
        assert within == (sticks_out_m < tolerance_m)


RING = square()["coordinates"][0]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "not a GeoJSON geometry"),
        ("POLYGON((0 0))", "not a GeoJSON geometry"),
        ({"type": "Point", "coordinates": [1, 2]}, "not Point"),
        ({"type": "MultiPolygon", "coordinates": [[RING], [RING]]}, "not MultiPolygon"),
        ({"type": "Polygon", "coordinates": []}, "no rings"),
        ({"type": "Polygon", "coordinates": "abc"}, "no rings"),
        ({"type": "Polygon", "coordinates": ["abc"]}, "ring is not a list"),
        ({"type": "Polygon", "coordinates": [RING[:3]]}, "at least four"),
        ({"type": "Polygon", "coordinates": [[*RING[:4], [0, 0]]]}, "not closed"),
        ({"type": "Polygon", "coordinates": [[["a", 1]] * 4]}, "must be numbers"),
        ({"type": "Polygon", "coordinates": [[[True, 1]] * 4]}, "must be numbers"),
        ({"type": "Polygon", "coordinates": [[[1]] * 4]}, "not \\[longitude, latitude\\]"),
        ({"type": "Polygon", "coordinates": [[[math.nan, 1]] * 4]}, "must be numbers"),
        ({"type": "Polygon", "coordinates": [[[480_000, 2_145_000]] * 4]}, "not on Earth"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "Self-intersection"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "not valid|no area"),
    ],
)
def test_read_polygon_says_what_is_wrong(geometry, reason):
    with pytest.raises(ValueError, match=reason):
        geo.read_polygon(geometry)


def test_read_polygon_takes_a_multipolygon_of_one_part_and_drops_heights():
    high = [[*corner, 2240.0] for corner in RING]
    polygon = geo.read_polygon({"type": "MultiPolygon", "coordinates": [[high]]})
    assert geo.write_polygon(polygon) == {"type": "Polygon", "coordinates": [RING]}


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=20,
)


@given(json_values)
def test_read_polygon_never_fails_but_with_value_error(geometry):
    for hostile in (geometry, {"type": "Polygon", "coordinates": geometry}):
        with pytest.raises(ValueError, match=r"\w"):
            geo.read_polygon(hostile)
