"""Axe on every page in every state, both languages, light and dark, phone and desk; and no page is forgotten.

Each state is opened in English on a desk, with all rules in light colours and those about colours in dark ones, and in
Spanish on a phone with all rules in light colours; there it must fit a desk too. Left out are English on a phone and
Spanish on a desk, because the language changes only words and the width only the layout; the dark on a phone, and in
the dark all rules but contrast, because `dark.css` changes only colours, the same ones at every width.
"""

import uuid
from collections.abc import Iterable, Mapping

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.people import make_sign_in_path
from demeter.common.throttling import LOGIN_NAME
from locations.models import Nursery as NurseryRow
from locations.models import PlaceImport, SavedMapping
from locations.models.nursery import Units
from locations.nursery import forget_nursery
from stock.models import StockDocument
from tests.accessibility import assert_contrast_in_the_dark, assert_fits, assert_no_violation
from tests.browsing import DESK, PHONE, sign_in
from tests.demeter.accounts.test_role_matrix import own_patterns
from tests.factories import UserFactory
from tests.journeys.states import (
    BOSS,
    EMPTY_PATHS,
    GOOD_FILE,
    GROUPS,
    Nursery,
    State,
    fail_sign_in,
    make_nursery,
    send_unfilled,
)
from tests.learning.factories import TrainingRunFactory
from tests.locations.factories import ContainerTypeFactory, StorageLocationFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IN_INCHES = ("/catalogue/packaging/new/", "/catalogue/packaging/import/", "/catalogue/containers/new/", "/map/draw/")
LOOKS = {"English desk": ("en", DESK), "Spanish phone": ("es", PHONE)}
# Answer a post with another page or a fragment, never with a page of their own.
LEAD_ELSEWHERE = {
    "theme",
    "language",
    "logout",
    "work-retry",
    "work-acknowledge",
    "photos-delete",
    "photos-restore",
    "photos-reprocess",
    "photos-download",
    "photo-evidence",
    "stocktake-evidence",
    "photo-correct",
    "photo-undo",
    "photo-redo",
    "photo-note",
    "photo-sign-off",
    "photo-propose",
    "photo-proposal-undo",
    "photo-proposal-redo",
    "photo-flag",
    "photo-proposals-decide",
    "photo-label",
    "photo-visit",
    "photo-overlap",
    "photo-no-overlap",
    "person-active",
    "product-archive",
    "packaging-archive",
    "container-archive",
    "place-by-position",
    "place-by-code",
    "places-undo",
    "map-split",
    "import-swap",
    "import-apply",
    "import-mapping-delete",
    "places-qr-codes",
    "document-undo",
    "stocktake-discard",
    "calibration-switch",
    "training-start",
    "training-cancel",
    "training-shadow",
    "training-promote",
    "promotion-roll-back",
    "calibration-withdraw",
    "stock-import-apply",
}


class Visitor:
    """Looks at states in one language and size."""

    def __init__(self, browser: Browser, live_server: LiveServer, look: str) -> None:
        self.browser, self.live_server = browser, live_server
        self.language, self.size = LOOKS[look]

    def open(self, **user: object) -> Page:
        """A page of a browser of its own, signed in unless there is no user."""
        context = self.browser.new_context(base_url=self.live_server.url, viewport=self.size, locale=self.language)
        if user:
            sign_in(context, UserFactory(**user), self.live_server)
        return context.new_page()

    def look_at(self, page: Page) -> None:
        """As the head of this module says."""
        assert page.locator("html").get_attribute("lang").startswith(self.language), page.url
        assert_no_violation(page)
        assert_fits(page)
        if self.language == "en":
            assert_contrast_in_the_dark(page)
        else:
            page.set_viewport_size(DESK)
            assert_fits(page)
            page.set_viewport_size(self.size)

    def visit(self, found: Iterable[State], **user: object) -> None:
        """Each state as this user sees it."""
        page = self.open(**user)
        for state in found:
            state.open(page)
            self.look_at(page)
            page.goto("about:blank")  # what changes for the next state must not make this one load anew
        page.context.close()


