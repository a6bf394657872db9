"""Every page in its states, for `test_every_page`: the rows behind them, and what is done on a page first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Page, expect

from locations.models import StorageLocation
from photos.models import S3Image
from processing.messages import CONTAINERS_FAILED
from processing.models import Session
from stock.ledger import record_count
from tests.browsing import store_pictures
from tests.gallery.factories import EstimationFactory, make_session_waiting, unplaced_candidates
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.processing.factories import CorrectionFactory, SessionFactory, make_bed, refuse

EMPTY_PATHS = (
    "/",
    "/jobs/",
    "/gallery/",
    "/todo/",
    "/review/",
    "/gallery/trash/",
    "/map/",
    "/labels/",
    "/stock/",
    "/stock/changes/",
)
GOOD_FILE = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"0" * 2_600_000}
BAD_FILE = {"name": "b.txt", "mimeType": "image/jpeg", "buffer": b"no picture"}


@dataclass(frozen=True)
class State:
    """A page as it opens at `path`, and after `act` where something is done on it first.

    `posts_to` is the name of the address whose own answer is looked at then.
    """

    path: str
    act: Callable[[Page], None] | None = None
    posts_to: str = ""

    @property
    def names(self) -> set[str]:
        """The names of the addresses that it shows."""
        address = resolve(urlsplit(self.path).path).url_name or ""
        return {address, self.posts_to}

    def open(self, page: Page) -> None:
        page.goto(self.path, wait_until="domcontentloaded")  # style sheets are there, pictures need not be
        if self.act:
            self.act(page)


@dataclass(frozen=True)
class Nursery:
    """Photos in every state."""

    bay: StorageLocation
    empty_bay: StorageLocation
    bed: Session
    lost: Session
    waiting: tuple[Session, ...]
    failed: Session
    busy: Session
    refused: Session
    deleted: S3Image


def make_nursery() -> Nursery:
    """All that the pages can show."""
    bay, empty_bay = StorageLocationFactory(), StorageLocationFactory(name="Bay 8")
    LocationConfigFactory(location=bay)
    for plants in (900, 1234):
        bed = make_bed(0, 0, 0, 1, 2, location=bay, estimated=plants)
        S3Image.objects.filter(pk=bed.original_image_id).update(storage_location=bay)
    EstimationFactory(segment=bed.segments.get())
    reasons = [CONTAINERS_FAILED(number=1).as_json()]
    Session.objects.filter(pk=bed.pk).update(review_reasons=reasons, partial=True)
    CorrectionFactory(image=bed.original_image)
    CorrectionFactory(image=bed.original_image, action="note", class_id=None, x=None, y=None, text="Half in the shade")
    record_parts(bay)
    lost = SessionFactory(needs_location=True, location_evidence=unplaced_candidates(bay))
    deleted = SessionFactory(ready=True).original_image
    S3Image.objects.filter(pk=deleted.pk).update(deleted_at="2026-11-20T00:00:00Z")
    made = Nursery(
        bay=bay,
        empty_bay=empty_bay,
        bed=bed,
        lost=lost,
        waiting=tuple(
            make_session_waiting(code, location=bay) for code in ("needs_config", "needs_calibration", "needs_date")
        ),
        failed=SessionFactory(failed=True),
        busy=SessionFactory(processing=True),
        refused=refuse(make_bed(0, 0)),
        deleted=deleted,
    )
    for image in S3Image.objects.exclude(s3_key_thumbnail=None):
        store_pictures(image)
    return made


def record_parts(bay: StorageLocation) -> None:
    """Two photos of the bay that are in the stock, and nobody has said how they belong together."""
    for number in range(2):
        session = SessionFactory(ready=True, storage_location=bay)
        record_count(
            image_id=session.original_image_id,
            session_id=session.session_id,
            location=bay,
            config=bay.configs.get(),
            quantity=100 + number,
            quantity_empty=0,
            user=None,
            happened_at=session.original_image.created_at,
        )


# --- What is done on a page ------------------------------------------------------------------------------------------
def choose_files(page: Page) -> None:
    """A good one and one that is refused."""
    page.locator("#id_files").set_input_files([GOOD_FILE, BAD_FILE])
    expect(page.locator("#upload-files li")).to_have_count(2)
    expect(page.locator("#upload-files [class*=warning], #upload-files li[data-state=refused]").first).to_be_visible()


def send_broken_file(page: Page) -> None:
    """The server refuses what looked like a photo."""
    page.locator("#id_files").set_input_files([GOOD_FILE])
    page.locator("#upload-send").click()
    expect(page.locator("#upload-files li[data-state=refused]")).to_be_visible()


def send_nothing(page: Page) -> None:
    """Past the script and the browser's own checks."""
    with page.expect_navigation():
        page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('upload-form'))")
    expect(page.locator(".field__error, .errorlist").first).to_be_visible()


