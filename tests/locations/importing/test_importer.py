import json
import unicodedata

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from demeter.common.i18n.messages import Message
from locations.importing.importer import import_files
from locations.importing.mapping import LAYERS
from locations.importing.messages import LIES_FAR, WITHOUT_OUTLINE
from locations.models import StorageArea, StorageLocation, Warehouse
from tests.locations.factories import StorageLocationFactory, square

pytestmark = pytest.mark.django_db

WAREHOUSE = {"code": "w1", "name": "Nave 1", "type": "tunnel"}
AREA = {"code": "W1-N", "name": "North bed", "position": "n", "warehouse": "W1"}
LOCATION = {"code": "W1-N-1", "name": "Bay 1", "area": "w1-n", "qr_code": "dem-w1-n-1", "description": "by the door"}


def feature(properties, geometry=None):
    return {"type": "Feature", "properties": properties, "geometry": geometry or square()}


@pytest.fixture
def write(tmp_path):
    def write_file(stem, *features, **members):
        path = tmp_path / f"{stem}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}))
        return path

    return write_file


@pytest.fixture
def nursery(write):
    """Three good files, in an order that only works when the import sorts the layers."""
    return [
        write("locations", feature(LOCATION)),
        write("areas", feature(AREA, square(side_m=20))),
        write("warehouses", feature(WAREHOUSE, square(side_m=40))),
    ]


def reasons(report):
    return [str(refused) for refused in report.refused]


def doubts(report):
    return [str(doubt) for doubt in report.doubts]


def codes(report, kind):
    return [report.codes(kind, layer) for layer in LAYERS]


def test_import_makes_all_three_layers(nursery):
    report = import_files(nursery)
    assert (codes(report, "made"), report.refused) == ([["W1"], ["W1-N"], ["W1-N-1"]], [])
    location = StorageLocation.objects.get()
    assert location.full_name == "Nave 1 - North bed - Bay 1"
    assert (location.qr_code, location.description) == ("DEM-W1-N-1", "by the door")
    assert location.area_m2 == pytest.approx(2.7**2, rel=1e-4)
    assert Warehouse.objects.get().warehouse_type == "tunnel"
    assert StorageArea.objects.get().position == "N"


def test_import_again_changes_nothing(nursery):
    import_files(nursery)
    written = StorageLocation.objects.get().updated_at
    report = import_files(nursery)
    assert codes(report, "made") == codes(report, "changed") == [[], [], []]
    assert codes(report, "unchanged") == [["W1"], ["W1-N"], ["W1-N-1"]]
    assert StorageLocation.objects.get().updated_at == written


def test_import_changes_what_is_named_and_keeps_the_rest(nursery, write):
    import_files(nursery)
    before = StorageLocation.objects.get()
    moved = write("locations", feature({"code": "W1-N-1", "area": "W1-N", "name": "Bay one"}, square(east_m=1)))
    report = import_files([moved])
    after = StorageLocation.objects.get()
    assert report.codes("changed", "locations") == ["W1-N-1"]
    assert (after.pk, after.name, after.qr_code) == (before.pk, "Bay one", before.qr_code)
    assert after.centroid_lon > before.centroid_lon
    assert after.updated_at > before.updated_at


def test_import_leaves_places_alone_that_the_files_do_not_name(nursery):
    other = StorageLocationFactory()
    import_files(nursery)
    other.refresh_from_db()
    assert other.active


def test_import_reads_foreign_names_and_layers(write):
    path = write("export", feature({"clave": "W1", "nombre": "Nave 1"}), name="naves")
    report = import_files([path], renames={"clave": "code", "nombre": "name", "naves": "warehouses"})
    assert (report.codes("made", "warehouses"), Warehouse.objects.get().name) == (["W1"], "Nave 1")


def test_import_takes_the_layer_from_the_feature_first(write):
    path = write("whatever", feature({**WAREHOUSE, "layer": "warehouses"}), name="areas")
    assert import_files([path]).codes("made", "warehouses") == ["W1"]


