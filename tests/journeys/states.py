"""Every page in its states, for `test_every_page`: the rows behind them, and what is done on a page first."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.urls import resolve
from django.utils import timezone
from playwright.sync_api import Page, expect

from demeter.accounts.models import User
from gallery.movements.kinds import KINDS
from learning.data_sets import make_data_set
from learning.models import ShadowCount, TrainingRun
from learning.shadow import switch_shadow
from locations.building import FirstNumbers, Pattern, plan_places
from locations.catalogue import find_or_make_mixed
from locations.importing.mapping import ImportMapping, read_mapping
from locations.importing.previews import keep_files, save_mapping, use_mapping
from locations.models import LocationConfig, PlaceImport, Product, StorageLocation
from locations.nursery import write_nursery
from locations.place_changes import make_places, undo_change
from photos.models import S3Image
from processing.messages import CONTAINERS_FAILED
from processing.models import EvidencePack, ModelFault, ProcessingSession, Promotion
from processing.review.blind_counts import record_blind_count
from processing.review.known_counts import record_known_count
from processing.review.outcome import record_stock
from stock.calibration import switch_calibration
from stock.decisions import About, accept, ask_recount
from stock.intervals import shipped
from stock.ledger import record_count
from stock.models import Calibration, Difference, Overlap, OverlapVerdict, StockBatch, StockCount
from stock.overlaps import Compared, record_overlap
from stock.stocktakes import Place, close_stocktake, open_stocktake
from tests.browsing import store_pictures
from tests.factories import UserFactory
from tests.gallery.accuracy.judging import count_photo
from tests.gallery.factories import EstimationFactory, make_session_waiting, unplaced_candidates
from tests.learning.factories import TrainingRunFactory, correct_photo
from tests.locations.factories import (
    ConfigPartFactory,
    ContainerTypeFactory,
    LocationConfigFactory,
    ProductFactory,
    StorageLocationFactory,
)
from tests.processing.factories import CorrectionFactory, ProcessingSessionFactory, ProposalFactory, make_bed, refuse
from tests.stock.recording import hand_count, hours, hours_ago, photo, plants_of, record, undo

LISTS = ("/", "/jobs/", "/gallery/", "/todo/", "/review/", "/gallery/trash/")
EMPTY_PATHS = (
    *LISTS,
    "/map/",
    "/labels/",
    "/catalogue/",
    "/catalogue/packaging/",
    "/catalogue/containers/",
    "/people/",
    "/places/build/",
    "/places/import/",
    "/stock/",
    "/stock/changes/",
    "/stock/reconcile/",
    "/stock/shrinkage/",
    "/stock/documents/",
    "/stock/ready/",
    "/stock/plan/",
    "/stock/plan/walk/",
    "/stock/stocktakes/",
    "/accuracy/",
    "/accuracy/calibration/",
    "/models/",
)
HOUSES = "layer,code,name\nwarehouses,H1,House 1\nwarehouses,H 2,House 2\nwarehouses,{known},New name\n"
PLAN_FAR_AWAY = (
    b'{"features": [{"properties": {"layer": "warehouses", "code": "SE", "name": "House"}, "geometry": {"type": '
    b'"Polygon", "coordinates": [[[37.39, -5.99], [37.3904, -5.99], [37.3904, -5.9896], [37.39, -5.99]]]}}]}'
)
PLAN_IN_METRES = (
    b'{"features": [{"properties": {"layer": "warehouses", "nave": 1}, "geometry": {"type": "Polygon", "coordinates": '
    b"[[[343000, 6290000], [343040, 6290000], [343040, 6290040], [343000, 6290000]]]}}]}"
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
    bed: ProcessingSession
    divided: ProcessingSession
    lost: ProcessingSession
    waiting: tuple[ProcessingSession, ...]
    failed: ProcessingSession
    busy: ProcessingSession
    refused: ProcessingSession
    deleted: S3Image
    steps: tuple[UUID, ...]
    unread: PlaceImport
    previewed: tuple[PlaceImport, ...]


def make_nursery() -> Nursery:
    """All that the pages can show."""
    bay, empty_bay = StorageLocationFactory(), StorageLocationFactory(name="Bay 8")
    StorageLocationFactory(name="Bay 9", storage_area=bay.storage_area)  # lies over the first
    LocationConfigFactory(location=bay)
    for plants in (900, 1234):
        bed = make_bed(0, 0, 0, 1, 2, location=bay, estimated=plants)
        S3Image.objects.filter(pk=bed.original_image_id).update(storage_location=bay)
    EstimationFactory(segment=bed.segments.get())
    reasons = [CONTAINERS_FAILED(number=1).as_json()]
    ProcessingSession.objects.filter(pk=bed.pk).update(review_reasons=reasons, partial=True)
    CorrectionFactory(image=bed.original_image)
    CorrectionFactory(image=bed.original_image, action="note", class_id=None, x=None, y=None, text="Half in the shade")
    ProposalFactory(image=bed.original_image)
    ProposalFactory(image=bed.original_image, action="note", class_id=None, x=None, y=None, text="The post hides some")
    record_blind_count(image=bed.original_image, user=UserFactory(), seen=9)
    for _number in range(3):
        make_bed(*[0] * 9, 1, 2, location=bay)
    record_parts(bay)
    lost = ProcessingSessionFactory(needs_location=True, location_evidence=unplaced_candidates(bay))
    ProcessingSessionFactory(needs_location=True, job__image__upload=lost.original_image.upload)
    deleted = ProcessingSessionFactory(ready=True).original_image
    S3Image.objects.filter(pk=deleted.pk).update(deleted_at="2026-11-20T00:00:00Z")
    made = Nursery(
        bay=bay,
        empty_bay=empty_bay,
        bed=bed,
        divided=count_two_products(),
        lost=lost,
        waiting=tuple(
            make_session_waiting(code, location=bay) for code in ("needs_config", "needs_calibration", "needs_date")
        ),
        failed=ProcessingSessionFactory(failed=True),
        busy=ProcessingSessionFactory(processing=True),
        refused=refuse(make_bed(0, 0)),
        deleted=deleted,
        steps=build_places(),
        unread=make_import("plan.geojson", PLAN_IN_METRES),
        previewed=(
            make_import("houses.csv", HOUSES.format(known=bay.storage_area.warehouse.code).encode()),
            make_import("plan.geojson", PLAN_FAR_AWAY),
        ),
    )
    predict_errors()
    for kept in made.previewed:
        use_mapping(kept, read_mapping(kept.mapping))
    for image in S3Image.objects.exclude(s3_key_thumbnail=None):
        store_pictures(image)
    return made


def build_places() -> tuple[UUID, ...]:
    """A greenhouse without outlines, and one whose making was undone; their steps."""
    steps = []
    for number in (1, 2):
        patterns = {"house": Pattern("G{house}", "Greenhouse {house}")}
        patterns |= {"bench": Pattern("G{house}-B{bench}", "Bench {bench}")}
        patterns |= {"bay": Pattern("G{house}-B{bench}-{bay:02}", "Bay {bay}")}
        plan = plan_places([[12, 10]], first=FirstNumbers(house=number), patterns=patterns)
        change, _is_new = make_places(plan, warehouse_type="greenhouse", token=uuid4(), user=UserFactory())
        steps.append(change)
    undo_change(steps[1].pk)
    return tuple(step.token for step in steps)


def make_import(file: str, data: bytes) -> PlaceImport:
    """Somebody's; `of_imports` gives it to whoever looks."""
    save_mapping("Plan of the nursery", ImportMapping())
    return keep_files([(file, data)], UserFactory())


