"""Files as programs and people make them: each bad row is named with its reason, and the others are taken."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from locations.models import StorageLocation, Warehouse
from tests.gallery.imports.steps import START, apply, counts, fields_of, go_on, send, told
from tests.locations.factories import square

pytestmark = pytest.mark.django_db

BAD_CODE = "use capital letters A to Z, digits, dots, dashes and underscores"


def place(layer, geometry, **properties):
    return {"type": "Feature", "properties": {"layer": layer, **properties}, "geometry": geometry}


def bay(code, geometry=None, **properties):
    geometry = geometry or square(east_m=-5)
    return place("locations", geometry, **{"code": code, "name": f"Bay {code}", "area": "H1-N", **properties})


def nursery(*bays):
    """A house, its bed, one good bay, then these."""
    house = place("warehouses", square(side_m=40), code="H1", name="House")
    bed = place("areas", square(side_m=30), code="H1-N", name="Bed", warehouse="H1", position="N")
    return [house, bed, bay("GOOD", square(east_m=5)), *bays]


def as_file(features, encoding="utf-8", **members):
    text = json.dumps({"type": "FeatureCollection", **members, "features": features}, ensure_ascii=False)
    return SimpleUploadedFile("plan.geojson", text.encode(encoding))


def bow_tie():
    [[a, b, c, d, e]] = square(east_m=-5)["coordinates"]
    return {"type": "Polygon", "coordinates": [[a, c, b, d, e]]}


def two_parts():
    parts = [square(east_m=east_m)["coordinates"] for east_m in (-5, -10)]
    return {"type": "MultiPolygon", "coordinates": parts}


def endless():
    [ring] = square(east_m=-5)["coordinates"]
    return {"type": "Polygon", "coordinates": [[ring[0], [10**400, 19.4], *ring[2:]]]}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (bay(102.0, name=float("nan")), "name is missing"),
        (bay("B1", name="Bay 1\0\0"), "name has a character that cannot be stored (U+0000)"),
        (bay("B1", bow_tie()), "polygon is not valid: Self-intersection"),
        (bay("B1", two_parts()), "geometry must be one Polygon, not MultiPolygon"),
        (bay("B1", endless()), "coordinates must be numbers"),
        *(
            (bay(code), f'"{code.upper()}": {BAD_CODE}')
            for code in ("A/B", "A B", "ñ-01", "../x", "A%2F", "=1+1", "🌵1")
        ),
    ],
)
def test_bad_row_is_named_with_its_reason_and_the_others_are_taken(supervisor, bad, reason):
    preview = go_on(supervisor, send(supervisor, as_file(nursery(bad))))
    assert counts(preview) == {"made": 3, "changed": 0, "unchanged": 0, "refused": 1}
    [(source, [said])] = told(preview)
    assert source == "plan.geojson, feature 4"
    assert reason in said
    apply(supervisor, preview)
    assert StorageLocation.objects.get().code == "GOOD"


def test_both_rows_of_one_code_are_named(supervisor):
    twice = [bay("B1"), bay("b1 ", square(east_m=-10))]
    preview = go_on(supervisor, send(supervisor, as_file(nursery(*twice))))
    reason = ["code occurs more than once in the files"]
    assert told(preview) == [("plan.geojson, feature 4", reason), ("plan.geojson, feature 5", reason)]
    assert counts(preview)["made"] == 3


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_file_in_other_letters_is_refused_whole_with_what_to_do(supervisor, encoding):
    answer = supervisor.post(START, {"files": [as_file(nursery(bay("B1", name="Claro ñ")), encoding)]})
    assert answer.status_code == 422
    assert "plan.geojson: the letters are not UTF-8; export the file again as UTF-8" in answer.content.decode()


def test_what_map_programs_add_is_no_reason_to_refuse(supervisor):
    """A byte order mark, a declared system that is not that of the numbers, heights, a courtyard, no outline at all."""
    high = {"type": "Polygon", "coordinates": [[[*point, 512.3] for point in square(east_m=-5)["coordinates"][0]]]}
    features = nursery(bay("HIGH", high), bay(101.0, square(east_m=-10), qr_code=12345678.0), bay("B2"))
    features[0]["geometry"]["coordinates"].append(square(north_m=-17, side_m=1)["coordinates"][0])
    features[-1]["geometry"] = None
    declared = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32719"}}
    preview = go_on(supervisor, send(supervisor, as_file(features, "utf-8-sig", crs=declared)))
    assert counts(preview) == {"made": 6, "changed": 0, "unchanged": 0, "refused": 0}, told(preview)
    apply(supervisor, preview)
    assert set(StorageLocation.objects.values_list("code", "qr_code")) > {("101", "12345678"), ("HIGH", None)}


def test_plan_in_metres_is_refused_row_by_row_and_web_mercator_asks_for_its_system(supervisor):
    metres = {"type": "Polygon", "coordinates": [[[0, 0], [40, 0], [40, 40], [0, 40], [0, 0]]]}
    house = place("warehouses", metres, code="CAD", name="House")
    [(source, [reason])] = told(go_on(supervisor, send(supervisor, as_file([house]))))
    assert source == "plan.geojson, feature 1"
    assert reason.endswith("export longitude and latitude (WGS 84), not metres")
    far = [[x - 7_869_000, y - 3_955_000] for x, y in metres["coordinates"][0]]
    mercator = place("warehouses", {"type": "Polygon", "coordinates": [far]}, code="WM", name="House")
    page = send(supervisor, as_file([mercator]))
    asked = supervisor.post(page.request["PATH_INFO"], fields_of(page))
    assert "The coordinates are not degrees" in asked.content.decode()
    assert counts(go_on(supervisor, page, crs="EPSG:3857"))["made"] == 1


def test_swapped_coordinates_of_the_first_nursery_are_asked_about(supervisor):
    """Spain with its axes swapped lies in the sea, where a nursery might be an island."""
    spain = [[37.39 + y / 10_000, -5.99 + x / 10_000] for x, y in ((0, 0), (4, 0), (4, 4), (0, 4), (0, 0))]
    house = place("warehouses", {"type": "Polygon", "coordinates": [spain]}, code="SE", name="House")
    preview = go_on(supervisor, send(supervisor, as_file([house])))
    page = preview.content.decode()
    assert "SE lies at 5.9" in page
    assert "Swap longitude and latitude" in page
    assert not Warehouse.objects.exists()