@pytest.mark.parametrize(
    ("changes", "geometry", "reason"),
    [
        ({"code": None}, None, "code is missing"),
        ({"code": "W 1!"}, None, 'code "W 1!": use capital letters'),
        ({"name": ""}, None, "name is missing"),
        ({"area": None}, None, "area is missing"),
        ({"area": "W9"}, None, "area W9 is not known"),
        ({"qr_code": "SHORT"}, None, "QR code has 5 characters, at least 8"),
        ({"qr_code": "TAKEN-001"}, None, "QR code TAKEN-001 belongs to OTHER"),
        ({"active": "perhaps"}, None, 'active "perhaps" is neither yes nor no'),
        ({"layer": "sheds"}, None, 'layer "sheds" is none of warehouses, areas, locations'),
        ({}, square(east_m=15), "polygon sticks out of W1-N by more than 1 m"),
        ({}, {"type": "Point", "coordinates": [0, 0]}, "geometry must be one Polygon, not Point"),
    ],
)
def test_import_refuses_a_wrong_feature_with_its_reason_and_takes_the_others(nursery, write, changes, geometry, reason):
    StorageLocationFactory(code="OTHER", qr_code="TAKEN-001")
    good = feature({**LOCATION, "code": "GOOD", "qr_code": "GOOD-0001"})
    report = import_files([*nursery[1:], write("locations", good, feature({**LOCATION, **changes}, geometry))])
    assert report.codes("made", "locations") == ["GOOD"]
    [refusal] = reasons(report)
    assert refusal.startswith("locations.geojson, feature 2")
    assert reason in refusal


def test_import_refuses_an_area_outside_its_warehouse_but_not_within_the_tolerance(nursery, write):
    import_files(nursery)
    just = feature({**AREA, "code": "JUST"}, square(east_m=15.5, side_m=10))  # sticks out 0.5 m
    out = feature({**AREA, "code": "OUT"}, square(east_m=17, side_m=10))  # sticks out 2 m
    report = import_files([write("areas", just, out)])
    assert report.codes("made", "areas") == ["JUST"]
    assert reasons(report) == ["areas.geojson, feature 2 (OUT): polygon sticks out of W1 by more than 1 m"]


def test_import_refuses_every_feature_of_a_repeated_code(nursery, write):
    report = import_files([*nursery[1:], write("locations", feature(LOCATION), feature(LOCATION))])
    assert report.codes("made", "locations") == []
    assert all("more than once" in reason for reason in reasons(report))
    assert len(report.refused) == 2


