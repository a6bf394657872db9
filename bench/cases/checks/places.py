"""Where a photo belongs: by its position, by what is chosen, after it was moved."""

import uuid

from shapely.geometry import Polygon

from bench.cases.demeter import Demeter, Photo
from bench.cases.files import at_point, fresh
from bench.cases.table import Seen, check
from locations.geo import metres_per_degree

BAY_PHOTO = "c07/landscape-control.jpg"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile"


@check("c01")
def each_photo_goes_to_the_bay_of_its_request(demeter: Demeter) -> Seen:
    """Two requests of one upload that name different bays."""
    first, second, session = demeter.take_bay(), demeter.take_bay(), str(uuid.uuid4())
    demeter.count("c01/bay-A.jpg", first, upload_session_id=session)
    sent = demeter.upload(
        demeter.read("c01/bay-B.jpg"), "bay-B.jpg", storage_location=second, upload_session_id=session
    )
    if not sent.job_id:
        return Seen(sent.status in (400, 409), f"second bay refused: {sent.status} {sent.refusal}")
    photo = demeter.wait(sent)
    stock = {code: demeter.stock(code) for code in (first, second)}
    is_there = photo.image_id in demeter.location_page(second)
    return Seen(is_there and stock[second] > 0, f"stock {stock}; bay-B.jpg is a photo of {second}: {is_there}")


@check("c10")
def phones_that_state_no_error_are_asked_as_others(demeter: Demeter) -> Seen:
    """The same point with and without a stated error."""
    photos = [demeter.count(name) for name in ("c10/android-no-error-stated.jpg", "c10/iphone-error-8-m.jpg")]
    return Seen(all(map(_is_offered, photos)), "; ".join(map(_describe, photos)))


@check("h2")
def a_point_beside_a_bay_is_offered(demeter: Demeter) -> Seen:
    """4 m beside the border of a bay, to each side."""
    bay = demeter.get("/api/v1/locations/map").json()["locations"][8]
    west, south, east, north = Polygon(bay["rings"][0]).bounds
    lon_m, lat_m = metres_per_degree(south)
    middle = {"lon": (west + east) / 2, "lat": (south + north) / 2}
    points = [{**middle, "lon": east + 4 / lon_m}, {**middle, "lat": north + 4 / lat_m}]
    photos = [demeter.count("h2.jpg", data=fresh(at_point(demeter.read(BAY_PHOTO), **point))) for point in points]
    return Seen(all(map(_is_offered, photos)), "; ".join(map(_describe, photos)))


@check("c05")
def a_position_that_android_took_out_is_explained(demeter: Demeter) -> Seen:
    """The words of the upload page and of the problem, and that a position is still used."""
    names = ("c05/redacted-by-android.jpg", "c05/with-position.jpg")
    redacted, whole = (demeter.count(name, source="mobile") for name in names)
    phone = {"User-Agent": ANDROID}
    pages = demeter.get("/", **phone).text(), demeter.get(f"/gallery/{redacted.image_id}/problem/", **phone).text()
    explained = ["Android" in page for page in pages]
    whole_is_used = whole.is_placed or "GPS" in demeter.get(f"/gallery/{whole.image_id}/problem/").text()
    is_right = redacted.problem == "needs_location" and all(explained) and whole_is_used
    words = f"without position: {redacted.problem}; Android named on the upload page: {explained[0]}, "
    return Seen(is_right, f"{words}at the problem: {explained[1]}; with position: {_describe(whole)}")


@check("b10")
def a_moved_photo_leaves_the_first_bay(demeter: Demeter) -> Seen:
    """History, chart, stock and last count of both bays."""
    first, second = demeter.take_bay(), demeter.take_bay()
    photo = demeter.count(BAY_PHOTO, first)
    other = demeter.count(BAY_PHOTO, second)
    moved = demeter.reprocess(photo, storage_location_id=other.session["storage_location_id"])
    words = f"stock {demeter.stock(second)} in the second bay, {demeter.stock(first)} in the first"
    is_gone = moved.image_id not in demeter.page.content() and not demeter.page.locator("#history, #chart").count()
    return Seen(is_gone and demeter.stock(first) == 0, f"{words}; gone from the first bay's page: {is_gone}")


@check("b11")
def a_bay_that_is_switched_off_keeps_its_photo(demeter: Demeter) -> Seen:
    """Switched off in the admin, processed again, switched on."""
    code = demeter.take_bay()
    photo = demeter.count(BAY_PHOTO, code)
    before = demeter.stock(code)
    _switch(demeter, photo, active=False)
    try:
        again = demeter.reprocess(photo)
        after = demeter.stock(code)
    finally:
        _switch(demeter, photo, active=True)
    return Seen(after == before > 0, f"stock {before}, after processing again {after} {again.problem}")


def _switch(demeter: Demeter, photo: Photo, *, active: bool) -> None:
    page = demeter.page
    page.goto(f"/admin/locations/storagelocation/{photo.session['storage_location_id']}/change/")
    page.locator("#id_active").set_checked(active)
    page.locator("input[name=_save]").click()
    page.wait_for_load_state()


def _is_offered(photo: Photo) -> bool:
    return photo.problem == "needs_location" and not photo.is_placed


def _describe(photo: Photo) -> str:
    place = photo.session.get("storage_location_name")
    return f"settled in {place}" if place else photo.problem or "nowhere, without a problem"
