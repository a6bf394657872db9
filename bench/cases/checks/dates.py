"""When a photo was taken: clocks without a zone, clocks that fell back, dates that cannot be."""

from bench.cases.demeter import Demeter, Photo
from bench.cases.table import Seen, check

TIMES = {"24h-after-midnight": ":08:19", "dashes": ":00:00", "only-digitised": ":00:00", "zeros": ""}


@check("c12")
def the_later_of_two_phones_counts(demeter: Demeter) -> Seen:
    """10:00 with a zone, 12:00 without one: two hours apart in the zone of the nursery."""
    bay = demeter.take_bay()
    names = "1-at-10h-phone-with-zone-16-plants", "2-at-12h-phone-without-zone-305-plants"
    photos = [demeter.count(f"c12/{name}.jpg", bay) for name in names]
    stock = demeter.stock(bay)
    moments = [photo.detail.get("moment") for photo in photos]
    return Seen(
        stock == photos[1].plants,
        f"{[photo.plants for photo in photos]} at {moments}: stock {stock} ({_zone(demeter)})",
    )


@check("c11")
def a_clock_that_fell_back_is_asked_about(demeter: Demeter) -> Seen:
    """Today's photo says 2000."""
    bay = demeter.take_bay()
    demeter.count("c11/1-yesterday-16-plants.jpg", bay)
    photo = demeter.count("c11/2-today-clock-2000-305-plants.jpg", bay)
    stock = demeter.stock(bay)
    is_right = photo.problem == "needs_date" or stock == photo.plants
    return Seen(is_right, f"{photo.plants} plants, problem: {photo.problem or 'none'}, stock {stock}")


@check("c14")
def an_absurd_year_breaks_nothing(demeter: Demeter) -> Seen:
    """Its page, its JSON, the archive of a selection that has it, and deleting it."""
    faults, moments = [], []
    for name in ("year-9999", "year-2569-thai-calendar"):
        photo = demeter.count(f"c14/{name}.jpg", demeter.take_bay())
        faults += _open_everything(demeter, photo)
        moments.append(_moment(photo))
    is_right = not faults and not any(moment.startswith(("9999", "2569")) for moment in moments)
    return Seen(is_right, f"moments {moments}; {', '.join(faults) or 'everything opens'}")


def _open_everything(demeter: Demeter, photo: Photo) -> list[str]:
    tried = {
        "page": demeter.get(f"/gallery/{photo.image_id}/").status,
        "JSON": demeter.get(f"/api/v1/photos/{photo.image_id}").status,
        "archive": demeter.post("/gallery/download/", form={"image_ids": photo.image_id}).status,
        "delete": demeter.post("/api/v1/photos/delete", data={"image_ids": [photo.image_id]}).status,
    }
    return [f"{name}: {status}" for name, status in tried.items() if status != 200]


@check("c13")
def an_old_gps_fix_makes_no_zone(demeter: Demeter) -> Seen:
    """GPS time 18:30 beside a clock of 15:00 at 99° W is no zone of -03:30."""
    photo = demeter.count("c13/old-gps-fix.jpg", demeter.take_bay())
    moment = _moment(photo)
    return Seen("18:30" not in moment, f"taken {moment} ({_zone(demeter)})")


@check("c30")
def odd_forms_of_time_are_read(demeter: Demeter) -> Seen:
    """Past midnight as 24, dashes, only the second tag; zeros are none."""
    moments = {name: _clock(demeter.count(f"c30/{name}.jpg", demeter.take_bay())) for name in TIMES}
    wrong = [name for name, end in TIMES.items() if (end not in moments[name]) or bool(end) != bool(moments[name])]
    return Seen(not wrong, f"{moments}; wrong: {', '.join(wrong) or 'none'}")


@check("j15")
def the_last_day_of_all_is_a_page(demeter: Demeter) -> Seen:
    """The gallery up to 9999-12-31."""
    status = demeter.get("/gallery/?date_to=9999-12-31").status
    return Seen(status in (200, 400), f"status {status}")


def _moment(photo: Photo) -> str:
    return str(photo.detail.get("moment") or _clock(photo))


def _clock(photo: Photo) -> str:
    return str(photo.detail.get("metadata", {}).get("exif", {}).get("datetime_original") or "")


def _zone(demeter: Demeter) -> str:
    demeter.page.goto("/gallery/")
    footer = demeter.page.locator(".site-footer")
    return footer.inner_text() if footer.count() else "no zone named"
