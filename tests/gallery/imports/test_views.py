from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from bench import large_nursery
from locations.importing.mapping import LAYERS
from locations.models import PlaceChange, PlaceImport, SavedMapping, StorageArea, StorageLocation, Warehouse
from tests.factories import UserFactory
from tests.gallery.imports.steps import (
    START,
    apply,
    counts,
    feature,
    fields_of,
    geojson,
    go_on,
    large_files,
    send,
    table,
    told,
)
from tests.locations.factories import StorageLocationFactory, WarehouseFactory, square

pytestmark = pytest.mark.django_db


def test_a_nursery_with_foreign_names_is_imported_as_guessed_and_again_nothing_changes(supervisor):
    page = send(supervisor, *large_files(112))
    rules = page.context["form"].mapping.tables
    assert rules["claros"].fields["code"] == "{nave:02}-{cantero}-{col:02}"
    assert page.context["form"].mapping.values == {"cantero": {"CANTERO SUR": "S", "CANTERO NORTE": "N"}}
    preview = go_on(supervisor, page)
    assert counts(preview) == {"made": 196, "changed": 0, "unchanged": 0, "refused": 0}
    assert not Warehouse.objects.exists()
    done = apply(supervisor, preview)
    assert "196 places were imported." in done.content.decode()
    assert [model.objects.count() for model in (Warehouse, StorageArea, StorageLocation)] == [28, 56, 112]
    bay = StorageLocation.objects.get(code="07-S-02")
    assert (bay.storage_area.code, bay.storage_area.position, bay.storage_area.name) == ("07-S", "S", "CANTERO SUR")
    again = go_on(supervisor, send(supervisor, *large_files(112)))
    assert counts(again) == {"made": 0, "changed": 0, "unchanged": 196, "refused": 0}


def test_parents_are_found_by_what_contains_the_outline_and_by_name(supervisor):
    page = send(supervisor, *large_files(112))
    by_outline = {f"t{number}-parent_by": "polygon" for number in (1, 2)}
    assert counts(go_on(supervisor, page, **by_outline))["made"] == 196
    by_name = {"t1-parent_by": "name", "t1-warehouse_from": "composed", "t1-warehouse_text": "Nave {nave}"}
    by_name |= {"t2-parent_by": "name", "t2-area_from": "1"}  # 28 beds of that name: the outline tells which
    assert counts(go_on(supervisor, page, **by_name))["made"] == 196


def test_applying_twice_makes_the_places_once(supervisor):
    preview = go_on(supervisor, send(supervisor, *large_files(56)))
    apply(supervisor, preview)
    assert apply(supervisor, preview).status_code == 200
    assert StorageLocation.objects.count() == 56


def test_an_import_is_a_step_that_can_be_undone_whole(supervisor):
    made = apply(supervisor, go_on(supervisor, send(supervisor, *large_files(56))))
    step = PlaceChange.objects.get()
    assert made.request["PATH_INFO"] == reverse("places-made", args=[step.token])
    assert (step.kind, len(step.location_ids)) == ("import", StorageLocation.objects.count())
    supervisor.post(reverse("places-undo", args=[step.token]))
    assert not any(model.objects.exists() for model in (Warehouse, StorageArea, StorageLocation))


def test_what_changed_since_the_preview_is_previewed_again_and_nothing_is_written(supervisor):
    house = geojson("warehouses", feature({"code": "W1", "name": "One"}, square(side_m=40)))
    apply(supervisor, go_on(supervisor, send(supervisor, house)))
    renamed = geojson("warehouses", feature({"code": "W1", "name": "Two"}), feature({"code": "W2", "name": "New"}))
    preview = go_on(supervisor, send(supervisor, renamed))
    assert told(preview, "changed") == [("warehouses.geojson, feature 1", ["name: One → Two"])]
    Warehouse.objects.get().save()  # somebody else's change
    answer = apply(supervisor, preview)
    assert "nothing was imported" in answer.content.decode()
    assert Warehouse.objects.get().name == "One"
    apply(supervisor, answer)
    assert list(Warehouse.objects.order_by("code").values_list("name", flat=True)) == ["Two", "New"]


def test_an_older_preview_than_that_of_the_columns_is_not_applied(supervisor):
    page = send(supervisor, geojson("warehouses", feature({"code": "W1", "name": "One"})))
    old = go_on(supervisor, page)
    go_on(supervisor, page, **{"t0-name_from": "composed", "t0-name_text": "Other"})
    assert "another window" in apply(supervisor, old).content.decode()
    assert not Warehouse.objects.exists()