def predict_errors() -> None:
    """Every count says by how many plants it may be off."""
    [version] = shipped()
    detector, segmenter, parameters = version.split("-")
    ProcessingSession.objects.exclude(total_estimated=None).update(
        predicted_error=25,
        container_kind="segment",
        model_versions={"detector": detector, "segmenter": segmenter},
        parameters_hash=parameters,
    )
    StockCount.objects.update(predicted_error=12, container_kind="segment", model_version=version)


def record_parts(bay: StorageLocation) -> None:
    """Two photos of the bay that are in the stock, and nobody has said how they belong together."""
    for number in range(2):
        session = ProcessingSessionFactory(ready=True, storage_location=bay)
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


def count_two_products() -> ProcessingSession:
    """A photo of a place that lists products in each way, and has other plants too."""
    config = LocationConfigFactory(product=find_or_make_mixed(), packaging=None)
    drawn = {"containers": "", "outline": "50 50, 95 50, 95 95"}
    for where in ({"containers": "1"}, drawn, {"containers": "", "share_percent": 40}):
        ConfigPartFactory(config=config, **where)
    session = make_bed(0, 0, 0, location=config.location, estimated=3)
    S3Image.objects.filter(pk=session.original_image_id).update(storage_location=config.location)
    record_stock(session, config, problem=None, user=None)
    return session


# --- What is done on a page ------------------------------------------------------------------------------------------
def choose_files(page: Page) -> None:
    """A good one and one that is refused; the browser may list those of an earlier state besides, which it keeps."""
    page.locator("#id_files").set_input_files([GOOD_FILE, BAD_FILE])
    expect(page.locator("#upload-files li", has_text=BAD_FILE["name"])).to_have_count(1)
    expect(page.locator("#upload-files [class*=warning], #upload-files li[data-state=refused]").first).to_be_visible()


