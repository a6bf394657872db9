"""A count that its run refused, accepted by a person: settled, in the stock once, and kept by later runs."""

from unittest import mock

import numpy as np
import pytest

from processing.counting.boxes import NO_DETECTIONS
from processing.counting.faults import Fault
from processing.jobs import reprocess
from processing.models import Job
from processing.pipeline import aggregation
from processing.review import corrections
from processing.runtime import inference, registry
from stock.models import StockBatch, StockCount, StockMovement
from tests.factories import UserFactory
from tests.locations.factories import StorageLocationFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter
from tests.processing.pipeline.test_stages import run, tray_and_bed, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def painted_models(monkeypatch):
    monkeypatch.setattr(inference, "load_detector", PaintedDetector)
    monkeypatch.setattr(inference, "load_segmenter", PaintedSegmenter)


@pytest.fixture
def place():
    return StorageLocationFactory(configured=True)


def glare():
    return np.pad(tray_and_bed(), ((400, 0), (600, 0), (0, 0)), constant_values=255)


def accept(job: Job):
    """A supervisor who counts 52 plants and signs them off."""
    person = UserFactory(supervisor=True)
    job.session.refresh_from_db()
    corrections.sign_off(image=job.image, user=person, seen=job.session.total_estimated)
    job.refresh_from_db()
    return person


def stock() -> tuple[int, int]:
    """Plants in stock and movements that brought them there."""
    return StockBatch.objects.get().quantity_current, StockMovement.objects.count()


def test_a_refused_photo_is_settled_by_its_sign_off_and_counts_once(place):
    job = run(upload(glare(), place))
    corrections.correct(image=job.image, user=UserFactory(supervisor=True), action="add", x=0.9, y=0.9, class_id=0)
    assert not StockBatch.objects.exists(), "a correction alone settles nothing"
    person = accept(job)
    assert (job.image.status, job.image.problem, job.problem, job.error) == ("ready", "", "", None)
    assert (job.session.refusal, job.session.needs_look) == ("too_bright", True)
    job.session.refresh_from_db()
    assert (job.session.validated_by_user, stock()) == (person, (job.session.total_estimated, 1))
    accept(job)
    assert stock() == (job.session.total_estimated, 1)


def test_a_taken_back_sign_off_refuses_the_photo_again(place):
    job = run(upload(glare(), place))
    person = accept(job)
    accepted = job.session.total_estimated
    corrections.reopen_count(image=job.image, user=person)
    job.refresh_from_db()
    assert (job.image.status, job.image.problem, job.problem) == ("failed", "too_bright", "too_bright")
    assert job.image.error_details == job.session.refusal_message
    assert stock() == (0, 2)
    accept(job)
    assert job.image.status == "ready"
    assert stock()[0] == accepted
    assert StockCount.objects.count() == 1


def test_a_correction_after_the_sign_off_asks_for_another_one(place):
    job = run(upload(glare(), place))
    person = accept(job)
    corrections.correct(image=job.image, user=person, action="add", x=0.9, y=0.9, class_id=0)
    job.refresh_from_db()
    assert (job.image.problem, stock()[0]) == ("too_bright", 0)
    accept(job)
    job.session.refresh_from_db()
    assert (job.image.status, stock()[0]) == ("ready", job.session.total_estimated)


def test_a_refused_photo_without_location_still_needs_one_after_its_sign_off(place):
    job = run(upload(glare()))
    person = accept(job)
    assert (job.image.status, job.image.problem, job.problem) == ("failed", "needs_location", "needs_location")
    again = run(reprocess(image=job.image, user=person, reason="Found", chosen_location=place))
    assert (again.image.status, again.problem, again.session.validated_by_user) == ("ready", "", person)
    assert (again.session.refusal, stock()) == ("too_bright", (again.session.total_estimated, 1))


def test_a_new_run_that_refuses_again_keeps_the_signed_off_count(place, monkeypatch):
    job = run(upload(glare(), place))
    person = accept(job)
    signed_off = job.session.total_estimated
    monkeypatch.setattr(registry, "read_weights", lambda name: mock.Mock(sha256=f"new {name}"))
    monkeypatch.setattr(inference, "detect_plants", mock.Mock(return_value=NO_DETECTIONS))
    again = run(reprocess(image=job.image, user=person, reason="A worse model"))
    assert (again.image.status, again.session.total_estimated) == ("ready", signed_off)
    assert (again.session.validated_by_user, stock()) == (person, (signed_off, 1))
    assert again.session.manual_adjustments["kept"]
    assert again.session.manual_adjustments["model"]["total_detected"] == 0
    corrections.note(image=again.image, user=person, text="Dry")
    corrections.undo(image=again.image, user=person)
    again.session.refresh_from_db()
    assert (again.session.total_estimated, again.session.validated) == (signed_off, True)


def test_a_sign_off_during_a_new_run_waits_for_its_end(place):
    job = run(upload(glare(), place))
    later = reprocess(image=job.image, user=UserFactory(), reason="Look again")
    accept(job)
    assert (job.image.status, StockBatch.objects.exists()) == ("processing", False)
    ended = run(later)
    assert (ended.image.status, stock()) == ("ready", (ended.session.total_estimated, 1))


def test_a_photo_that_was_signed_off_before_a_run_refuses_it_stays_accepted(place, monkeypatch):
    job = run(upload(tray_and_bed(), place))
    person = accept(job)
    monkeypatch.setattr(aggregation, "find_faults", lambda *_, **__: (Fault("too_dark"),))
    again = run(reprocess(image=job.image, user=person, reason="Stricter"))
    assert (again.image.status, again.session.refusal, again.session.validated_by_user) == ("ready", "too_dark", person)