def test_the_import_of_another_person_or_of_yesterday_is_not_found(supervisor):
    page = send(supervisor, geojson("warehouses", feature({"code": "W1", "name": "One"})))
    other = Client()
    other.force_login(UserFactory(supervisor=True))
    assert other.get(page.request["PATH_INFO"]).status_code == 404
    PlaceImport.objects.update(created_at="2026-01-01T00:00:00Z")
    assert supervisor.get(page.request["PATH_INFO"]).status_code == 404


def test_coordinates_in_metres_need_a_system_and_are_converted(supervisor):
    ring = [[343000, 6290000], [343040, 6290000], [343040, 6290040], [343000, 6290040], [343000, 6290000]]
    house = feature({"code": "W1", "name": "One"}, {"type": "Polygon", "coordinates": [ring]})
    page = send(supervisor, geojson("warehouses", house))
    refused = supervisor.post(page.request["PATH_INFO"], fields_of(page))
    assert refused.status_code == 422
    assert "The coordinates are not degrees" in refused.content.decode()
    wrong = supervisor.post(page.request["PATH_INFO"], fields_of(page) | {"crs": "other", "crs_text": "EPSG:1"})
    assert "not a known coordinate system" in wrong.content.decode()
    apply(supervisor, go_on(supervisor, page, crs="EPSG:32719"))
    made = Warehouse.objects.get()
    assert made.centroid_lon == pytest.approx(-70.6899, abs=1e-3)
    assert made.centroid_lat == pytest.approx(-33.5179, abs=1e-3)
    assert made.area_m2 == pytest.approx(1600, rel=1e-2)


def test_swapped_axes_are_noticed_and_one_button_swaps_them(supervisor):
    swapped = [[y, x] for x, y in square(side_m=40)["coordinates"][0]]
    house = feature({"code": "W1", "name": "One"}, {"type": "Polygon", "coordinates": [swapped]})
    preview = go_on(supervisor, send(supervisor, geojson("warehouses", house)))
    assert counts(preview)["refused"] == 1
    assert preview.context["may_be_swapped"]
    right = supervisor.post(reverse("import-swap", args=[preview.context["kept"].pk]), follow=True)
    assert counts(right)["made"] == 1
    apply(supervisor, right)
    assert Warehouse.objects.get().centroid_lat == pytest.approx(19.4)


def test_a_saved_mapping_is_used_for_the_next_files_and_by_the_command(supervisor, tmp_path, capsys):
    from django.core.management import call_command

    page = send(supervisor, *large_files(56))
    name = {"t0-name_from": "composed", "t0-name_text": "Invernadero {nave}"}
    go_on(supervisor, page, save_as="Plano", **name)
    saved = SavedMapping.objects.get(name="Plano")
    next_page = send(supervisor, *large_files(56))
    assert next_page.context["form"].mapping.tables["naves"].fields["name"] == "Invernadero {nave}"
    file = tmp_path / "plano.json"
    file.write_bytes(supervisor.get(reverse("import-mapping", args=[saved.pk])).content)
    call_command("import_locations", *large_nursery.write(tmp_path / "files", 56), "--mapping", str(file))
    assert "locations: 56 made" in capsys.readouterr().out
    assert Warehouse.objects.get(code="03").name == "Invernadero 3"
    supervisor.post(reverse("import-mapping-delete", args=[saved.pk]))
    assert not SavedMapping.objects.exists()


def test_another_kind_of_place_brings_its_own_fields(supervisor):
    page = send(supervisor, table("plan.csv", "code,name,warehouse\nW1-N,Bed,W1\n"))
    assert "t0-position_from" in page.content.decode()  # a code and a warehouse: an area
    answer = supervisor.post(page.request["PATH_INFO"], fields_of(page) | {"t0-layer": "locations"})
    assert "t0-qr_code_from" in answer.content.decode()
    assert supervisor.get(page.request["PATH_INFO"]).context["form"].tables[0].rule.layer == "locations"