def move_photo(page: Page) -> None:
    """The choice of another location for a photo and those after it."""
    choose_files(page)
    page.locator(".file-row__move summary").first.click()
    expect(page.locator(".file-row__move[open] input").first).to_be_visible()


def choose_all_found(page: Page) -> None:
    page.locator("#all-found").check()
    expect(page.locator("[data-chosen]")).to_be_visible()


def open_more(page: Page) -> None:
    """The rest of the navigation, where there is no space for all."""
    more = page.locator(".site-nav summary")
    if more.is_visible():
        more.click()
    expect(page.get_by_role("navigation").first.get_by_role("link").last).to_be_visible()


def send_broken_file(page: Page) -> None:
    """The server refuses what looked like a photo."""
    page.locator("#id_files").set_input_files([GOOD_FILE])
    page.locator("#upload-send").click()
    expect(page.locator("#upload-files li[data-state=refused]").first).to_be_visible()  # others were kept before


def open_twice(page: Page) -> None:
    """A stocktake of everything, while one of a part is open."""
    page.locator("main details > summary").click()
    page.locator("main form [type=submit]").click()
    expect(page.locator("main .banner--error[role=alert]")).to_be_visible()


def open_closing(page: Page) -> None:
    """The form that signs a stocktake."""
    page.locator(".stocktakes__close > summary").click()


def refuse_closing(page: Page) -> None:
    """Bays are missing, and nobody accepts that; past the browser's own checks."""
    open_closing(page)
    page.locator(".stocktakes__close form").evaluate("form => { form.noValidate = true; }")
    page.locator(".stocktakes__close [type=submit]").click()
    expect(page.locator("main .banner--error[role=alert]")).to_be_visible()


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


def fill_build_badly(page: Page) -> None:
    """The preview says what is wrong."""
    page.locator("#id_bay_code").fill("B{bay}")
    expect(page.locator("#build-preview [role=alert]")).to_be_visible()


def see_build_preview(page: Page) -> None:
    expect(page.locator("#build-preview [name=make]")).to_be_visible()


def see_drawing(page: Page) -> None:
    expect(page.locator("#drawing[data-opened]")).to_be_visible()
    page.locator("#paste summary").click()


def send_no_outline(page: Page) -> None:
    with page.expect_navigation():
        page.locator("#drawing [type=submit]").first.click()
    expect(page.locator("#drawing .errorlist")).to_be_visible()


def send_no_table(page: Page) -> None:
    file = {"name": "a.xls", "mimeType": "text/csv", "buffer": b"\xd0\xcf\x11\xe0"}
    page.locator("#id_files").set_input_files([file])
    page.locator("main form [type=submit]").first.click()
    expect(page.locator(".banner--error")).to_be_visible()


def send_columns(page: Page) -> None:
    """Without the system of the coordinates."""
    page.locator("#columns .button--primary").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def apply_preview(page: Page) -> None:
    page.locator("form[action$='apply/'] button").click()
    expect(page.locator(".messages .banner")).to_be_visible()


def open_configuration(page: Page) -> None:
    """The form with the products that are listed."""
    page.locator("#configuration summary").first.click()
    page.locator("#id_part0_where").wait_for()


def answer_visit(page: Page) -> None:
    page.get_by_role("button", name="201").click()
    expect(page.locator(".messages .banner")).to_be_visible()


def compare_parts() -> None:
    """The pictures of two parts may overlap, but do not say it clearly."""
    shared = [(6000 + 200 * number, 5000, 1000 + 200 * number, 5000) for number in range(10)]
    half_a_width = (1, 0, -0.5, 0, 1, 0, 0, 0, 1)
    for overlap in Overlap.objects.all():
        compared = Compared(OverlapVerdict.DOUBTFUL, "unclear", half_a_width, shared, located=(100, 101))
        record_overlap(overlap, compared)


def answer_overlap(page: Page) -> None:
    page.locator(".overlap").first.evaluate("element => { element.open = true }")
    page.get_by_role("spinbutton").first.fill("7")
    page.locator(".overlap form button", has_text=re.compile("^(Save|Guardar)")).first.click()
    expect(page.locator(".messages .banner")).to_be_visible()


def flag_count(page: Page) -> None:
    """What seems wrong, said and sent."""
    page.locator(".review__note summary").click()
    page.locator("#note-text").fill("Too few at the left")
    page.locator(".review__note button").click()
    expect(page.get_by_text("Too few at the left").first).to_be_visible()


def sign_off_some(page: Page) -> None:
    """All but one, and what is left after that."""
    page.locator("#sheet input[name=photo]").first.uncheck()
    page.locator("#sheet [type=submit]").click()
    expect(page.locator(".messages .banner").first).to_be_visible()


