"""The stages of one photo, with painted models and the real storage: results, outages, failures, all of it twice."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from demeter.common.exceptions import UnavailableError
from locations.catalogue import find_or_make_mixed
from locations.configuration import ConfigureMode, configure_location
from photos.decoding.pixels import encode_jpeg
from photos.ingest import storing
from photos.statuses import UploadSource
from photos.storage import object_store
from photos.upload.accepting import accept_upload
from processing import trash
from processing.counting.boxes import NO_DETECTIONS
from processing.counting.faults import Fault
from processing.jobs import reprocess, start_jobs
from processing.messages import CONTAINERS_FAILED, CONTAINERS_MISSING, DETECTION_ERROR
from processing.models import Detection, Job, Segment
from processing.pictures import drawing
from processing.pipeline import aggregation, stages
from processing.review import corrections
from processing.review.recount import read_reviewed
from processing.runtime import inference, registry
from processing.statuses import Phase, RunStatus, SegmentStatus
from stock.calibration import find_calibration, switch_calibration
from stock.models import Calibration, StockBatch, StockMovement, ValidationSource, Visit
from tests.factories import UserFactory
from tests.locations.factories import (
    ConfigPartFactory,
    DensityParametersFactory,
    ProductFactory,
    ProductStateFactory,
    StorageLocationFactory,
)
from tests.processing.fakes import PaintedDetector, PaintedSegmenter, paint_container, paint_grid, paint_picture
from tests.stock.validating import validate

pytestmark = pytest.mark.django_db
WORKER = "gpu@test"
TRAY, BED = (40, 40, 440, 340), (480, 40, 960, 640)


@pytest.fixture(autouse=True)
def painted_models(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


@pytest.fixture
def place():
    return StorageLocationFactory(configured=True)


def tray_and_bed():
    rgb = paint_picture(1000, 700)
    paint_container(rgb, "plug", TRAY)
    paint_grid(rgb, TRAY, rows=4, columns=6, side=30, empty=(3, 10))
    paint_container(rgb, "segment", BED)
    paint_grid(rgb, BED, rows=6, columns=5, side=40)
    return rgb


def upload(rgb, place=None) -> Job:
    file = SimpleUploadedFile("photo.jpg", encode_jpeg(rgb, 95), content_type="image/jpeg")
    accepted = accept_upload(user=UserFactory(), files=[file], source=UploadSource.API, storage_location=place)
    [job] = start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=place)
    return job


def run(job: Job) -> Job:
    """The whole canvas in one process."""
    stages.store_photos([job.image_id], worker=WORKER)
    _, segments = stages.open_photo(job.image_id, worker=WORKER)
    for segment in segments:
        stages.detect(segment.pk, worker=WORKER)
    stages.close_photo(job.pk, worker=WORKER)
    return Job.objects.select_related("session", "image").get(pk=job.pk)


def test_photo_becomes_count_picture_and_stock(place):
    job = run(upload(tray_and_bed(), place))
    session = job.session
    assert (job.status, job.phase, job.image.status) == (RunStatus.COMPLETED, Phase.DONE, "ready")
    assert session.category_counts == {"plant": 22 + 30, "empty": 2, "dead": 0}
    assert (session.total_detected, session.total_empty_containers) == (52, 2)
    assert session.total_estimated >= session.total_detected
    assert set(session.phase_seconds) == {"store", "locate", "segment", "detect", "aggregate"}
    assert object_store.read_object(session.processed_image.s3_key_original).startswith(b"\xff\xd8")
    assert StockBatch.objects.get().quantity_current == session.total_estimated


def test_photo_whose_lower_half_is_missing_is_not_counted(place):
    data = encode_jpeg(tray_and_bed(), 95)
    file = SimpleUploadedFile("half.jpg", data[: len(data) // 2] + b"\xff\xd9")
    accepted = accept_upload(user=UserFactory(), files=[file], source=UploadSource.API, storage_location=place)
    [job] = start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=place)
    for _ in range(2):
        ended = run(job)
        assert (ended.status, ended.problem, ended.image.status) == (RunStatus.FAILED, "unreadable_photo", "failed")
        assert "Part of the picture is missing" in str(ended.image.error_details)
        job = reprocess(image=ended.image, reason="", user=accepted.upload.user)
    assert ended.image.s3_key_preview  # people see what came of it
    assert not StockMovement.objects.exists()


def test_every_stage_twice_counts_once(place):
    job = upload(tray_and_bed(), place)
    for _ in range(2):
        stages.store_photos([job.image_id], worker=WORKER)
    _, segments = stages.open_photo(job.image_id, worker=WORKER)
    assert stages.open_photo(job.image_id, worker=WORKER) == (None, [])
    for segment in segments * 2:
        stages.detect(segment.pk, worker=WORKER)
    for _ in range(2):
        stages.close_photo(job.pk, worker=WORKER)
    job.refresh_from_db()
    assert Detection.objects.filter(segment__session=job.session, class_id=0).count() == 52
    assert StockMovement.objects.count() == 1


def test_counting_workers_need_nothing_of_the_disk_that_stored_the_photo(place, settings, tmp_path):
    """Web and io worker on one host, gpu and cpu workers on another, whose staging folder is empty."""
    job = upload(tray_and_bed(), place)
    stages.store_photos([job.image_id], worker="io@one")
    settings.STAGING_ROOT = str(tmp_path / "none")
    staging = {**settings.STORAGES["staging"], "OPTIONS": {"location": settings.STAGING_ROOT, "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "staging": staging}
    _, segments = stages.open_photo(job.image_id, worker="gpu@two")
    for segment in segments:
        stages.detect(segment.pk, worker="gpu@two")
    assert stages.close_photo(job.pk, worker="cpu@two")["closed"]
    again = run(reprocess(image=job.image, user=job.requested_by, reason="Once more"))
    assert (again.status, again.session.total_detected) == (RunStatus.COMPLETED, 52)
    assert not (tmp_path / "none").exists()


def test_plants_of_a_crate_on_a_bed_are_counted_once(place):
    rgb = paint_picture(1000, 700)
    paint_container(rgb, "segment", (40, 40, 960, 660))
    paint_grid(rgb, (40, 40, 500, 660), rows=6, columns=5, side=40)
    paint_container(rgb, "box", (560, 160, 900, 500))
    paint_grid(rgb, (560, 160, 900, 500), rows=4, columns=4, side=40)
    job = run(upload(rgb, place))
    assert sorted(job.session.segments.values_list("container_class", "detected")) == [("box", 16), ("segment", 30)]
    counted = Detection.objects.filter(segment__session=job.session, counted=True)
    assert counted.count() == job.session.total_detected == 46


def test_what_a_rule_leaves_out_is_there_for_a_rule_that_does_not(place, monkeypatch):
    """Rules depend on the density that is known, and that changes."""
    with monkeypatch.context() as strict:
        strict.setattr(
            aggregation, "own_detections", lambda _, found, **__: tuple(boxes.select([1, 5]) for boxes in found)
        )
        first = run(upload(tray_and_bed(), place))
    kept = Detection.objects.filter(segment__session=first.session)
    assert (first.session.total_detected, kept.filter(counted=True).count(), kept.count()) == (4, 4, 54)
    assert len(read_reviewed(first.image, first.session).found.detections) == 4
    again = run(reprocess(image=first.image, user=first.requested_by, reason="A density is known"))
    assert again.session.detections_from == first.session
    assert (again.session.total_detected, again.session.total_empty_containers) == (52, 2)
    assert kept.filter(counted=True).count() == 4, "history keeps its own"


def test_plants_left_out_mark_the_count_also_when_it_is_made_again(place, monkeypatch):
    seen = inference.find_containers
    with monkeypatch.context() as gravel:
        gravel.setattr(inference, "find_containers", lambda photo: replace(seen(photo), left_out=20))
        first = run(upload(tray_and_bed(), place))
    again = run(reprocess(image=first.image, user=first.requested_by, reason="A density is known"))
    for job in (first, again):
        assert {"code": "doubtful.left_out", "parameters": {"plants": 20}} in job.session.review_reasons


def test_photo_is_not_closed_while_a_container_is_open(place):
    job = upload(tray_and_bed(), place)
    stages.store_photos([job.image_id], worker=WORKER)
    _, segments = stages.open_photo(job.image_id, worker=WORKER)
    stages.detect(segments[0].pk, worker=WORKER)
    assert stages.close_photo(job.pk, worker=WORKER)["skipped"]


def test_one_failed_container_leaves_a_partial_count(place, monkeypatch):
    def detect(rgb, container, **options):
        if container.kind == "plug":
            raise RuntimeError("out of memory")
        return mock.DEFAULT

    broken = mock.Mock(side_effect=detect, wraps=inference.detect_plants)
    monkeypatch.setattr(inference, "detect_plants", broken)
    job = run(upload(tray_and_bed(), place))
    assert (job.status, job.session.partial, job.session.total_detected) == (RunStatus.COMPLETED, True, 30)
    assert CONTAINERS_FAILED(number=1).as_json() in job.session.review_reasons
    assert Segment.objects.get(container_class="plug").error == DETECTION_ERROR(error="RuntimeError")


def test_photo_whose_containers_all_fail_is_failed_with_reason(place, monkeypatch):
    monkeypatch.setattr(inference, "detect_plants", mock.Mock(side_effect=RuntimeError("broken")))
    job = run(upload(tray_and_bed(), place))
    assert (job.status, job.problem) == (RunStatus.FAILED, "detection_failed")
    assert job.image.error_details == DETECTION_ERROR(error="RuntimeError")


def test_photo_without_container_completes_with_zeros_and_a_reason(place):
    job = run(upload(paint_picture(600, 400), place))
    assert (job.status, job.session.total_detected, job.session.total_estimated) == (RunStatus.COMPLETED, 0, 0)
    assert job.session.review_reasons[0]["code"] == "no_container"


def test_photo_that_cannot_be_believed_keeps_its_count_and_stands_for_no_stock(place):
    glare = np.pad(tray_and_bed(), ((400, 0), (600, 0), (0, 0)), constant_values=255)
    job = run(upload(glare, place))
    assert (job.status, job.problem, job.image.status) == (RunStatus.COMPLETED, "too_bright", "failed")
    assert job.session.total_detected == 52
    assert job.image.error_details.code == "too_bright"
    assert not StockBatch.objects.exists()


def test_outage_of_the_storage_puts_the_photo_off_and_nobody_sees_failed(place, monkeypatch):
    job = upload(tray_and_bed(), place)
    with monkeypatch.context() as outage:
        outage.setattr(object_store, "put_object", mock.Mock(side_effect=UnavailableError("down")))
        assert stages.store_photos([job.image_id], worker=WORKER) == []
    job.refresh_from_db()
    assert (job.status, job.phase, job.postponements, job.held_by) == (RunStatus.PROCESSING, Phase.STORE, 1, "")
    assert run(job).status == RunStatus.COMPLETED


def test_error_of_ours_ends_the_photo_with_a_reason_and_without_details(place, monkeypatch):
    monkeypatch.setattr(inference, "find_containers", mock.Mock(side_effect=KeyError("secret")))
    job = upload(tray_and_bed(), place)
    stages.store_photos([job.image_id], worker=WORKER)
    assert stages.open_photo(job.image_id, worker=WORKER) == (None, [])
    job.refresh_from_db()
    assert (job.status, job.problem) == (RunStatus.FAILED, "internal_error")
    assert str(job.error) == "KeyError in the phase Segment; the log tells more"


def test_location_missing_then_chosen_reuses_the_detections(place, monkeypatch):
    first = run(upload(tray_and_bed()))
    assert (first.problem, first.image.status, StockBatch.objects.count()) == ("needs_location", "failed", 0)
    unused = mock.Mock()
    monkeypatch.setattr(inference, "detect_plants", unused)
    again = run(reprocess(image=first.image, user=first.requested_by, reason="Found", chosen_location=place))
    unused.assert_not_called()
    assert again.session.detections_from == first.session
    assert (again.image.status, again.session.total_detected) == ("ready", first.session.total_detected)
    assert Detection.objects.filter(segment__session=first.session).count() == 54, "history keeps its own"


def test_location_without_configuration_is_named():
    job = run(upload(tray_and_bed(), StorageLocationFactory()))
    assert job.problem == "needs_config"
    assert "is not configured" in str(job.error)


def test_few_plants_without_density_need_calibration(place):
    rgb = paint_picture(1000, 700)
    paint_container(rgb, "segment", BED)
    paint_grid(rgb, (BED[0], BED[1], BED[0] + 100, BED[1] + 60), rows=1, columns=2, side=24)
    job = run(upload(np.ascontiguousarray(rgb), place))
    assert (job.problem, job.session.total_detected) == ("needs_calibration", 2)
    assert StockBatch.objects.get().quantity_current == 2, "what was seen is stock"
    assert Segment.objects.get().status == SegmentStatus.DONE


def test_few_plants_with_a_density_lack_nothing_but_are_to_be_looked_at(place):
    config = place.configs.get()
    DensityParametersFactory(product=config.product, packaging=config.packaging)
    rgb = paint_picture(1000, 700)
    paint_container(rgb, "segment", BED)
    paint_grid(rgb, (BED[0], BED[1], BED[0] + 100, BED[1] + 60), rows=1, columns=2, side=24)
    job = run(upload(np.ascontiguousarray(rgb), place))
    assert (job.problem, job.image.status, StockBatch.objects.get().quantity_current) == ("", "ready", 2)
    assert any(reason["code"] == "needs_calibration" for reason in job.session.review_reasons)


def in_stock():
    return {batch.product: batch.quantity_current for batch in StockBatch.objects.select_related("product")}


def test_each_container_counts_for_the_product_that_is_listed_for_it(place):
    config = place.configs.get()
    agave = ConfigPartFactory(config=config, containers="1").product
    job = run(upload(tray_and_bed(), place))
    tray, bed = job.session.segments.order_by("number")
    assert (tray.container_class, bed.container_class) == ("plug", "segment"), "numbered from left to right"
    assert in_stock() == {agave: tray.estimated, config.product: bed.estimated}
    ConfigPartFactory(config=config, product=config.product, packaging=None, containers="2")
    config.product = find_or_make_mixed()
    config.save()
    run(reprocess(image=job.image, user=job.requested_by, reason="Listed"))
    stock = StockBatch.objects.order_by("quantity_current").values_list("quantity_current", flat=True)
    assert list(stock) == [0, 0, *sorted((tray.estimated, bed.estimated))], "now in a batch of its own packaging"


def test_a_photo_with_fewer_containers_than_are_listed_says_so(place):
    ConfigPartFactory(config=place.configs.get(), containers="1-3")
    job = run(upload(tray_and_bed(), place))
    assert CONTAINERS_MISSING(found=2, named=3).as_json() in job.session.review_reasons
    assert job.image.status == "ready"


def test_the_density_of_a_container_is_that_of_its_product(place):
    config = place.configs.get()
    agave = ConfigPartFactory(config=config, containers="1").product
    rgb = paint_picture(1000, 700)
    paint_container(rgb, "segment", BED)
    paint_grid(rgb, (BED[0], BED[1], BED[0] + 100, BED[1] + 60), rows=1, columns=2, side=24)
    job = run(upload(np.ascontiguousarray(rgb), place))
    assert job.problem == "needs_calibration"
    assert str(agave) in str(job.error)
    DensityParametersFactory(product=agave, packaging=None)
    again = run(reprocess(image=job.image, user=job.requested_by, reason="Density"))
    assert (again.problem, again.image.status) == ("", "ready")
    assert again.session.segments.get().estimation.density.product == agave


def test_mixed_plants_ask_for_no_density_but_are_to_be_looked_at(place):
    place.configs.update(product=find_or_make_mixed())
    rgb = paint_picture(1000, 700)
    paint_container(rgb, "segment", BED)
    paint_grid(rgb, (BED[0], BED[1], BED[0] + 100, BED[1] + 60), rows=1, columns=2, side=24)
    job = run(upload(np.ascontiguousarray(rgb), place))
    assert (job.problem, job.image.status, in_stock()) == ("", "ready", {find_or_make_mixed(): 2})
    assert any(reason["code"] == "needs_calibration" for reason in job.session.review_reasons)


def test_a_photo_processed_again_stays_in_the_cycle_of_its_moment(place):
    job = run(upload(tray_and_bed(), place))
    then = place.configs.get()
    configure_location(
        location=place,
        product=ProductFactory(),
        packaging=None,
        expected_state=then.expected_state,
        mode=ConfigureMode.NEW_CYCLE,
    )
    again = run(reprocess(image=job.image, user=job.requested_by, reason="Once more"))
    assert again.status == RunStatus.COMPLETED
    assert StockBatch.objects.get().config == then


@pytest.mark.django_db(transaction=True)
def test_a_configuration_saved_while_a_photo_closes_is_its_configuration(monkeypatch):
    place = StorageLocationFactory()
    state, product = ProductStateFactory(), ProductFactory()
    job = upload(tray_and_bed(), place)
    store = aggregation._store_annotated

    def configure_meanwhile(*args):
        if not place.configs.exists():
            configure_location(
                location=place,
                product=product,
                packaging=None,
                expected_state=state,
                mode=ConfigureMode.NEW_CYCLE,
            )
        return store(*args)

    monkeypatch.setattr(aggregation, "_store_annotated", configure_meanwhile)
    job = run(job)
    assert (job.problem, job.image.status) == ("", "ready")
    assert StockBatch.objects.get().product == product


def test_a_location_switched_off_keeps_the_count_of_a_photo_processed_again(place):
    job = run(upload(tray_and_bed(), place))
    type(place).objects.update(active=False)
    again = run(reprocess(image=job.image, user=job.requested_by, reason="Once more"))
    assert (again.problem, again.image.storage_location) == ("", place)
    assert again.session.location_evidence == job.session.location_evidence
    assert StockBatch.objects.get().quantity_current == job.session.total_estimated


def test_two_photos_of_a_bay_are_one_visit_with_their_pictures_compared(place):
    first = run(upload(tray_and_bed(), place))
    other = paint_picture(1000, 700)
    paint_container(other, "segment", (60, 60, 700, 300))
    paint_grid(other, (60, 60, 700, 300), rows=3, columns=9, side=40)
    second = run(upload(np.ascontiguousarray(other[:, ::-1]), place))
    visit = Visit.objects.get()
    assert (visit.photos, visit.is_open) == (2, True)
    assert visit.quantity == first.session.total_estimated + second.session.total_estimated
    run(upload(np.clip(tray_and_bed().astype(int) + 2, 0, 255).astype(np.uint8), place))
    visit.refresh_from_db()
    assert (visit.photos, visit.counts.in_force().filter(is_counted=True).count()) == (3, 2)


def test_corrections_are_applied_again_to_a_new_run(place, monkeypatch):
    first = run(upload(tray_and_bed(), place))
    person, image = UserFactory(supervisor=True), first.image
    seen = Detection.objects.filter(segment__session=first.session, class_id=0).first()
    corrections.correct(
        image=image, user=person, action="remove", x=seen.center_x_px / 1000, y=seen.center_y_px / 700, class_id=0
    )
    corrections.correct(image=image, user=person, action="add", x=0.7, y=0.93, class_id=2)
    first.session.refresh_from_db()
    assert first.session.category_counts == {"plant": 51, "empty": 2, "dead": 1}
    # Another model: nothing is reused, and each box lies a little elsewhere.
    monkeypatch.setattr(registry, "read_weights", lambda name: mock.Mock(sha256=f"new {name}"))
    detect = inference.detect_plants
    monkeypatch.setattr(inference, "detect_plants", lambda *a, **k: detect(*a, **k).placed(scale=1, offset_xy=(3, 3)))
    again = run(reprocess(image=image, user=first.requested_by, reason="A new model")).session
    assert again.detections_from is None
    assert again.category_counts == first.session.category_counts
    assert again.manual_adjustments["model"]["category_counts"] == {"plant": 52, "empty": 2, "dead": 0}
    assert Detection.objects.filter(segment__session=again).count() == 54
    assert StockBatch.objects.get().quantity_current == again.total_estimated


def test_a_run_with_the_same_count_keeps_the_sign_off_and_another_count_does_not(place, monkeypatch):
    first = run(upload(tray_and_bed(), place))
    person = UserFactory(supervisor=True)
    corrections.sign_off(image=first.image, user=person, seen=first.session.total_estimated)
    again = run(reprocess(image=first.image, user=first.requested_by, reason="Look again"))
    assert (again.session.validated, again.session.validated_by_user) == (True, person)
    monkeypatch.setattr(registry, "read_weights", lambda name: mock.Mock(sha256=f"new {name}"))
    monkeypatch.setattr(inference, "detect_plants", mock.Mock(return_value=NO_DETECTIONS))
    other = run(reprocess(image=first.image, user=first.requested_by, reason="A worse model"))
    assert (other.session.total_detected, other.session.validated) == (0, False)


@pytest.mark.parametrize(
    "where", ["photos.ingest.storing.make_preview", "find_containers", "detect_plants", "_store_annotated"]
)
def test_worker_that_was_stopped_too_long_writes_nothing_over_its_successor(place, monkeypatch, where):
    """In the middle of each phase its lease ends; another worker does the whole photo before it goes on."""
    job = upload(tray_and_bed(), place)
    owner = {"find_containers": inference, "detect_plants": inference, "_store_annotated": aggregation}.get(where)
    found = getattr(owner, where) if owner else storing.make_preview
    done = []

    def slowly(*args, **kwargs):
        result = found(*args, **kwargs)
        if not done:
            done.append(True)
            for model in (Job, Segment):
                model.objects.exclude(held_by="").update(lease_until=timezone.now())
            stages.store_photos([job.image_id], worker="successor")
            stages.open_photo(job.image_id, worker="successor")
            for segment in Segment.objects.filter(status=SegmentStatus.PENDING):
                stages.detect(segment.pk, worker="successor")
            stages.close_photo(job.pk, worker="successor")
            done.append(Job.objects.get(pk=job.pk))
        return result

    if owner:
        monkeypatch.setattr(owner, where, slowly)
    else:
        monkeypatch.setattr(where, slowly)
    again = run(job)
    assert done[1].status == RunStatus.COMPLETED
    assert (again.image.status, again.updated_at) == ("ready", done[1].updated_at)
    assert again.session.category_counts == {"plant": 52, "empty": 2, "dead": 0}
    assert Detection.objects.filter(segment__session=again.session).count() == 54
    assert StockMovement.objects.count() == 1


def test_annotated_picture_that_a_worker_writes_after_it_lost_its_lease_is_never_shown(place, monkeypatch):
    """It is stopped at the write itself, where no look at the lease can help; its successor counts another number."""
    job = upload(tray_and_bed(), place)
    put, late, draw = object_store.put_object, [], drawing.draw

    def put_late(key, data, **options):
        if not late and key.startswith("annotated/"):
            late.append(key)
            Job.objects.update(lease_until=timezone.now())
            monkeypatch.setattr(drawing, "draw", lambda *drawn, **options: 255 - draw(*drawn, **options))
            stages.close_photo(job.pk, worker="successor")
        put(key, data, **options)

    monkeypatch.setattr(object_store, "put_object", put_late)
    session = run(job).session
    shown = session.processed_image
    assert late != [shown.s3_key_original]
    data = object_store.read_object(shown.s3_key_original)
    assert (len(data), shown.stored_at is not None) == (shown.file_size_bytes, True)
    assert data != object_store.read_object(late[0])
    again = run(reprocess(image=job.image, user=job.requested_by, reason="Once more")).session
    assert again.processed_image_id == shown.pk, "one row for each photo"
    type(job.image).objects.filter(pk=job.image_id).update(deleted_at=timezone.now() - 2 * trash.KEPT_FOR)
    assert trash.purge_expired() == 1
    assert not object_store.has_object(late[0]), "it goes with its photo, or by retention"


def test_count_is_multiplied_by_the_factor_of_its_kind_and_says_so(place):
    first = run(upload(tray_and_bed(), place))
    config = place.configs.get()
    kind = {"model_version": first.session.model_version, "container_kind": first.session.container_kind}
    before = first.session.total_estimated
    validate(7, counted=100, off=-20, config=config, source=ValidationSource.KNOWN, **kind)
    again = run(reprocess(image=first.image, user=first.requested_by, reason="Calibrated"))
    session, calibration = again.session, Calibration.objects.in_force().get()
    assert (session.calibration, session.uncalibrated, session.is_calibrated) == (calibration, before, True)
    assert session.total_estimated == calibration.calibrate(before) < session.total_detected
    assert StockBatch.objects.get().quantity_current == session.total_estimated
    newest = StockMovement.objects.filter(session_id=session.session_id).latest("pk")
    assert str(newest.reason) == f"Counted {session.total_estimated}, {before} before calibration."
    first.session.refresh_from_db()
    assert (first.session.total_estimated, first.session.calibration) == (before, None), "old counts stay"
    switch_calibration(calibration_id=calibration.pk, on=False, user=first.requested_by)
    assert find_calibration(calibration.stratum) is None, "what the next run asks for"


def test_refused_count_is_not_multiplied(place, monkeypatch):
    first = run(upload(tray_and_bed(), place))
    kind = {"model_version": first.session.model_version, "container_kind": first.session.container_kind}
    validate(7, counted=100, off=-20, config=place.configs.get(), source=ValidationSource.KNOWN, **kind)
    monkeypatch.setattr(aggregation, "find_faults", lambda *_, **__: [Fault("too_dark")])
    again = run(reprocess(image=first.image, user=first.requested_by, reason="Once more"))
    assert (again.session.refusal, again.session.calibration) == ("too_dark", None)
