"""The fault campaign's own parts; the campaign itself runs by hand (`python -m bench.faults`)."""

import hashlib
import json
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from bench.faults.breakages import BREAKAGES
from bench.faults.browsers import PAGES, Browsers
from bench.faults.campaign import PHOTOS_DIR, RoundsFile, breakage_of, find_shortfalls, make_people, summarize
from bench.faults.outcomes import STUCK_AFTER, find_faults, read_outcomes
from bench.faults.page import make_csv, make_page
from bench.faults.pictures import make_pictures, vary
from bench.faults.sender import Sender, Sent
from photos.decoding.content_types import content_type_of, is_complete
from photos.decoding.exif import read_exif
from photos.storage import object_store
from photos.storage.staging_cleanup import sweep_staging
from processing.models import Job
from tests.processing.factories import make_bed

SEED = 7


# --- Pictures and sending -------------------------------------------------------------------------------------------
def test_variant_has_the_same_pixels_and_position_and_other_bytes():
    picture = make_pictures(PHOTOS_DIR, 1)[0]
    one, other = (vary(picture, f"{SEED}/{number}") for number in range(2))
    assert len({picture.data, one.data, other.data}) == 3
    assert read_exif(one.data) == read_exif(picture.data)
    assert is_complete(one.data, str(content_type_of(one.data)))
    with Image.open(BytesIO(one.data)) as varied, Image.open(BytesIO(picture.data)) as original:
        assert varied.tobytes() == original.tobytes()


def test_pictures_have_names_of_their_own():
    assert len({picture.name for picture in make_pictures(PHOTOS_DIR, 40)}) == 40


@contextmanager
def web_answering(*statuses):
    """A server that gives these answers in turn."""
    left, image_id = list(statuses), uuid4()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps({"jobs": [{"image_id": str(image_id)}], "duplicates": []}).encode()
            self.send_response(left.pop(0))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", image_id
    server.shutdown()
    server.server_close()


def test_photo_is_sent_again_until_it_is_accepted():
    with web_answering(503, 202) as (address, image_id):
        [sent] = Sender(address, "token", make_pictures(PHOTOS_DIR, 1)).results()
    assert (sent.image_id, sent.failures) == (image_id, ("503",))


# --- What is wrong --------------------------------------------------------------------------------------------------
@pytest.fixture
def counted(db):
    """A counted photo whose original is in S3, and everything that `find_faults` wants to know of it."""
    sweep_staging(older_than=timedelta())  # what other tests left
    session = make_bed(0, 0, 1)
    image, picture = session.original_image, make_pictures(PHOTOS_DIR, 1)[0]
    object_store.put_object(image.s3_key_original, picture.data, content_type="image/jpeg")
    type(image).objects.filter(pk=image.pk).update(
        original_filename=picture.name, sha256=hashlib.sha256(picture.data).hexdigest(), upload=session.job.upload
    )
    sent = [Sent(picture.name, image.pk, (), time.time(), 0.1)]
    upload = session.job.upload_id
    return upload, sent, [picture], read_outcomes(upload)


def wrong(counted, **changes) -> set[str]:
    upload, sent, pictures, reference = counted
    found = find_faults(
        upload, changes.get("sent", sent), pictures, reference, due_at=changes.get("due_at", time.time())
    )
    return {kind for kind, what in vars(found).items() if what}


def test_photo_as_in_the_undisturbed_run_is_well(counted):
    assert wrong(counted) == set()


def test_photo_that_was_never_acknowledged_is_lost(counted):
    [sent] = counted[1]
    assert wrong(counted, sent=[Sent(sent.name, None, ("503",), 0, 0)]) == {"lost"}


def test_photo_whose_original_is_not_in_storage_is_lost(counted):
    job = Job.objects.get(upload=counted[0])
    object_store.delete_object(job.image.s3_key_original)
    assert wrong(counted) == {"lost"}


def test_job_that_did_not_complete_is_lost(counted):
    Job.objects.update(status="failed", problem="internal_error", error="x")
    assert wrong(counted) == {"lost"}


def test_photo_that_is_done_long_after_the_fault_is_stuck(counted):
    assert wrong(counted, due_at=time.time() - STUCK_AFTER.total_seconds() - 60) == {"stuck"}


def test_boxes_written_twice_are_double(counted):
    detections = Job.objects.get(upload=counted[0]).session.segments.get().detections
    first = detections.filter(class_id=0).first()
    first.pk = None
    first.save()
    assert wrong(counted) == {"double"}


