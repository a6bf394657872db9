"""The jobs page in Chromium: its poll keeps the focus, rests in a hidden tab and survives a lost network."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.test import Client
from playwright.sync_api import Page, Request, expect

from processing.models import Job
from tests.factories import UserFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
POLL_MS = 2000
HIDE = "Object.defineProperty(document, 'hidden', {get: () => %s, configurable: true})"


@pytest.fixture
def page(browser, live_server) -> Iterator[Page]:
    client = Client()
    client.force_login(UserFactory())
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, base_url=live_server.url, service_workers="allow"
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    yield context.new_page()
    context.close()


def test_poll_redraws_a_row_and_keeps_the_focus(page):
    job = ProcessingSessionFactory(processing=True).job
    page.goto("/jobs/")
    page.locator(f'[id="job-{job.pk}-photo"]').focus()
    Job.objects.update(tiles_done=18)
    expect(page.locator(f'[id="job-{job.pk}"] progress')).to_have_attribute("value", "85")
    expect(page.locator(f'[id="job-{job.pk}-photo"]')).to_be_focused()


def test_poll_brings_new_photos_and_ends_when_all_are_done(page):
    job = ProcessingSessionFactory(processing=True).job
    page.goto("/jobs/")
    ProcessingSessionFactory(ready=True)
    expect(page.locator("#job-rows > li")).to_have_count(2)
    Job.objects.filter(pk=job.pk).update(
        status="failed", problem="detection_failed", error="x", finished_at=job.created_at
    )
    expect(page.locator("#jobs-summary")).to_have_attribute("hx-trigger", "jobs-started from:body")
    expect(page.locator("#announcer")).to_have_text("All 2 photos are done.")


def test_poll_rests_while_the_tab_is_hidden(page):
    ProcessingSessionFactory(processing=True)
    page.goto("/jobs/")
    page.evaluate(HIDE % "true")
    polls = []
    page.on("request", lambda request: polls.append(request.url) if is_poll(request) else None)
    page.wait_for_timeout(2.5 * POLL_MS)
    assert polls == []
    page.evaluate(HIDE % "false")
    page.wait_for_event("request", predicate=is_poll)


SPY = """
window.told = [];
Notification.requestPermission = async () => "granted";
Object.defineProperty(Notification, "permission", {get: () => "granted"});
ServiceWorkerRegistration.prototype.showNotification = (title, {body}) => { window.told.push(body); };
"""


def test_device_tells_when_all_are_done_also_from_a_hidden_tab(page):
    """Only the device's own notification is faked; a half minute goes by at once."""
    job = ProcessingSessionFactory(processing=True).job
    page.add_init_script(SPY)
    page.clock.install()
    page.goto("/jobs/")
    button = page.get_by_role("button", name="Notify me when all are done")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.evaluate(HIDE % "true")
    Job.objects.filter(pk=job.pk).update(
        status="failed", problem="detection_failed", error="x", finished_at=job.created_at
    )
    pass_half_minutes_until_title(page, "✓ The photo is done.")
    assert page.evaluate("window.told") == ["The photo is done."]
    expect(button).to_be_hidden()


def pass_half_minutes_until_title(page: Page, title: str) -> None:
    """Half minutes go by at once until a poll of the hidden tab was answered; a busy machine takes longer than one."""
    for _ in range(20):
        page.clock.fast_forward(31_000)
        with suppress(AssertionError):
            expect(page).to_have_title(title, timeout=1000)
            return
    raise AssertionError(page.title())


def test_nobody_is_told_who_did_not_ask(page):
    job = ProcessingSessionFactory(processing=True).job
    page.add_init_script(SPY)
    page.goto("/jobs/")
    Job.objects.filter(pk=job.pk).update(
        status="failed", problem="detection_failed", error="x", finished_at=job.created_at
    )
    expect(page.locator("#announcer")).to_have_text("The photo is done.")
    assert page.evaluate("window.told") == []


def is_poll(request: Request) -> bool:
    """Asked by a script; the browser itself fetches the page's icon whenever it likes."""
    return request.resource_type in {"xhr", "fetch"}


def test_a_lost_network_is_said_and_goes_away(page):
    ProcessingSessionFactory(processing=True)
    page.goto("/jobs/")
    page.context.set_offline(True)
    expect(page.locator("#connection-note")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#connection-note")).to_be_hidden()


def test_problem_opens_in_the_modal_and_gives_the_focus_back(page):
    job = ProcessingSessionFactory(needs_location=True).job
    page.goto("/jobs/")
    page.locator(f'[id="job-{job.pk}-problem"]').click()
    expect(page.get_by_role("dialog", name="Location missing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f'[id="job-{job.pk}-problem"]')).to_be_focused()
