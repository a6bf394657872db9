"""Promotion and roll-back on the pages and in the API; faults of promoted models are said."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from processing.models import ModelFault, Promotion
from processing.runtime.registry import shipped_versions
from tests.learning.factories import TrainingRunFactory, judged_photo
from tests.locations.factories import ProductCategoryFactory

pytestmark = pytest.mark.django_db


def make_run(after=95):
    rival = shipped_versions()["detector"]
    rows = [judged_photo("held_out", name, 100, 80, after, rival=rival) for name in "ab"]
    rows.append(judged_photo("benchmark", "c", 90, 88, 88, rival=rival))
    return TrainingRunFactory(trained_now=True, judged=rows)


def test_supervisor_promotes_and_rolls_back(supervisor: Client, viewer: Client):
    run = make_run()
    page = f"/models/trainings/{run.pk}/"
    assert viewer.post(f"{page}promote/").status_code == 403
    assertNotContains(viewer.get(page), "Use these models")
    answer = supervisor.post(f"{page}promote/", {"category": ""}, follow=True)
    assertContains(answer, "New photos are counted with these models from now on.")
    assertContains(answer, "In use")
    listed = supervisor.get("/models/")
    assertContains(listed, str(run.trained))
    assertNotContains(listed, "Everything else")
    row = Promotion.objects.get()
    assert viewer.post(f"/models/promotions/{row.pk}/end/").status_code == 403
    answer = supervisor.post(f"/models/promotions/{row.pk}/end/", follow=True)
    assertContains(answer, "New photos are counted with the earlier models again.")
    assertContains(answer, "All photos are counted with the models that come with Demeter")
    answer = supervisor.post(f"/models/promotions/{row.pk}/end/", follow=True)
    assertContains(answer, "These models are no longer in use.")
    assert supervisor.post("/models/promotions/999/end/").status_code == 404


def test_models_of_a_category_leave_everything_else_to_those_of_demeter(viewer: Client):
    category = ProductCategoryFactory(name="Cacti")
    Promotion.objects.create(trained=make_run().trained, category=category, figures={})
    page = viewer.get("/models/")
    assertContains(page, "Cacti")
    assertContains(page, "Everything else: the models that come with Demeter")


def test_worse_models_are_refused_with_their_figures(supervisor: Client):
    run = make_run(after=60)
    answer = supervisor.post(f"/models/trainings/{run.pk}/promote/", {"category": ""}, follow=True)
    assertContains(answer, "Mean error 20.0 % before, 40.0 % after")
    answer = supervisor.post(f"/models/trainings/{run.pk}/promote/", {"category": "999"}, follow=True)
    assertContains(answer, "There is no such group of products.")
    assert not Promotion.objects.exists()


def test_models_that_cannot_be_loaded_are_said(viewer: Client):
    row = Promotion.objects.create(trained=make_run().trained, figures={})
    ModelFault.objects.create(trained=row.trained, reason="A file is missing in the storage")
    assertContains(viewer.get("/models/"), "Photos are counted with the models that come with Demeter meanwhile.")
    row.delete()
    assertNotContains(viewer.get("/models/"), "meanwhile")


def test_programs_do_the_same(supervisor: Client):
    run, worse = make_run(), make_run(after=60)
    send = {"content_type": "application/json"}
    answer = supervisor.post(f"/api/v1/trainings/{run.pk}/promote", {}, **send)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["category"], made["detector"]) == (None, run.trained.detector_sha256)
    assert supervisor.get("/api/v1/promotions").json() == {"promotions": [made]}
    assert supervisor.post(f"/api/v1/trainings/{worse.pk}/promote", {}, **send).status_code == 409
    address = f"/api/v1/promotions/{made['promotion_id']}"
    assert supervisor.delete(address).json()["ended_at"]
    assert supervisor.delete(address).status_code == 409
    assert supervisor.get("/api/v1/promotions").json() == {"promotions": []}