@pytest.mark.parametrize("ending", ["geojson", "csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_an_export_imports_again_without_a_change(supervisor, ending, language):
    StorageLocationFactory(code="B1", name="=1+1", description='-3; "so", ñ\n2', active=False)
    StorageLocationFactory(code="B2", name="007", qr_code=None, storage_area=StorageArea.objects.get())
    bare = StorageLocation.objects.get(code="B2")
    bare.polygon = None
    bare.save()
    supervisor.cookies.load({"django_language": language})
    exported = supervisor.get(reverse("export-places"), {"form": ending})
    page = send(supervisor, SimpleUploadedFile(f"places.{ending}", exported.content))
    preview = go_on(supervisor, page)
    assert counts(preview) == {"made": 0, "changed": 0, "unchanged": 4, "refused": 0}, told(preview, "changed")
    assert len(page.context["form"].groups) == len(LAYERS)


def test_qr_codes_are_made_for_all_that_lack_one(supervisor):
    for code in ("HOUSE-1-BED-2", "A", "B" * 32):
        StorageLocationFactory(code=code, qr_code=None)
    kept = StorageLocationFactory(qr_code="KEEP-ME-1").qr_code
    supervisor.post(reverse("places-qr-codes"))
    codes = dict(StorageLocation.objects.values_list("code", "qr_code"))
    assert codes["HOUSE-1-BED-2"] == "HOUSE-1-BED-2"
    assert kept in codes.values()
    assert all(8 <= len(qr_code) <= 20 for qr_code in codes.values())
    supervisor.post(reverse("places-qr-codes"))
    assert dict(StorageLocation.objects.values_list("code", "qr_code")) == codes


def test_files_too_large_or_none_are_refused_with_what_to_do(supervisor, monkeypatch):
    assert "Choose at least one file." in supervisor.post(START, {}).content.decode()
    monkeypatch.setattr("locations.importing.reading.MOST_BYTES", 1000)
    answer = supervisor.post(START, {"files": [table("a.csv", "x" * 1001)]})
    assert answer.status_code == 422
    assert "The files are too large" in answer.content.decode()
    assert not PlaceImport.objects.exists()


def test_the_role_of_a_worker_is_not_enough(worker):
    assert worker.get(START).status_code == 403
    assert worker.get(reverse("export-places")).status_code == 200


def workbook(*rows):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_spreadsheet_of_bays_finds_its_beds_and_names_bad_rows(supervisor):
    bed = StorageLocationFactory().storage_area
    data = workbook(
        ["code", "name", "area"],
        ["B1", "Bay 1", bed.code],
        [101.0, "nan", bed.code],
        ["B3", "=A1", bed.code],
        ["B 4", "Bay 4", bed.code],
        ["B5", "Bay 5", "NO"],
    )
    page = send(supervisor, SimpleUploadedFile("bays.xlsx", data))
    preview = go_on(supervisor, page, **{"t0-layer": "locations"})
    assert counts(preview) == {"made": 1, "changed": 0, "unchanged": 0, "refused": 4}
    assert told(preview) == [
        ("bays.xlsx, row 3", ["name is missing"]),
        ("bays.xlsx, row 4", ["name is a formula without a result; open the workbook and save it again"]),
        ("bays.xlsx, row 5", ['code "B 4": use capital letters A to Z, digits, dots, dashes and underscores']),
        ("bays.xlsx, row 6", ["area NO is not known"]),
    ]


def test_page_says_that_changes_cannot_be_undone(supervisor):
    known = WarehouseFactory(code="H1", name="House 1")
    page = send(supervisor, table("houses.csv", "layer,code,name\nwarehouses,H1,Other name\nwarehouses,H2,House 2\n"))
    preview = go_on(supervisor, page)
    assertContains(preview, "Changes of existing places cannot")
    made = apply(supervisor, preview)
    assertContains(made, "This import also changed 1 place that existed before. That cannot be undone")
    applied = supervisor.get(reverse("import-preview", args=[preview.context["kept"].pk]))
    assertContains(applied, "What was changed in existing places cannot be undone")
    assertContains(applied, reverse("places-made", args=[preview.context["kept"].pk]))
    undone = supervisor.post(reverse("places-undo", args=[preview.context["kept"].pk]), follow=True)
    assertContains(undone, "1 place that existed before stays as the import changed it")
    known.refresh_from_db()
    assert known.name == "Other name"
    assert not Warehouse.objects.filter(code="H2").exists()


def test_page_of_an_import_that_only_made_places_warns_of_nothing(supervisor):
    preview = go_on(supervisor, send(supervisor, table("houses.csv", "layer,code,name\nwarehouses,H2,House 2\n")))
    assertNotContains(preview, "cannot")
    apply(supervisor, preview)
    assertNotContains(supervisor.get(reverse("places-made", args=[preview.context["kept"].pk])), "cannot be undone")


def test_pages_and_steps_take_the_same_queries_for_any_number_of_rows(supervisor):
    """Rows are written 1,000 at a time."""
    asked = []
    for bays in (56, 560):
        asked.append({})
        with CaptureQueriesContext(connection) as queries:
            page = send(supervisor, *large_files(bays))
            asked[-1]["read"] = len(queries)
        with CaptureQueriesContext(connection) as queries:
            preview = go_on(supervisor, page)
            asked[-1]["previewed"] = len(queries)
        with CaptureQueriesContext(connection) as queries:
            apply(supervisor, preview)
            asked[-1]["written"] = len(queries)
        StorageLocation.objects.all().delete()
        StorageArea.objects.all().delete()
        Warehouse.objects.all().delete()
    assert asked[0] == asked[1]
    assert max(asked[1].values()) < 60
