"""A part of a location's newest photo is drawn, with scripts and without, and goes back into the form it came from."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.live_server_helper import LiveServer

from locations.catalogue import find_or_make_mixed
from locations.configuration import active_config
from locations.models import ConfigPart, LocationConfig, Product
from photos.models import S3Image
from processing.models import Job, ProcessingSession
from processing.review.division import divide_count
from processing.review.outcome import record_stock
from stock.models import StockBatch
from tests.accessibility import assert_accessible
from tests.browsing import DESK, PHONE, open_browser, sign_in, store_pictures
from tests.factories import UserFactory
from tests.journeys.fingers import Fingers
from tests.locations.factories import ConfigPartFactory, LocationConfigFactory, ProductFactory
from tests.processing.factories import make_bed
from tests.stock.visits.test_records import sketch

pytestmark = pytest.mark.django_db
DRAW = "/locations/N1-N-04/draw/"
LEFT_HALF = "0 0, 50 0, 50 100, 0 100"


@pytest.fixture
def agave() -> Product:
    return ProductFactory(common_name="Agave", scientific_name="")


@pytest.fixture
def aloe() -> Product:
    return ProductFactory(common_name="Aloe", scientific_name="")


@pytest.fixture
def config(agave: Product) -> LocationConfig:
    """Agave stands in the left half of the photo, everything else is mixed."""
    config = LocationConfigFactory(product=find_or_make_mixed(), packaging=None, location__code="N1-N-04")
    ConfigPartFactory(config=config, product=agave, containers="", outline=LEFT_HALF)
    return config


def take_photo(config: LocationConfig, *, plants: int = 10) -> ProcessingSession:
    """A counted photo of 1000 x 1000 px in the stock: plants at (100, 100), (160, 100), (220, 100) ... px."""
    session = make_bed(*[0] * plants, location=config.location)
    S3Image.objects.filter(pk=session.original_image_id).update(storage_location=config.location, sketch=sketch(1))
    session.refresh_from_db()
    record_stock(session, active_config(config.location), problem=None, user=None)
    return session


def values(config: LocationConfig, *rows: tuple[Product | None, str], **fields: object) -> dict[str, object]:
    """The form of the location, filled in."""
    filled = {"product": "mixed", "packaging": "", "expected_state": config.expected_state_id, "mode": "new_cycle"}
    for number, (product, where) in enumerate(rows):
        filled |= {f"part{number}_product": getattr(product, "pk", ""), f"part{number}_where": where}
    return {**filled, "parts": len(rows), **fields}


def test_the_page_shows_the_newest_photo_and_the_other_parts(worker: Client, config: LocationConfig):
    take_photo(config)
    newest = take_photo(config).original_image
    take_photo(LocationConfigFactory())
    page = worker.get(DRAW, {"draw": 1})
    assert page.context["drawing"].photo == newest
    assertContains(page, 'points="0.0,0.0 140.0,0.0 140.0,280.0 0.0,280.0"')
    assertContains(page, "Draw where Listed product 2 stands")
    own = worker.get(DRAW)
    assertContains(own, f'spellcheck="false" aria-describedby="corners-hint">{LEFT_HALF}</textarea>')
    assertContains(own, "Draw where Agave stands")


def test_deleted_photos_and_those_without_a_picture_are_not_shown(worker: Client, config: LocationConfig):
    for change in ({"deleted_at": "2026-11-20T00:00:00Z"}, {"s3_key_preview": None}, {"width_px": None}):
        S3Image.objects.filter(pk=take_photo(config).original_image_id).update(**change)
    page = worker.get(DRAW)
    assertContains(page, "This place has no photo yet. The corners can be typed.")
    assertNotContains(page, 'type="image"')
    assertContains(page, "</textarea>")


def test_what_is_filled_in_comes_back_with_the_corners_and_nothing_is_written(
    worker: Client, config: LocationConfig, agave: Product, aloe: Product
):
    take_photo(config)
    filled = values(config, (agave, LEFT_HALF), (aloe, "2"), (None, ""), draw="1")
    page = worker.post(DRAW, filled)
    assertContains(page, "Draw where Aloe stands")
    assertContains(page, '<input type="hidden" name="mode" value="new_cycle">', html=True)
    kept = {name: str(value) for name, value in page.context["drawing"].kept}
    kept |= {"row": "1", "corners": "50 0,\n90 0, 90 60", "do": "use"}
    back = worker.post(DRAW, kept)
    assertContains(back, 'value="50 0, 90 0, 90 60"')
    assertContains(back, f'value="{LEFT_HALF}"')
    assertContains(back, "Not saved yet.")
    assert ConfigPart.objects.count() == 1
    form = back.context["form"]
    assert form.is_valid()
    saved = worker.post(
        "/locations/N1-N-04/configure/", {name: form[name].value() or "" for name in form.fields} | {"parts": 3}
    )
    assertRedirects(saved, "/locations/N1-N-04/#configuration")
    assert [str(part) for part in active_config(config.location).listed_parts] == [
        f"Agave: {LEFT_HALF}",
        "Aloe: 50 0, 90 0, 90 60",
    ]


def test_leaving_without_drawing_keeps_the_form_as_it_was(worker: Client, config: LocationConfig, aloe: Product):
    back = worker.post(DRAW, values(config, (aloe, "1-3"), row="0", corners="10 10, 60 10", do="back"))
    assertContains(back, 'value="1-3"')
    assertContains(back, f'<option value="{aloe.pk}" selected>Aloe</option>', html=True)
    assert back.status_code == 200


def test_another_product_is_chosen_and_the_first_one_keeps_its_corners(
    worker: Client, config: LocationConfig, agave: Product, aloe: Product
):
    page = worker.post(DRAW, values(config, (agave, ""), (aloe, ""), row="0", corners="0 0, 9 0, 9 9", draw="1"))
    assert page.context["drawing"].row == 1
    assert [row.where for row in page.context["drawing"].rows] == ["0 0, 9 0, 9 9", ""]
    assert page.context["drawing"].typed == ""


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ("", "at least three corners"),
        ("10 10, 60 10", "at least three corners"),
        ("10 10, sixty 10, 60 60", "Write each corner in percent"),
        ("10,10,60,10,60,60", "Write each corner in percent"),
        ("60 10, 90 90, 90 10, 60 90", "edges of the drawn part cross"),
        ("60 10, 90 10, 120 90", "from 0 to 100 percent"),
        ("20 10, 90 10, 90 90", "overlaps that of Agave"),
        ("1 1, 2 2, " * 2500, "at most 40 corners"),
    ],
)
def test_corners_that_cannot_be_used_are_said_and_stay(
    worker: Client, config: LocationConfig, agave: Product, aloe: Product, corners: str, words: str
):
    take_photo(config)
    page = worker.post(DRAW, values(config, (agave, LEFT_HALF), (aloe, ""), row="1", corners=corners, do="use"))
    assertContains(page, words, status_code=422)
    assertContains(page, f">{corners.strip()}</textarea>", status_code=422)


def test_a_tap_without_scripts_is_the_next_corner(worker: Client, config: LocationConfig, aloe: Product):
    take_photo(config)
    corners = ""
    for x, y in ((28, 28), (279, 28), (280, 400)):
        tap = {"corner.x": x, "corner.y": y, "row": "0", "corners": corners}
        corners = worker.post(DRAW, values(config, (aloe, ""), **tap)).context["drawing"].typed
    assert corners == "10 10, 99.6 10, 100 100"
    undone = worker.post(DRAW, values(config, (aloe, ""), row="0", corners=corners, do="undo"))
    assert undone.context["drawing"].typed == "10 10, 99.6 10"
    garbled = worker.post(DRAW, values(config, (aloe, ""), row="0", corners="ten", **{"corner.x": 1, "corner.y": 1}))
    assert garbled.context["drawing"].typed == "ten"


def test_nonsense_leads_back_to_the_location(worker: Client, config: LocationConfig):
    for query in ({"draw": "x"}, {"draw": "-1"}, {"draw": "29"}, {"do": "dance"}):
        assertRedirects(worker.get(DRAW, query), "/locations/N1-N-04/")
    assert worker.get("/locations/NOWHERE/draw/").status_code == 404


def test_drawing_takes_the_same_queries_for_any_number(
    worker: Client, config: LocationConfig, django_assert_num_queries
):
    for _ in range(2):
        take_photo(config)
        ConfigPartFactory(config=config)
        with django_assert_num_queries(9):
            worker.get(DRAW)


def test_pages_name_what_is_drawn(viewer: Client, config: LocationConfig):
    session = take_photo(config)
    assertContains(viewer.get("/locations/N1-N-04/"), "Agave: drawn part of the photo")
    found = viewer.get(f"/api/v1/photos/{session.original_image_id}/markers").json()["parts"]
    assert found == [{"product": "Agave", "polygon": [[0, 0], [500, 0], [500, 1000], [0, 1000]]}]
    tab = viewer.get(f"/gallery/{session.original_image_id}/?tab=containers")
    assertContains(tab, '<span class="hint">several products</span>', html=True)


def test_a_corrected_outline_counts_the_last_photos_again(worker: Client, config: LocationConfig, agave: Product):
    session = take_photo(config)
    assert plants() == {"Agave": 7, "Mixed": 3}
    worker.post("/locations/N1-N-04/configure/", values(config, (agave, "0 0, 30 0, 30 100, 0 100"), mode="update"))
    assert Job.objects.get(kind="reprocess").image_id == session.original_image_id
    assert [portion.quantity for portion in divide_count(session, active_config(config.location))] == [4]


def plants() -> dict[str, int]:
    return {batch.product.common_name: batch.quantity_current for batch in StockBatch.objects.select_related("product")}


# --- In the browser --------------------------------------------------------------------------------------------------
def open_row(page: Page, aloe: Product) -> None:
    """The second row of the form, filled in but not saved."""
    page.goto("/locations/N1-N-04/")
    page.get_by_text("Change it").click()
    second = page.get_by_role("group", name="Listed product 2")
    second.get_by_label("Product").select_option(str(aloe.pk))
    second.get_by_role("button", name="Draw on the latest photo").click()
    expect(page.get_by_role("heading", name="Draw where Aloe stands")).to_be_visible()


def save_part(page: Page) -> None:
    page.get_by_role("button", name="Use this part").click()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#configuration")).to_contain_text("Aloe: drawn part of the photo")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_part_is_drawn_with_a_finger(
    browser: Browser, live_server: LiveServer, config: LocationConfig, aloe: Product
):
    store_pictures(take_photo(config).original_image)
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    with open_browser(browser, live_server, **options) as page:
        sign_in(page.context, UserFactory(), live_server)
        open_row(page, aloe)
        expect(page.locator("#part")).to_have_attribute("data-opened", "")
        fingers, corners = Fingers(page), page.get_by_label("Corners", exact=True)
        page.locator(".viewer__map").scroll_into_view_if_needed()
        for x, y in ((0.51, 0.02), (0.98, 0.3), (0.8, 0.8), (0.7, 0.2)):
            fingers.tap_at(x, y)
        expect(page.locator(".part__corner")).to_have_count(4)
        page.get_by_role("button", name="Remove the last corner").tap()
        expect(page.locator(".part__corner")).to_have_count(3)
        assert corners.input_value().startswith("50 0, 100 30"), "corners of others and edges of the photo are met"
        fingers.down(fingers.place(0.8, 0.8))
        for step in (0.82, 0.86, 0.9):
            fingers.move(fingers.place(step, 0.8))
        fingers.up()
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            assert_accessible(page)
        save_part(page)
    [_agave, part] = active_config(config.location).listed_parts
    assert part.corners[:2] == ((50, 0), (100, 30))
    assert part.corners[2] == pytest.approx((90, 80), abs=1.5)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_part_is_drawn_with_the_mouse_and_by_keys(
    browser: Browser, live_server: LiveServer, config: LocationConfig, aloe: Product
):
    store_pictures(take_photo(config).original_image)
    with open_browser(browser, live_server, viewport=DESK) as page:
        sign_in(page.context, UserFactory(), live_server)
        open_row(page, aloe)
        expect(page.locator("#part")).to_have_attribute("data-opened", "")
        box = page.locator(".viewer__map img").bounding_box()
        for x, y in ((0.6, 0.2), (0.9, 0.2)):
            page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.get_by_label("Corners", exact=True).press("Control+End")
        page.keyboard.type(", 90 70")
        expect(page.locator(".part__corner")).to_have_count(3)
        save_part(page)
    [_agave, part] = active_config(config.location).listed_parts
    assert part.corners[2] == (90, 70)
    assert part.corners[0] == pytest.approx((60, 20), abs=1)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_part_is_drawn_without_scripts(
    browser: Browser, live_server: LiveServer, config: LocationConfig, aloe: Product
):
    store_pictures(take_photo(config).original_image)
    with open_browser(browser, live_server, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page.context, UserFactory(), live_server)
        open_row(page, aloe)
        picture = page.get_by_role("button", name="Add a corner where the photo is tapped")
        for x, y in ((168, 28), (252, 28), (252, 252)):
            picture.click(position={"x": x, "y": y})
        box, outline = picture.bounding_box(), page.locator(".part__plain > svg").bounding_box()
        assert box == outline, "the outlines lie on the picture"
        assert (box["width"], box["height"]) == (280, 280), "a tap is told in pixels of the picture"
        expect(page.get_by_label("Corners", exact=True)).to_have_value("60 10, 90 10, 90 90")
        save_part(page)
    [_agave, part] = active_config(config.location).listed_parts
    assert part.outline == "60 10, 90 10, 90 90"