def send_no_label(page: Page) -> None:
    """As it is without scripts, and no picture chosen."""
    with page.expect_navigation():
        page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('label-form'))")
    expect(page.locator("#upload-place .banner--warning")).to_be_visible()


def choose_cards(page: Page) -> None:
    for number in range(2):
        page.locator(".photo-card__choice input").nth(number).check()
    expect(page.locator("[data-chosen]")).to_be_visible()


def open_place_modal(page: Page) -> None:
    choose_cards(page)
    page.locator("#selection-place").click()
    expect(page.locator("dialog[open] #place")).to_be_visible()


def open_place_page(page: Page) -> None:
    """As it is without scripts."""
    choose_cards(page)
    with page.expect_navigation():
        page.evaluate(
            "form => { form.action = form.querySelector('#selection-place').formAction; form.submit(); }",
            page.locator("#selection").element_handle(),
        )


def open_problem(page: Page) -> None:
    page.locator("[id^=fix-]").click()
    expect(page.locator("dialog[open] #problem")).to_be_visible()


def delete_photo(page: Page) -> None:
    """The gallery afterwards, with its toast."""
    page.locator(".button--danger").last.click()
    expect(page.locator(".undo")).to_be_visible()


def restore_photo(page: Page) -> None:
    page.locator(".trash-row__restore button").first.click()
    expect(page.locator(".messages .banner")).to_be_visible()