def test_import_refuses_two_locations_with_one_qr_code(nursery, write):
    twin = feature({**LOCATION, "code": "TWIN"})
    report = import_files([*nursery[1:], write("locations", feature(LOCATION), twin)])
    assert reasons(report) == ["locations.geojson, feature 2 (TWIN): QR code DEM-W1-N-1 belongs to W1-N-1"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": 3}', "\udcff"])
def test_import_refuses_a_file_that_is_no_feature_collection(tmp_path, text):
    path = tmp_path / "areas.geojson"
    path.write_bytes(text.encode(errors="surrogateescape"))
    [refused] = import_files([path, tmp_path / "missing.geojson"]).refused[:1]
    assert (refused.file, refused.number) == ("areas.geojson", None)


@pytest.mark.parametrize("raw", [None, 3, {}, {"properties": None}])
def test_import_refuses_what_is_no_feature(write, raw):
    assert "not a GeoJSON feature" in reasons(import_files([write("areas", raw)]))[0]


def test_import_leaves_nothing_behind_when_it_breaks(nursery, monkeypatch):
    def fail(*args, **options):
        raise RuntimeError

    monkeypatch.setattr(StorageLocation.objects, "bulk_create", fail)
    monkeypatch.setattr(StorageLocation._default_manager, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        import_files(nursery)
    assert not Warehouse.objects.exists()


def test_command_reports_counts(nursery, capsys):
    call_command("import_locations", *nursery)
    assert capsys.readouterr().out.splitlines() == [
        "warehouses: 1 made, 0 changed, 0 unchanged",
        "areas: 1 made, 0 changed, 0 unchanged",
        "locations: 1 made, 0 changed, 0 unchanged",
        "look at W1 lies at 19.4000° N, 99.1000° W: is that right? If not, longitude and latitude may be swapped.",
    ]


def test_command_names_changes_and_refusals_and_ends_with_an_error(nursery, write, capsys):
    call_command("import_locations", *nursery)
    renamed = write("warehouses", feature({"clave": "W1", "name": "Nave uno"}, square(side_m=40)), feature({}))
    with pytest.raises(CommandError, match="1 refused"):
        call_command("import_locations", renamed, "--map", "clave=code")
    lines = capsys.readouterr().out.splitlines()
    assert "changed W1" in lines
    assert lines[-1].startswith("refused warehouses.geojson, feature 2: code is missing")


def test_command_refuses_a_mapping_without_two_names(nursery):
    with pytest.raises(CommandError, match="foreign=own"):
        call_command("import_locations", *nursery, "--map", "clave")


# --- What tables, plans and other programs make of a nursery
def shifted(geometry, lon, lat):
    """The same square, so many degrees further east and north."""
    return {"type": "Polygon", "coordinates": [[[x + lon, y + lat] for x, y in geometry["coordinates"][0]]]}


def swapped(geometry):
    return {"type": "Polygon", "coordinates": [[[y, x] for x, y in geometry["coordinates"][0]]]}


@pytest.mark.parametrize(("code", "qr_code"), [(101.0, 12345678.0), ("101.0", "12345678.0"), (101, 12345678)])
def test_import_reads_numbers_of_a_table_as_the_label_says_them(nursery, write, code, qr_code):
    nan = float("nan")
    import_files(
        [*nursery[1:], write("locations", feature({**LOCATION, "code": code, "qr_code": qr_code, "description": nan}))]
    )
    location = StorageLocation.objects.get()
    assert (location.code, location.qr_code, location.description) == ("101", "12345678", "")


@pytest.mark.parametrize("empty", [float("nan"), "nan", "NaN", "<NA>", " ", None])
def test_import_takes_the_empty_cell_of_a_table_for_nothing(nursery, write, empty):
    changes = {"qr_code": empty, "description": empty}
    report = import_files(
        [
            *nursery[1:],
            write("locations", feature({**LOCATION, **changes}), feature({**LOCATION, "code": "B", "name": empty})),
        ]
    )
    location = StorageLocation.objects.get()
    assert (location.qr_code, location.description) == (None, "")
    assert reasons(report) == ["locations.geojson, feature 2 (B): name is missing"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "Bay 1\0\0"}, "name has a character that cannot be stored (U+0000)"),
        ({"name": "half \ud83c emoji"}, "name has a character that cannot be stored (U+D83C)"),
        ({"description": "\x1b[31m"}, "description has a character that cannot be stored (U+001B)"),
        ({"code": "\ud83c"}, "code has a character that cannot be stored (U+D83C)"),
        ({"name": ["Bay 1"]}, "name must be a text, not a list"),
        ({"name": True}, "name must be a text, not a bool"),
        ({"name": float("inf")}, "name is a number without end"),
        ({"qr_code": 1e300}, "QR code is a number without end"),
        ({"area": {"code": "W1-N"}}, "area must be a text, not a dict"),
        ({"layer": "\ud83c"}, 'layer "\\ud83c" is none of'),
    ],
)
def test_import_refuses_one_bad_property_and_takes_the_others(nursery, write, capsys, changes, reason):
    good = feature({**LOCATION, "code": "GOOD", "qr_code": "GOOD-0001"})
    with pytest.raises(CommandError, match="1 refused"):
        call_command("import_locations", *nursery[1:], write("locations", feature({**LOCATION, **changes}), good))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("refused locations.geojson, feature 1")
    assert reason in last
    assert StorageLocation.objects.get().code == "GOOD"


@pytest.mark.parametrize("number", ["1" * 400, "9" * 5000, "1e999", "NaN"])
def test_import_refuses_an_endless_number_alone(nursery, write, number):
    path = write("locations", feature(LOCATION), feature({**LOCATION, "code": "B", "qr_code": None}, square(east_m=1)))
    text = path.read_text()
    path.write_text(text.replace(str(square()["coordinates"][0][1][0]), number, 1))
    report = import_files([*nursery[1:], path])
    assert report.codes("made", "locations") == ["B"]
    assert reasons(report) == ["locations.geojson, feature 1 (W1-N-1): coordinates must be numbers"]