@pytest.fixture(params=LOOKS)
def visitor(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Visitor:
    return Visitor(browser, live_server, request.param)


def test_pages_without_rows_violate_no_rule(visitor: Visitor):
    visitor.visit(map(State, EMPTY_PATHS), **BOSS)


@pytest.mark.parametrize("group", GROUPS)
def test_no_state_violates_a_rule(visitor: Visitor, group: str):
    states_of, user = GROUPS[group]
    visitor.visit(states_of(make_nursery()), **user)


def test_pages_of_a_first_run_violate_no_rule(visitor: Visitor):
    """While nobody has an account; somebody without a role, sign-in links, the checklist, inches, the demo's end."""
    visitor.visit([State("/setup/"), State("/setup/", send_unfilled)])
    visitor.visit([State("/"), State("/account/")], role=None)
    visitor.visit([State("/enter/x/x/")])
    person = UserFactory(language=visitor.language)
    uid, token = make_sign_in_path(person)
    visitor.visit([State(f"/enter/{uid}/{token}/")])
    NurseryRow.objects.create(name="Vivero El Sol", units=Units.US, demo={"accounts.User": [person.pk]})
    forget_nursery()
    StorageLocationFactory(configured=True)  # half of the checklist
    visitor.visit(map(State, ("/", "/nursery/", "/nursery/demo/", *IN_INCHES)), **BOSS)


def test_pages_of_trouble_violate_no_rule(visitor: Visitor, monkeypatch: pytest.MonkeyPatch, settings):
    """Too many sign-ins, a broken server, no room."""
    UserFactory()
    for _ in range(LOGIN_NAME.limit):
        Client(REMOTE_ADDR="127.0.0.1").post("/login/", {"username": "nobody", "password": "wrong"})
    visitor.visit([State("/login/", fail_sign_in)])
    page = visitor.open(**BOSS)
    monkeypatch.setattr("gallery.photo.views.photo_detail", lambda _image_id: 1 // 0)
    page.goto(f"/gallery/{uuid.uuid4()}/")
    visitor.look_at(page)
    page.goto("/")
    settings.STAGING_RESERVE_BYTES = 10**18
    page.locator("#id_files").set_input_files([GOOD_FILE])
    with page.expect_navigation():
        page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('upload-form'))")
    visitor.look_at(page)
    page.context.close()


def test_no_page_is_forgotten():
    made = make_nursery()
    shown = {name for states_of, _user in GROUPS.values() for state in states_of(made) for name in state.names}
    pages, posts = addresses_of(made)
    assert pages - shown == set(), "give these pages a state in tests/journeys/states.py"
    assert posts - shown - LEAD_ELSEWHERE == set(), "give their own answers a state, or say that they have none"


def addresses_of(made: Nursery) -> tuple[set[str], set[str]]:
    """The names of the addresses that answer with a whole page, and of those that are only posted to."""
    client = Client()
    user = UserFactory(is_staff=True, is_superuser=True)
    PlaceImport.objects.update(user=user)
    client.force_login(user)
    arguments: Mapping[str, object] = {
        "image_id": made.bed.original_image_id,
        "upload_session_id": made.lost.original_image.upload_id,
        "job_id": made.bed.job_id,
        "code": made.bay.code,
        "import_id": made.previewed[0].pk,
        "mapping_id": SavedMapping.objects.get().pk,
        "number": StockDocument.objects.get_or_create(
            user=UserFactory(), key="x", kind="plantar", source="page", happened_at=made.bay.created_at
        )[0].pk,
        "batch_id": made.bay.batches.first().pk,
        "difference_id": 0,
        "calibration_id": 0,
        "data_set_id": 0,
        "run_id": TrainingRunFactory(trained_now=True).pk,
        "promotion_id": 0,
        "layout": "coco",
        "stocktake_id": 0,
        "tab": "trace",
        "person_id": made.bed.original_image.uploaded_by_user_id,
        "product_id": made.bay.configs.get().product_id,
        "packaging_id": made.bay.configs.get().packaging_id,
        "container_id": ContainerTypeFactory().pk,
        "uid": "x",
        "form": "csv",
        "token": made.steps[0],
        "version": "x",
        "release": "x",
        "theme": "dark",
        "language": "es",
    }
    pages, posts = {"login"}, set()  # a signed-in person gets no sign-in page
    for name, entry in own_patterns().items():
        if name in ("healthz", "admin-login"):
            continue  # asks the workers; leads to the sign-in
        answer = client.get(reverse(name, kwargs={key: arguments[key] for key in entry.pattern.converters}))
        if answer.status_code == 405:
            posts.add(name)
        elif answer.status_code == 200 and not answer.streaming and b"<html" in answer.content:
            pages.add(name)
    return pages, {name for name in posts if not name.startswith("api-")}