def count_blind(page: Page) -> None:
    """Two plants tapped, and the number beside them."""
    expect(page.locator(".viewer__live")).to_be_visible()
    page.locator(".viewer__map").focus()
    page.keyboard.press("a")
    expect(page.locator("#id_seen")).to_have_value("1")


def send_no_number(page: Page) -> None:
    """Past the browser's own checks."""
    page.locator("#id_seen").evaluate("field => { field.form.noValidate = true; }")
    page.locator("#id_seen").press("Enter")
    expect(page.locator(".errorlist")).to_be_visible()


def open_viewer(page: Page) -> None:
    """A chosen mark, and the note open."""
    expect(page.locator(".viewer__live")).to_be_visible()
    page.locator(".review__note summary").click()
    page.locator(".viewer__map").focus()
    page.keyboard.press(".")
    expect(page.locator("[data-remove]")).to_be_enabled()


def open_keys(page: Page) -> None:
    open_viewer(page)
    page.keyboard.press("?")
    expect(page.locator("#viewer-keys")).to_be_visible()


def open_editor(page: Page) -> None:
    open_viewer(page)
    page.keyboard.press("f")
    expect(page.locator("dialog.editor")).to_be_visible()


def open_layers(page: Page) -> None:
    open_editor(page)
    page.locator("[data-do=layers]").click()
    expect(page.locator("#editor-layers")).to_be_visible()


def open_place_menu(page: Page) -> None:
    """What a long press offers; of a mouse the other button."""
    open_editor(page)
    page.locator(".viewer__map").click(button="right")
    expect(page.locator("#editor-place")).to_be_visible()


def fix_the_first(page: Page) -> None:
    """The next photo of the upload waits behind the one that was fixed."""
    open_problem(page)
    page.locator("dialog[open] .choice input").first.check()
    page.locator("dialog[open] .problem__submit").click()
    expect(page.locator("dialog[open] [data-fixed]")).to_be_visible()


def preview_import(page: Page) -> None:
    """A row of each outcome."""
    table = b"sku,name,price,type,material,colour\nMAM-0,Aloe,3,Pot,Clay,Red\n,Agave,,Pot,Clay,Red\n,,5,,,\n"
    page.locator("#file").set_input_files([{"name": "a.csv", "mimeType": "text/csv", "buffer": table}])
    page.locator("main form [type=submit]").click()
    expect(page.locator("#kind-refused")).to_be_visible()


def open_new_product(page: Page) -> None:
    page.locator("#new-product").click()
    expect(page.locator("dialog[open] #new-row")).to_be_visible()


