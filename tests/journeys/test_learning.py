"""A supervisor trains on corrected photos, lets the models count in the shadow, promotes them, rolls them back."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from learning.models import RunState, TrainingRun
from locations.nursery import write_nursery
from processing.models import Promotion
from processing.runtime.registry import promoted_for, shipped_versions
from tests.browsing import PHONE
from tests.factories import UserFactory
from tests.journeys.conftest import Start, sign_in
from tests.learning.factories import TrainedModelsFactory, correct_photo, judged_photo
from tests.locations.factories import LocationConfigFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def end_training() -> TrainingRun:
    """What the worker writes at the end."""
    rival = shipped_versions()["detector"]
    rows = [judged_photo("held_out", name, 100, 80, 95, rival=rival) for name in ("a.jpg", "b.jpg")]
    rows.append(judged_photo("benchmark", "c.jpg", 90, 88, 88, rival=rival))
    TrainingRun.objects.update(
        state=RunState.TRAINED,
        trained=TrainedModelsFactory(),
        judged=rows,
        finished_at=timezone.now(),
        held_by="",
        lease_until=None,
        waiting_since=None,
    )
    return TrainingRun.objects.get()


def test_own_photos_become_models_in_use_and_back(start: Start):
    write_nursery(working_from=0, working_until=0)
    config = LocationConfigFactory()
    for days_ago in (20, 20.001, 18, 18.001, 16, 14, 12):
        correct_photo(config, days_ago=days_ago)
    person = start(PHONE)
    page = person.page
    sign_in(person, UserFactory(supervisor=True))
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/accuracy/")
    person.press(page.locator("a.button", has_text="Models"))
    expect(page.get_by_text("7 photos are corrected and signed off.")).to_be_visible()
    person.press(page.get_by_role("button", name="Make a data set"))
    expect(page.get_by_text("Nursery 1 is made.")).to_be_visible()
    person.press(page.get_by_role("button", name="Train on my photos"))
    expect(page.get_by_text("A training worker takes it within seconds.")).to_be_visible()
    run = end_training()
    page.goto(f"/models/trainings/{run.pk}/")
    expect(page.get_by_role("heading", name="Your photos kept for testing")).to_be_visible()
    person.press(page.get_by_role("button", name="Start the trial"))
    expect(page.get_by_text("No photo was counted since the trial began.")).to_be_visible()
    person.press(page.get_by_role("button", name="Use for counting"))
    expect(page.get_by_text("New photos are counted with these models from now on.")).to_be_visible()
    assert promoted_for(None) == run.trained
    person.press(page.get_by_role("link", name="Models", exact=True))
    person.press(page.get_by_role("button", name="Go back to the earlier models"))
    expect(page.get_by_text("New photos are counted with the earlier models again.")).to_be_visible()
    assert promoted_for(None) is None
    assert Promotion.objects.get().ended_by is not None