def test_other_count_is_different(counted):
    session = Job.objects.get(upload=counted[0]).session
    session.total_estimated += 1
    session.save()
    assert wrong(counted) == {"different"}


def test_file_left_in_staging_is_told_apart_from_one_that_no_row_names(counted):
    image = Job.objects.get(upload=counted[0]).image
    object_store.stage_file("x/no-row.jpg", ContentFile(b"1"))
    assert wrong(counted) == {"swept"}
    type(image).objects.filter(pk=image.pk).update(staging_name=object_store.stage_file("x/row.jpg", ContentFile(b"1")))
    assert wrong(counted) == {"left_over", "swept"}


# --- Rounds and page ------------------------------------------------------------------------------------------------
def test_every_breakage_comes_once_in_each_turn_and_the_seed_draws_the_order():
    order = [breakage_of(number, SEED) for number in range(2 * len(BREAKAGES))]
    turns = order[: len(BREAKAGES)], order[len(BREAKAGES) :]
    assert all(sorted(turn) == sorted(BREAKAGES) for turn in turns)
    assert turns[0] != turns[1]
    assert order == [breakage_of(number, SEED) for number in range(len(order))]


def test_rounds_go_on_after_a_line_that_was_cut_short(tmp_path):
    file = RoundsFile(tmp_path / "rounds.jsonl")
    assert file.read() == []
    file.append({"round": 0})
    with (tmp_path / "rounds.jsonl").open("a") as cut:
        cut.write('\n{"round": 1, "sec')
    assert file.read() == [{"round": 0}]
    file.append({"round": 1})
    assert file.read() == [{"round": 0}, {"round": 1}]


def test_page_has_the_totals_and_the_table_a_row_for_each_breakage():
    kinds = {"lost": [], "double": [], "stuck": [], "different": ["a"], "left_over": [], "swept": 1}
    first = {"breakage": "beat killed", "photos": 20, "broken_for": 0.1, "after_fault": 9.0, "findings": kinds}
    first |= {"pages": 40, "slowest_page": 2.7, "slow_pages": 1, "failed_pages": {"500": 2, "503": 1}}
    rounds = [first, {**first, "after_fault": 30.5}, {**first, "breakage": "broker emptied"}]
    rounds.append({**first, "breakage": "web killed", "slowest_page": 9.0})
    report = {
        "seed": 1,
        "undisturbed_seconds": 14.2,
        "pause": "3 to 40",
        "lease": 60.0,
        "breakages": summarize(rounds),
    }
    page = make_page({"campaign": report})
    assert "4 rounds of 20 photos" in page
    assert "| counted differently | 4 |" in page
    assert "| slowest page, s | 9.0 |" in page
    assert "Of the 120 pages beside other faults\n  3 took over 2 s, the slowest 2.7 s." in page
    heads, *rows = make_csv(report["breakages"]).splitlines()
    assert heads.startswith("fault,rounds,photos,")
    assert "beat killed,2,40,0.1,30.5,0,0,0,2,0,2,80,2.7,2,6,4" in rows
    assert len(rows) == 3


def test_campaign_is_well_only_with_all_rounds_and_nothing_wrong():
    well = {"rounds": 5, "lost": 0, "stuck": 0, "double": 0, "different": 0, "left_over": 0}
    well |= {"slow_pages": 0, "failed_pages": 0, "status_500": 0}
    breakages = {name: dict(well) for name in BREAKAGES}
    assert find_shortfalls(breakages, rounds=5) == []
    breakages["web killed"]["failed_pages"] = breakages["database stopped for a while"]["slow_pages"] = 3
    assert find_shortfalls(breakages, rounds=5) == [], "no page can be had then"
    breakages["broker stopped for a while"]["slow_pages"] = 1
    breakages["database killed"]["status_500"] = 2
    breakages["beat killed"]["rounds"] = 4
    assert sorted(find_shortfalls(breakages, rounds=5)) == [
        "beat killed: fewer than 5 rounds",
        "broker stopped for a while: 1 slow_pages",
        "database killed: 2 status_500",
    ]


def test_people_of_each_role_see_their_pages(live_server, db):
    people = make_people()
    assert set(people) == set(PAGES)
    began, each = time.monotonic(), sum(map(len, PAGES.values()))
    with Browsers(live_server.url, people) as browsers:
        while browsers.report()["pages"] < each and time.monotonic() - began < 120:
            time.sleep(0.5)
    report = browsers.report()
    assert report["pages"] >= each
    assert report["failed_pages"] == {}