def choose_wrong_sheet(page: Page) -> None:
    data = b"kind,location,quantity,note\nsale,NOWHERE,40,x\ndance,NOWHERE,1,\n"
    page.locator("#id_file").set_input_files([{"name": "a.csv", "mimeType": "text/csv", "buffer": data}])
    page.locator("main form [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()


def send_empty_packaging(page: Page) -> None:
    """In the window above the form that needs it."""
    page.locator("#new-packaging").click()
    page.locator("dialog[open] #new-row").evaluate("form => { form.noValidate = true; }")
    page.locator("dialog[open] #new-row [type=submit]").click()
    expect(page.locator("dialog[open] [aria-invalid=true]").first).to_be_focused()


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


def send_explanation_badly(page: Page) -> None:
    """A loss without its reason."""
    page.evaluate("() => document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
    page.locator(".decide summary").nth(1).click()
    page.locator("button[value=lost]").click()
    expect(page.locator(".decide[open] .errorlist")).to_be_visible()


# --- The states, in groups that one kind of person sees -------------------------------------------------------------
def of_signed_out(_made: Nursery) -> Iterator[State]:
    yield State("/login/?next=/jobs/")
    yield State("/login/", fail_sign_in)


def of_worker(made: Nursery) -> Iterator[State]:
    """Who proposes corrections."""
    bed = f"/gallery/{made.bed.original_image_id}/"
    yield from (State(bed, act) for act in (flag_count, open_editor))
    yield State("/todo/")


def of_viewer(_made: Nursery) -> Iterator[State]:
    """Who may only look; the review is not for them."""
    yield from map(State, ("/", "/review/"))


def open_offline_page(page: Page) -> None:
    page.goto(page.locator("#device").get_attribute("data-offline") or "")
    expect(page.locator("#upload-form")).to_be_visible()


def of_help(_made: Nursery) -> Iterator[State]:
    yield from map(State, ("/help/", "/help/photos/", "/help/offline/", "/help/fix/", "/help/review/"))


def of_lists(made: Nursery) -> Iterator[State]:
    yield from map(State, LISTS)
    yield State(f"/jobs/?upload_session_id={made.lost.original_image.upload_id}")
    yield State("/gallery/?q=nothing")
    yield State("/gallery/?date_from=soon")
    yield State(f"/gallery/?warehouse_id={made.bay.storage_area.warehouse_id}&days=7")
    yield State("/gallery/?review=doubtful")
    yield State("/gallery/", choose_cards)
    yield State("/gallery/", choose_all_found)
    yield State("/jobs/", open_more)
    yield State("/gallery/", open_place_modal)
    yield State("/gallery/", open_place_page, posts_to="photos-place")
    yield State("/", choose_files)
    yield State("/", open_offline_page, posts_to="app-offline")
    yield State("/", move_photo)
    yield State("/", send_broken_file)
    yield State("/", send_nothing)
    yield State("/", send_no_label, posts_to="place-by-label")


def of_photos(made: Nursery) -> Iterator[State]:
    bed = f"/gallery/{made.bed.original_image_id}/"
    yield State(f"/gallery/{made.divided.original_image_id}/")
    yield from (State(bed, act) for act in (open_viewer, open_keys, open_editor, open_layers, open_place_menu))
    for tab in ("history", "trace", "file"):
        yield State(f"{bed}?tab={tab}")
    for session in (made.lost, made.failed, made.busy, made.refused):
        yield State(f"/gallery/{session.original_image_id}/")
    yield from (State("/review/sheet/", act) for act in (None, sign_off_some))
    yield State("/review/sheet/?q=nothing")
    yield State("/review/sheet/?date_from=soon")
    blind = f"/review/{made.refused.original_image_id}/blind/"
    yield State(blind, count_blind)
    yield State(f"/review/{made.bed.original_image_id}/blind/", send_no_number)
    for session in (made.lost, made.waiting[0], made.failed):
        yield State(f"/gallery/{session.original_image_id}/", open_problem)
    for session in (made.refused, made.bed):
        yield State(f"/gallery/{session.original_image_id}/problem/")
    for session in (made.lost, *made.waiting):
        yield State(f"/gallery/{session.original_image_id}/problem/", send_unfilled, posts_to="photo-fix")


def of_places(made: Nursery) -> Iterator[State]:
    both = f"/configure/?location_id={made.bay.pk}&location_id={made.empty_bay.pk}"
    yield State(f"/map/?warehouse_id={made.bay.storage_area.warehouse_id}")
    yield State("/labels/")
    yield State(f"/labels/?warehouse_id={made.bay.storage_area.warehouse_id}")
    yield State(f"/locations/{made.bay.code}/")
    yield State(f"/locations/{made.bay.code}/changes/")
    yield State(f"/locations/{made.divided.storage_location.code}/", open_configuration)
    divided = f"/locations/{made.divided.storage_location.code}/"
    yield State(f"{divided}draw/", open_drawing)
    yield State(f"{divided}draw/", use_no_corners)
    yield State(f"{divided}draw/", leave_drawing)
    yield State(f"/locations/{made.empty_bay.code}/draw/")
    yield State(f"/locations/{made.bay.code}/", answer_visit)
    compare_parts()
    yield State(f"/locations/{made.bay.code}/")
    yield State(f"/locations/{made.bay.code}/", answer_overlap)
    yield State(f"/locations/{made.empty_bay.code}/", send_unfilled, posts_to="location-configure")
    yield State(f"/configure/?area_id={made.bay.storage_area_id}")
    yield State(both)
    yield State(both, send_unfilled)
    for token in made.steps:
        yield State(f"/places/made/{token}/")
    yield State("/map/")
    yield State("/places/build/", see_build_preview)
    yield State("/places/build/", fill_build_badly)
    yield State(f"/places/build/?within=area:{made.bay.storage_area.code}", see_build_preview)
    yield State(f"/map/draw/?warehouse_id={made.bay.storage_area.warehouse_id}", see_drawing)
    yield State("/map/draw/", send_no_outline)


def open_drawing(page: Page) -> None:
    """The photo with a part that is drawn and one of another product."""
    page.locator(".facets .chip").last.click()
    page.locator("#id_corners").fill("10 10, 60 10, 60 50")
    expect(page.locator("#part")).to_have_attribute("data-opened", "")


def use_no_corners(page: Page) -> None:
    page.locator("[value=use]").click()
    expect(page.locator("#part-mistake")).to_be_visible()


def leave_drawing(page: Page) -> None:
    """Back at the form, which is not saved yet."""
    page.locator("[value=back]").click()
    expect(page.locator("#parts")).to_be_visible()


def open_some_operations(page: Page) -> None:
    """Three of the API's, with parameters, a body and answers."""
    for name in ("record_movements", "detail", "stock"):
        page.locator(f"#{name} > summary").click()


def of_nursery(made: Nursery) -> Iterator[State]:
    """What is set up once: people, catalogue, settings."""
    config = made.bay.configs.get()
    person = made.bed.original_image.uploaded_by_user_id
    archived = ProductFactory(active=False)
    merged = ProductFactory(active=False, merged_into=config.product)
    yield from map(
        State, ("/nursery/", "/nursery/settings/", "/people/", f"/people/{person}/", f"/people/{person}/link/")
    )
    yield State(f"/people/{UserFactory(is_active=False).pk}/")
    yield State("/people/new/")
    yield from (State(path, send_unfilled) for path in ("/nursery/settings/", "/people/new/"))
    yield State("/reference/", open_some_operations)
    yield State("/account/", send_unfilled, posts_to="account-password")
    yield from map(State, ("/catalogue/", "/catalogue/?q=nothing", "/catalogue/?archived=on"))
    yield from map(State, ("/catalogue/containers/", "/catalogue/containers/?q=nothing"))
    yield State(f"/catalogue/containers/{ContainerTypeFactory(code='CRATE-6', rows=2, columns=3, capacity=6).pk}/")
    yield State("/catalogue/containers/new/", send_unfilled)
    yield State("/catalogue/new/", send_unfilled)
    yield State(f"/catalogue/products/{config.product_id}/")
    yield from map(State, (f"/catalogue/products/{product.pk}/" for product in (archived, merged)))
    yield State(f"/catalogue/products/{config.product_id}/merge/", send_unfilled)
    yield from map(State, ("/catalogue/packaging/", f"/catalogue/packaging/{config.packaging_id}/"))
    yield State("/catalogue/packaging/new/", send_unfilled)
    yield from (State(path, preview_import) for path in ("/catalogue/import/", "/catalogue/packaging/import/"))
    yield State(f"/locations/{made.empty_bay.code}/", open_new_product)
    yield State(f"/locations/{made.empty_bay.code}/", send_empty_packaging)
    yield State(f"/catalogue/new/?next=/locations/{made.empty_bay.code}/")


def of_imports(made: Nursery) -> Iterator[State]:
    """Files, columns that must be chosen, and previews before and after."""
    PlaceImport.objects.update(user=User.objects.order_by("-pk").first())
    columns = f"/places/import/{made.unread.pk}/columns/"
    preview, far_away = (f"/places/import/{kept.pk}/" for kept in made.previewed)
    yield State("/places/import/", send_no_table)
    yield State(columns)
    yield State(columns, send_columns)
    yield State(preview)
    yield State(f"{preview}?kind=refused")
    yield State(far_away)
    yield State(preview, apply_preview)
    yield State(preview)


def of_movements(made: Nursery) -> Iterator[State]:
    batch = made.bay.batches.get()
    documents = [
        record("plantar", plants_of(batch.config), 50, note="From Holland"),
        record("trasplante", batch, 10, to=plants_of(batch.config, packaging=None), hour=2),
    ]
    undo(documents[1])
    hand_count(batch, 40, hour=1)
    StockBatch.objects.update(ready_on="2027-03-01")
    form = f"/locations/{made.bay.code}/record/"
    yield State(form)
    for kind in KINDS:
        yield State(f"{form}?kind={kind}")
    yield State(f"{form}?kind=loss", send_unfilled)
    yield State(f"/locations/{made.empty_bay.code}/record/?kind=loss")
    yield from map(State, ("/stock/documents/", "/stock/ready/", "/stock/import/"))
    yield State("/stock/import/", choose_wrong_sheet)
    yield State(f"/stock/documents/{documents[0].pk}/")
    yield State(f"/stock/documents/{documents[1].pk}/")
    yield State(f"/stock/batches/{batch.pk}/")
    yield State(f"/stock/batches/{batch.pk}/", send_unfilled, posts_to="batch-describe")


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


def of_differences(made: Nursery) -> Iterator[State]:
    """A difference of each kind: missing and too many plants, set aside, accepted, and chance."""
    boss, batch = UserFactory(), made.bay.batches.order_by("pk")[0]
    now = (timezone.now() - hours(0)).total_seconds() / 3600
    for number, plants in enumerate((2000, 900, 3000, 2900)):
        hand_count(batch, plants, hour=now - 4 + number)
    missing = Difference.objects.filter(unexplained__lt=0).order_by("moment")[0]
    too_many = Difference.objects.filter(unexplained__gt=0)[0]
    Product.objects.filter(pk=batch.product_id).update(price=Decimal("2.50"), currency="MXN")
    yield State("/stock/reconcile/")
    yield State("/stock/reconcile/?q=nothing")
    yield State("/stock/reconcile/?date_from=soon")
    for difference in (missing, too_many):
        yield State(f"/stock/reconcile/{difference.pk}/")
    yield State(f"/stock/reconcile/{missing.pk}/", send_explanation_badly, posts_to="difference-decide")
    accept(About(missing.pk, missing.unexplained, boss), reason="Nobody knows what happened")
    too_many.refresh_from_db()
    ask_recount(About(too_many.pk, too_many.unexplained, boss), reason="Half in the shade", assigned_to=boss)
    yield from (State(f"/stock/reconcile/{difference.pk}/") for difference in (missing, too_many))
    yield from (State(f"/stock/reconcile/?status={status}") for status in ("all", "recount", "explained"))
    yield from (State(f"/stock/shrinkage/?by={by}") for by in ("product", "location", "month"))
    yield State("/stock/shrinkage/?date_to=soon")
    yield State(f"/stock/locations/{made.bay.code}/")
    yield State(f"/locations/{made.bay.code}/")
    yield from map(State, ("/stock/", "/todo/"))


def of_accuracy(made: Nursery) -> Iterator[State]:
    """Validated photos over months, a kind with a factor, one without, counts with a factor, and alarms."""
    cactus, boss = judge_photos(), UserFactory(supervisor=True)
    kind = f"product={cactus.product_id}&packaging={cactus.packaging_id}&container=segment"
    yield from map(State, ("/accuracy/", "/accuracy/?by=month&months=all", "/accuracy/?by=phone", "/todo/"))
    yield from map(State, ("/accuracy/calibration/", f"/accuracy/calibration/kind/?{kind}"))
    yield State(f"/accuracy/calibration/known/?{kind}")
    yield State(f"/accuracy/calibration/known/?{kind}", send_unfilled, posts_to="calibration-known")
    row = Calibration.objects.in_force().get()
    counted = ProcessingSession.objects.get(calibration=row)
    yield State(f"/gallery/{counted.original_image_id}/")
    switch_calibration(calibration_id=row.pk, on=False, user=boss)
    yield State(f"/accuracy/calibration/kind/?{kind}")


def of_models(made: Nursery) -> Iterator[State]:
    """Data sets with photos held out and without, the buttons where nothing changed, and a bad ZIP."""
    config = LocationConfigFactory()
    correct_photo(config, days_ago=9)
    make_data_set(name="Nursery", user=None)
    correct_photo(config, days_ago=5)
    data_set = make_data_set(name="Nursery", user=User.objects.order_by("-pk").first())
    yield State("/models/")
    yield State("/models/", make_data_set_again, posts_to="data-set-make")
    yield State("/models/", send_bad_zip, posts_to="data-set-import")
    for changed in ({"running": True}, {"untaken": True}, {"failed": True}, {"cancelled": True}, {"trained_now": True}):
        TrainingRun.objects.unfinished().update(state="cancelled", finished_at=timezone.now())
        run = TrainingRunFactory(data_set=data_set, **changed)
        yield State(f"/models/trainings/{run.pk}/")
    promotion = Promotion.objects.create(trained=run.trained, figures={})
    category = config.product.family.category
    Promotion.objects.create(trained=run.trained, category=category, figures={})
    ModelFault.objects.create(trained=promotion.trained, reason="A file is missing")
    yield State("/models/")
    switch_shadow(run.pk, on=True)
    yield State(f"/models/trainings/{run.pk}/")
    shadow = {"session_id": made.bed.session_id, "image_id": made.bed.original_image_id}
    ShadowCount.objects.create(run=run, live=1234, total=1300, seconds=4.5, **shadow)
    yield State(f"/models/trainings/{run.pk}/")
    write_nursery(working_from=0, working_until=24)
    run = TrainingRunFactory(data_set=data_set, untaken=True)
    yield State(f"/models/trainings/{run.pk}/")
    yield State("/models/")


def make_data_set_again(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Make a data set|Crear un conjunto")).click()
    expect(page.get_by_role("alert")).to_be_visible()


def send_bad_zip(page: Page) -> None:
    page.locator("main details:has(#id_import-name) > summary").click()
    page.locator("#id_import-name").fill("tools")
    page.locator("#id_import-file").set_input_files({**BAD_FILE, "name": "tools.zip"})
    page.get_by_role("button", name=re.compile("^(Import|Importar)$")).click()
    expect(page.get_by_role("alert")).to_be_visible()


def judge_photos() -> LocationConfig:
    """Counts of one product that lean one way and have drifted, of which photos were counted by a person too; one has
    a factor, and some photos wait."""
    cactus, boss = LocationConfigFactory(), UserFactory(supervisor=True)
    for number in range(24):
        session = count_photo(cactus, 100 + 9 * number)
        moment = timezone.now() - timedelta(days=10 * (24 - number))
        S3Image.objects.filter(pk=session.original_image_id).update(moment=moment)
        session.original_image.refresh_from_db()
        plants = round(session.total_estimated * (1.1 if number < 14 else 1.3)) + number % 3
        record_known_count(image=session.original_image, user=boss, plants=plants)
        record_blind_count(image=session.original_image, user=boss, seen=plants)
    row = Calibration.objects.in_force().get()
    count_photo(cactus, 140, calibration=row, uncalibrated=131)
    for _number in range(3):
        store_pictures(count_photo(cactus).original_image)
    return cactus


def of_stocktakes(made: Nursery) -> Iterator[State]:
    """The counting plan and the walk, a stocktake that is open, one that is signed and has changed since."""
    LocationConfigFactory(location=made.empty_bay)
    boss = User.objects.order_by("-pk").first()
    area, tomorrow = made.bay.storage_area, timezone.now() + timedelta(days=1)
    signed, opened = (
        open_stocktake(
            day=timezone.localdate(),
            counted_from=timezone.now() - timedelta(days=3),
            end_of_day=tomorrow,
            place=place,
            user=boss,
        ).stocktake
        for place in (Place(area=area), Place(area=made.empty_bay.storage_area))
    )
    close_stocktake(
        signed.pk,
        end_of_day=tomorrow,
        user=boss,
        accepts_gaps=True,
        find_signers=lambda sessions: dict.fromkeys(sessions, "Eva"),
    )
    photo(made.bay.configs.get(), 33, hour=hours_ago(50))
    yield from map(State, ("/stock/plan/", "/stock/plan/?show=all", "/stock/plan/?show=off"))
    yield from map(State, ("/stock/plan/walk/", f"/stock/plan/walk/?stocktake={opened.pk}"))
    yield State(f"/stock/plan/walk/?place=area:{made.empty_bay.storage_area_id}&after={made.empty_bay.code}")
    yield State("/stock/stocktakes/")
    yield State("/stock/stocktakes/", open_twice)
    yield State(f"/stock/stocktakes/{opened.pk}/", open_closing)
    yield State(f"/stock/stocktakes/{opened.pk}/", refuse_closing, posts_to="stocktake-close")
    yield State(f"/stock/stocktakes/{signed.pk}/")
    yield State(f"/stock/stocktakes/{signed.pk}/?show=changed")
    yield State(f"/stock/stocktakes/{signed.pk}/report.pdf")
    EvidencePack.objects.create(
        kind="stocktake",
        subject=signed.number,
        fingerprint="ab" * 32,
        files=12,
        with_originals=True,
        made_by=boss,
        made_at=timezone.now(),
    )
    yield from map(State, ("/evidence/", *(f"/evidence/?fingerprint={given}" for given in ("ab" * 32, "12" * 32, "x"))))


def of_the_rest(made: Nursery) -> Iterator[State]:
    """Our components, addresses that are wrong, and what is done last since it changes the rows."""
    yield from map(State, ("/design/", "/status/", "/locations/NO-SUCH/", "/jobs/?upload_session_id=x"))
    yield State("/jobs/", send_without_token)
    yield State(f"/gallery/{made.lost.original_image_id}/", fix_the_first)
    yield State(f"/gallery/{made.waiting[0].original_image_id}/", delete_photo)
    yield State("/gallery/trash/", restore_photo)


def of_admin(made: Nursery) -> Iterator[State]:
    """One of each kind: of Django's templates we change few, and which columns, filters and actions they show."""
    yield from map(State, ("/admin/", "/admin/records/", "/admin/processing/"))
    yield from map(State, ("/admin/processing/processingsession/", "/admin/processing/backgroundtask/"))
    yield from map(State, ("/admin/accounts/user/add/", "/admin/accounts/change/"))
    yield State(f"/admin/processing/processingsession/{made.bed.pk}/change/")
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
    "worker": (of_worker, {"viewer": False}),
    "help": (of_help, {"viewer": True}),
    "lists": (of_lists, BOSS),
    "photos": (of_photos, BOSS),
    "places": (of_places, BOSS),
    "nursery": (of_nursery, BOSS),
    "imports": (of_imports, BOSS),
    "movements": (of_movements, BOSS),
    "stock": (of_stock, BOSS),
    "differences": (of_differences, BOSS),
    "stocktakes": (of_stocktakes, BOSS),
    "accuracy": (of_accuracy, BOSS),
    "models": (of_models, BOSS),
    "the rest": (of_the_rest, BOSS),
    "admin": (of_admin, BOSS),
}
