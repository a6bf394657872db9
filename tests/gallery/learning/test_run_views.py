"""Trainings on the pages and in the API."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from learning.models import ShadowCount, TrainingRun
from locations.nursery import write_nursery
from tests.learning.factories import DataSetFactory, TrainingRunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _night():
    write_nursery(working_from=0, working_until=0)


def test_supervisor_trains_on_a_data_set(supervisor: Client):
    data_set = DataSetFactory()
    assertContains(supervisor.get("/models/"), "Train on my photos")
    answer = supervisor.post("/models/trainings/", {"data_set_id": data_set.pk}, follow=True)
    run = TrainingRun.objects.get()
    assertRedirects(answer, f"/models/trainings/{run.pk}/")
    assertContains(answer, "A training worker takes it within seconds.")
    page = supervisor.get("/models/")
    assertNotContains(page, "Train on my photos")
    assertContains(page, f"Training {run.pk}")


def test_a_second_tap_and_too_few_photos_are_refused(supervisor: Client):
    data_set, few = DataSetFactory(), DataSetFactory(photo_count=3, held_out_count=0)
    answer = supervisor.post("/models/trainings/", {"data_set_id": few.pk}, follow=True)
    assertContains(answer, "2 more must be corrected and signed off.")
    for _ in range(2):
        answer = supervisor.post("/models/trainings/", {"data_set_id": data_set.pk}, follow=True)
    assertContains(answer, "A training is waiting or at work already.")
    assert TrainingRun.objects.count() == 1
    assert supervisor.post("/models/trainings/", {"data_set_id": "x"}).status_code == 404


def test_progress_is_polled_until_the_end(viewer: Client):
    run = TrainingRunFactory(running=True)
    answer = viewer.get(f"/models/trainings/{run.pk}/", HTTP_HX_REQUEST="true")
    assertContains(answer, 'hx-trigger="every 2s"')
    assertContains(answer, "40 %")
    assertContains(answer, "Learning plants: ")
    assertContains(answer, "left")
    assertNotContains(answer, "<html")
    assertNotContains(answer, "Cancel the training")
    TrainingRun.objects.update(state="failed", error="x", finished_at=run.created_at, held_by="", lease_until=None)
    assert viewer.get(f"/models/trainings/{run.pk}/", HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"
    assertNotContains(viewer.get(f"/models/trainings/{run.pk}/"), "hx-trigger")
    assert viewer.get("/models/trainings/999/").status_code == 404


def test_waiting_for_the_night_and_for_a_worker_are_said(viewer: Client):
    run = TrainingRunFactory(untaken=True)
    assertContains(viewer.get(f"/models/trainings/{run.pk}/"), "No training worker has taken it.")
    write_nursery(working_from=0, working_until=24)
    answer = viewer.get(f"/models/trainings/{run.pk}/")
    assertContains(answer, "when the working hours are over")
    assertNotContains(answer, "No training worker")


def test_supervisor_cancels(supervisor: Client, viewer: Client):
    run = TrainingRunFactory(running=True)
    assert viewer.post(f"/models/trainings/{run.pk}/cancel/").status_code == 403
    answer = supervisor.post(f"/models/trainings/{run.pk}/cancel/", follow=True)
    assertContains(answer, "The training is cancelled.")
    answer = supervisor.post(f"/models/trainings/{run.pk}/cancel/", follow=True)
    assertContains(answer, "This training is over already.")


def test_programs_do_the_same(supervisor: Client):
    data_set = DataSetFactory()
    sent = {"data_set_id": data_set.pk}
    answer = supervisor.post("/api/v1/trainings", sent, content_type="application/json")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["state"], made["percent"], made["seconds_left"]) == ("queued", 0, None)
    assert supervisor.post("/api/v1/trainings", sent, content_type="application/json").status_code == 409
    assert supervisor.get("/api/v1/trainings").json()["trainings"] == [made]
    address = f"/api/v1/trainings/{made['training_id']}"
    assert supervisor.get(address).json() == made
    assert supervisor.delete(address).json()["state"] == "cancelled"
    assert supervisor.delete(address).status_code == 409
    assert supervisor.get("/api/v1/trainings/999").status_code == 404


def test_what_judging_found_is_shown(viewer: Client):
    run = TrainingRunFactory(trained_now=True)
    page = viewer.get(f"/models/trainings/{run.pk}/")
    assertContains(page, "Your photos kept for testing")
    assertContains(page, "2 photos, counted as live photos are.")
    assertContains(page, "22.0 %")  # the mean of 24 and 20 % before
    assertContains(page, "\N{MINUS SIGN}2.0 %")
    assertContains(page, "3.0 %")  # of 6 and 0 % after
    assertContains(page, "The benchmark of Demeter")
    assertContains(page, "a.jpg")


def test_models_count_in_the_shadow_at_a_click(supervisor: Client, viewer: Client):
    run, other = TrainingRunFactory(trained_now=True), TrainingRunFactory(trained_now=True)
    page = f"/models/trainings/{run.pk}/"
    assert viewer.post(f"{page}shadow/", {"on": "true"}).status_code == 403
    answer = supervisor.post(f"{page}shadow/", {"on": "true"}, follow=True)
    assertContains(answer, "No photo was counted since the trial began.")
    answer = supervisor.post(f"/models/trainings/{other.pk}/shadow/", {"on": "true"}, follow=True)
    assertContains(answer, f"Training {run.pk} is on trial. End that trial first.")
    assertContains(supervisor.post(f"{page}shadow/", {"on": "false"}, follow=True), "Start the trial")
    waiting = TrainingRunFactory()
    answer = supervisor.post(f"/models/trainings/{waiting.pk}/shadow/", {"on": "true"}, follow=True)
    assertContains(answer, "This training has no models.")


def test_programs_see_figures_and_switch_the_shadow(supervisor: Client):
    run = TrainingRunFactory(trained_now=True)
    address = f"/api/v1/trainings/{run.pk}"
    held_out = supervisor.get(address).json()["judged"]["held_out"]
    assert held_out["photos"] == 2
    assert held_out["before"]["mean_error"] == pytest.approx(0.22)
    assert held_out["after"]["bias"] == pytest.approx(-0.03)
    assert held_out["after"]["seconds"] == 3
    answer = supervisor.post(f"{address}/shadow", {"on": True}, content_type="application/json")
    assert answer.json()["shadow"] is None
    ids = {"session_id": "0" * 32, "image_id": "0" * 32}
    ShadowCount.objects.create(run=run, live=100, total=90, seconds=4.5, **ids)
    shadow = supervisor.get(address).json()["shadow"]
    assert (shadow["on"], shadow["photos"], shadow["difference"]) == (True, 1, pytest.approx(-0.1))
