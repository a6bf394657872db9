"""The command that tries the cases: its table, its pictures, its rows. The checks need a running instance."""

from io import BytesIO

import pytest
from PIL import Image

import bench.cases.checks  # noqa: F401 - registers them
from bench.cases.__main__ import read_arguments, row, try_case
from bench.cases.checks.stock import fields_of_new_cycle
from bench.cases.demeter import Demeter, Photo, Upload
from bench.cases.files import at_point, fresh, save
from bench.cases.instance import Instance
from bench.cases.table import CHECKS, Case, Seen, read_cases
from locations.demo import load_demo_nursery
from locations.models import StorageLocation
from photos.decoding.exif import gps_json, read_exif
from tests.factories import UserFactory

CASE = Case("c10", "Phones that state no error", "Offered")


def test_table_is_read_with_tabs_and_quotes(tmp_path):
    (tmp_path / "cases.tsv").write_text(
        'id\ttitle\tfiles\texpected\thow\tseen\tverdict\nc10\t"A ""quoted"" title"\tx.jpg\tOffered\tUpload\t-\tbroken\n'
    )
    assert read_cases(tmp_path) == [Case("c10", 'A "quoted" title', "Offered")]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "AVIF"])
def test_a_fresh_picture_has_other_bytes_and_the_same_pixels(kind):
    data = save(Image.new("RGB", (64, 48), (40, 90, 30)), kind)
    one, other = fresh(data), fresh(data)
    assert len({data, one, other}) == 3
    assert Image.open(BytesIO(one)).tobytes() == Image.open(BytesIO(data)).tobytes()


def test_a_point_without_an_error_is_written():
    data = save(Image.new("RGB", (64, 48)), "JPEG")
    gps = gps_json(read_exif(at_point(data, lon=-99.1002, lat=19.3998)))
    assert (gps["lon"], gps["lat"]) == (pytest.approx(-99.1002, abs=1e-7), pytest.approx(19.3998, abs=1e-7))
    assert gps["accuracy"] is None


def test_a_row_says_what_was_seen_in_one_line():
    assert row(CASE, Seen(False, "settled\nin a\tbay")).split("\t") == [
        "c10",
        "Phones that state no error",
        "Offered",
        "settled in a bay",
        "not",
    ]
    assert row(CASE, Seen(True, "offered")).endswith("\tas expected")
    assert row(CASE, None).endswith("\t\tno program tries it")


def test_a_check_that_breaks_is_not_as_expected(monkeypatch):
    def breaks(demeter):
        raise RuntimeError("no bay is left")

    monkeypatch.setitem(CHECKS, "c10", breaks)
    assert try_case(CASE, None) == Seen(as_expected=False, words="RuntimeError: no bay is left")


def test_address_and_login_may_be_left_out():
    args = read_arguments(["cases"])
    assert (args.address, args.user, args.password) == ("", "admin", "")
    args = read_arguments(["cases", "http://demeter.example", "ana", "secret", "--only", "c10", "h2"])
    assert (args.address, args.user, args.only) == ("http://demeter.example", "ana", ["c10", "h2"])


def test_answers_are_understood():
    refused = Upload(400, {"error": {"code": "all_files_refused", "refused": [{"code": "damaged_file"}]}})
    assert refused.refusal == "damaged_file"
    assert Upload(403, {"error": {"code": "forbidden"}}).refusal == "forbidden"
    assert Upload(202, {"jobs": []}).refusal == ""
    photo = Photo("1", "", {"processing_session": {"storage_location_id": 3, "total_detected": 4}})
    assert (photo.is_placed, photo.seen, photo.plants) == (True, 4, None)
    assert not Photo("1", "needs_location", {"processing_session": None}).is_placed


@pytest.fixture
def demeter(browser, live_server, transactional_db, tmp_path):
    """The demo nursery, without photos, as its administrator sees it."""
    load_demo_nursery()
    person = UserFactory(username="admin", is_superuser=True, is_staff=True)
    person.set_password("greenhouse-42")
    person.save()
    instance = Instance(live_server.url, tmp_path, "admin", "greenhouse-42")
    demeter = Demeter(browser, instance=instance, files=tmp_path)
    yield demeter
    demeter.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("case_id", ["r8", "c27", "j15"])
def test_a_case_without_photos_is_as_expected(demeter, case_id):
    demeter.wait_until_idle()
    seen = CHECKS[case_id](demeter)
    assert seen.as_expected, seen.words


@pytest.mark.browser
def test_a_bay_is_configured_as_its_page_does(demeter):
    bay = demeter.take_bay(configured=False)
    demeter.post(f"/locations/{bay}/configure/", form=fields_of_new_cycle(demeter, bay))
    assert StorageLocation.objects.get(code=bay).configs.filter(active=True).count() == 1