def send_unfilled(page: Page) -> None:
    """The last form of the page, past the browser's own checks."""
    form = page.locator("main form").last
    page.evaluate("() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    for field in form.locator("select").all():
        field.evaluate("select => { select.selectedIndex = -1; }")
    form.locator("[type=submit]").last.click()
    expect(page.locator(".field__error, .errorlist, [role=alert]").first).to_be_visible()


def answer_visit(page: Page) -> None:
    page.get_by_role("button", name="201").click()
    expect(page.locator(".messages .banner")).to_be_visible()


def open_viewer(page: Page) -> None:
    """A chosen mark, the keys and the note open."""
    expect(page.locator(".viewer__live")).to_be_visible()
    for summary in page.locator("#viewer-keys summary, .review__note summary").all():
        summary.click()
    page.locator(".viewer__map").focus()
    page.keyboard.press(".")
    expect(page.locator("[data-remove]")).to_be_enabled()


def choose_action(page: Page) -> None:
    page.locator("#action-toggle").check()


def fail_sign_in(page: Page) -> None:
    page.locator("#id_username").fill("nobody")
    page.locator("#id_password").fill("wrong")
    page.locator("main [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()


def send_without_token(page: Page) -> None:
    """The page that was open for too long."""
    with page.expect_navigation():
        page.locator("form.language").evaluate("form => { form.elements[0].value = 'x'; form.submit(); }")


# --- The states, in groups that one kind of person sees -------------------------------------------------------------
def of_signed_out(_made: Nursery) -> Iterator[State]:
    yield State("/login/?next=/jobs/")
    yield State("/login/", fail_sign_in)


def of_viewer(_made: Nursery) -> Iterator[State]:
    """Who may only look; the review is not for them."""
    yield from map(State, ("/", "/review/"))


def of_lists(made: Nursery) -> Iterator[State]:
    yield from map(State, ("/", "/jobs/", "/gallery/", "/todo/", "/review/", "/gallery/trash/"))
    yield State(f"/jobs/?upload_session_id={made.lost.original_image.upload_id}")
    yield State("/gallery/?q=nothing")
    yield State("/gallery/?date_from=soon")
    yield State(f"/gallery/?warehouse_id={made.bay.storage_area.warehouse_id}&days=7")
    yield State("/gallery/", choose_cards)
    yield State("/gallery/", open_place_modal)
    yield State("/gallery/", open_place_page, posts_to="photos-place")
    yield State("/", choose_files)
    yield State("/", send_broken_file)
    yield State("/", send_nothing)
    yield State("/", send_no_label, posts_to="place-by-label")


def of_photos(made: Nursery) -> Iterator[State]:
    bed = f"/gallery/{made.bed.original_image_id}/"
    yield State(bed, open_viewer)
    for tab in ("history", "trace", "file"):
        yield State(f"{bed}?tab={tab}")
    for session in (made.lost, made.failed, made.busy, made.refused):
        yield State(f"/gallery/{session.original_image_id}/")
    for session in (made.lost, made.waiting[0], made.failed):
        yield State(f"/gallery/{session.original_image_id}/", open_problem)
    for session in (made.refused, made.bed):
        yield State(f"/gallery/{session.original_image_id}/problem/")
    for session in (made.lost, *made.waiting):
        yield State(f"/gallery/{session.original_image_id}/problem/", send_unfilled, posts_to="photo-fix")


def of_places(made: Nursery) -> Iterator[State]:
    both = f"/configure/?location_id={made.bay.pk}&location_id={made.empty_bay.pk}"
    yield State(f"/map/?warehouse_id={made.bay.storage_area.warehouse_id}")
    yield State(f"/labels/?warehouse_id={made.bay.storage_area.warehouse_id}")
    yield State(f"/locations/{made.bay.code}/")
    yield State(f"/locations/{made.bay.code}/changes/")
    yield State(f"/locations/{made.bay.code}/", answer_visit)
    yield State(f"/locations/{made.empty_bay.code}/", send_unfilled, posts_to="location-configure")
    yield State(both)
    yield State(both, send_unfilled)


def of_stock(made: Nursery) -> Iterator[State]:
    today = timezone.localdate()
    before = today - timedelta(days=400)
    yield State("/stock/")
    yield from (State(f"/stock/?group={group}&compare={before}") for group in ("warehouse", "location"))
    yield State(f"/stock/?as_of={before}")
    yield State(f"/stock/?product_id={made.bay.configs.get().product_id}&size_id=0&q=nothing")
    yield State("/stock/?as_of=soon")
    yield State(f"/stock/changes/?date_from={before}")
    yield State(f"/stock/changes/?date_from={before}&kind=foto")
    yield State("/stock/changes/?date_to=soon")
    yield State(f"/stock/locations/{made.bay.code}/")
    yield State(f"/stock/locations/{made.empty_bay.code}/?as_of={before}")


def of_the_rest(made: Nursery) -> Iterator[State]:
    """Our components, addresses that are wrong, and what is done last since it changes the rows."""
    yield from map(State, ("/design/", "/status/", "/locations/NO-SUCH/", "/jobs/?upload_session_id=x"))
    yield State("/jobs/", send_without_token)
    yield State(f"/gallery/{made.waiting[0].original_image_id}/", delete_photo)
    yield State("/gallery/trash/", restore_photo)


def of_admin(made: Nursery) -> Iterator[State]:
    """One of each kind: of Django's templates we change none, only which columns, filters and actions they show."""
    yield from map(
        State, ("/admin/", "/admin/processing/session/", "/admin/accounts/user/add/", "/admin/accounts/change/")
    )
    yield State(f"/admin/processing/session/{made.bed.pk}/change/")
    yield State("/admin/locations/storagelocation/", choose_action)
    yield State(f"/admin/locations/storagelocation/{made.bay.pk}/change/")
    yield State(f"/admin/locations/locationconfig/{made.bay.configs.get().pk}/change/")
    yield State(f"/admin/locations/storagelocation/{made.empty_bay.pk}/delete/")
    yield State("/admin/password_change/")


BOSS = {"is_staff": True, "is_superuser": True}
# What is shown, and to whom; nobody is nobody signed in.
GROUPS: dict[str, tuple[Callable[[Nursery], Iterator[State]], dict[str, bool]]] = {
    "signed out": (of_signed_out, {}),
    "viewer": (of_viewer, {"viewer": True}),
    "lists": (of_lists, BOSS),
    "photos": (of_photos, BOSS),
    "places": (of_places, BOSS),
    "stock": (of_stock, BOSS),
    "the rest": (of_the_rest, BOSS),
    "admin": (of_admin, BOSS),
}