def test_import_refuses_a_plan_in_metres(write):
    plan = {"type": "Polygon", "coordinates": [[[0, 0], [40, 0], [40, 40], [0, 40], [0, 0]]]}
    [reason] = reasons(import_files([write("warehouses", feature(WAREHOUSE, plan))]))
    assert "km² is larger than such a place can be; export longitude and latitude (WGS 84), not metres" in reason
    assert not Warehouse.objects.exists()


def test_import_refuses_a_nursery_where_nothing_grows(write):
    chile = shifted(square(side_m=40), 99.1 - 70.7, -19.4 - 33.45)
    assert import_files([write("warehouses", feature(WAREHOUSE, chile))]).refused == []
    [reason] = reasons(import_files([write("warehouses", feature({**WAREHOUSE, "code": "W2"}, swapped(chile)))]))
    assert "nothing grows at latitude -70.70: longitude and latitude may be swapped" in reason


def test_import_refuses_swapped_coordinates_of_a_place_near_the_others(write):
    spain = shifted(square(side_m=40), 99.1 - 5.99, 37.39 - 19.4)
    import_files([write("warehouses", feature(WAREHOUSE, spain))])
    [reason] = reasons(import_files([write("warehouses", feature({**WAREHOUSE, "code": "W2"}, swapped(spain)))]))
    assert reason.endswith("longitude and latitude are swapped: GeoJSON wants longitude first")
    [reason] = reasons(import_files([write("warehouses", feature(WAREHOUSE, swapped(spain)))]))
    assert "swapped" in reason


def test_import_names_a_place_far_from_the_others_and_the_very_first(nursery, write):
    assert doubts(import_files(nursery)) == [
        "W1 lies at 19.4000° N, 99.1000° W: is that right? If not, longitude and latitude may be swapped."
    ]
    assert doubts(import_files(nursery)) == []
    far = shifted(square(), 99.1 + 37.39, -19.4 - 5.99)
    next_to_it = shifted(square(east_m=50), 99.1 + 37.39, -19.4 - 5.99)
    warehouses = [feature({**WAREHOUSE, "code": code}, place) for code, place in (("SE", far), ("SF", next_to_it))]
    [doubt] = doubts(import_files([write("warehouses", *warehouses)]))
    assert doubt.startswith("SE lies at 5.9900° S, 37.3900° E, 15,")
    assert " km from the nearest other one: is that right?" in doubt


@pytest.mark.parametrize(
    ("language", "where"), [("en", "5.9900° S, 37.3900° W, 15,083 km"), ("es", "5,9900° S, 37,3900° O, a 15.083 km")]
)
def test_distance_and_coordinates_are_written_as_the_reader_writes_numbers(language, where):
    doubt = LIES_FAR(code="SE", lat="5.9900", ns="S", lon="37.3900", ew="W", km=15083)
    with translation.override(language):
        assert where in str(doubt)
    assert Message.from_json(doubt.as_json()) == doubt


def test_import_composes_accents(write):
    name = unicodedata.normalize("NFD", "Cajón Ñandú")
    import_files([write("warehouses", feature({**WAREHOUSE, "name": name}))])
    assert Warehouse.objects.get().name == "Cajón Ñandú"


def test_import_takes_places_without_an_outline_and_keeps_one_that_is_there(nursery, write):
    def undrawn(properties):
        return {"type": "Feature", "properties": properties, "geometry": None}

    files = [
        write("locations", undrawn(LOCATION)),
        write("areas", undrawn({**AREA, "position": ""})),
        write("warehouses", undrawn(WAREHOUSE)),
    ]
    report = import_files(files)
    assert (report.refused, report.doubts) == ([], [WITHOUT_OUTLINE(number=3)])
    assert StorageLocation.objects.get().polygon is None
    assert StorageArea.objects.get().position == ""
    assert import_files(files).codes("unchanged", "locations") == ["W1-N-1"]
    report = import_files([write("locations", feature(LOCATION)), write("warehouses", feature(WAREHOUSE))])
    assert (report.refused, [row.code for row in report.outcomes if row.kind == "changed"]) == ([], ["W1", "W1-N-1"])
    assert import_files(files).codes("unchanged", "locations") == ["W1-N-1"]
    assert StorageLocation.objects.get().polygon is not None
