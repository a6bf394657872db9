"""Numbers of a bay: visits, cycles, what is seen, what is sent twice."""

from PIL import Image

from bench.cases.demeter import Demeter
from bench.cases.files import fresh, save
from bench.cases.table import Seen, check
from demeter.local.programs import PROJECT_DIR

SMALL, LARGE = "c07/landscape-control.jpg", "c01/bay-A.jpg"
# A photo is added up from 90 percent on.
CLOSING_BAYS, CLOSING_PERCENT, CLOSING_POLLS = 2, 90, 6000


@check("h1")
def two_halves_of_a_bay_are_asked_about(demeter: Demeter) -> Seen:
    """Two different pictures of one bay within a minute: open until it is said that they are parts, then added."""
    bay = demeter.take_bay()
    photos = [demeter.count(name, bay) for name in (LARGE, "c01/bay-B.jpg")]
    counts = [photo.plants or 0 for photo in photos]
    is_asked = 'value="parts"' in demeter.location_page(bay)
    demeter.post(f"/api/v1/photos/{photos[0].image_id}/visit", data={"visit": "parts"})
    stock = demeter.stock(bay)
    return Seen(
        is_asked and stock == sum(counts), f"counts {counts}, asked: {is_asked}; said to be parts: stock {stock}"
    )


@check("c25")
def the_same_photo_in_other_bytes_counts_once(demeter: Demeter) -> Seen:
    """Three times to one bay."""
    bay = demeter.take_bay()
    photos = [demeter.count(SMALL, bay) for _ in range(3)]
    return Seen(
        demeter.stock(bay) == photos[0].plants,
        f"counts {[photo.plants for photo in photos]}, stock {demeter.stock(bay)}",
    )


@check("h3")
def what_is_seen_is_stock_without_a_density(demeter: Demeter) -> Seen:
    """A product in no packaging, of which no density is known, and a corner of a bed with some ten plants."""
    bay = demeter.take_bay()
    configure(demeter, bay, mode="update", packaging="")
    with Image.open(PROJECT_DIR / "demo" / "photos" / "bed-columnar-cacti.jpg") as bed:
        left, top = bed.width // 2, int(bed.height * 0.6)
        corner = bed.crop((left, top, left + bed.width // 4, top + bed.height // 4))
    photo = demeter.count("corner.jpg", bay, data=fresh(save(corner, "JPEG", quality=97)))
    stock = demeter.stock(bay)
    return Seen(
        stock in (photo.seen, photo.plants) and stock > 0,
        f"{photo.seen} seen, problem: {photo.problem or 'none'}, stock {stock}",
    )


@check("c33")
def half_a_photo_is_not_counted_as_a_bay(demeter: Demeter) -> Seen:
    """Refused at the door or by the count, or at least no stock without a person."""
    bay = demeter.take_bay()
    sent = demeter.upload(demeter.read("c33/half-grey.jpg"), "half-grey.jpg", storage_location=bay)
    if not sent.job_id:
        return Seen(True, f"refused: {sent.refusal}")
    photo, stock = demeter.wait(sent), demeter.stock(bay)
    return Seen(
        stock == 0 and bool(photo.problem), f"{photo.seen} seen, problem: {photo.problem or 'none'}, stock {stock}"
    )


@check("b2")
def a_photo_counted_late_belongs_to_the_cycle_of_its_moment(demeter: Demeter) -> Seen:
    """Taken before a new cycle began, signed off after."""
    bay = demeter.take_bay()
    photo = demeter.count("b2/dark-26-nov.jpg", bay)
    before = _growing(demeter, bay)
    after = configure(demeter, bay, mode="new_cycle", other_product=True)
    demeter.page.goto(f"/gallery/{photo.image_id}/")
    demeter.page.locator("#sign-off").click()
    demeter.page.locator("#sign-off[name=reopen]").wait_for()
    demeter.page.goto(f"/locations/{bay}/")
    batches = demeter.page.locator("#stock tbody th").all_inner_texts()
    stock = demeter.stock(bay)
    is_old = all(before in batch and after not in batch for batch in batches) and bool(batches)
    return Seen(is_old, f"first {before}, then {after}; {photo.problem}, signed off: stock {stock} of {batches}")


@check("b9")
def a_double_tap_begins_one_cycle(demeter: Demeter) -> Seen:
    """The form of the first cycle, and that of a new cycle of another product, each sent twice as it stands."""
    bay = demeter.take_bay(configured=False)
    first = fields_of_new_cycle(demeter, bay)
    second = {**first, "mode": "new_cycle", "product": _other_product(demeter, first["product"])}
    begun = []
    for fields in (first, second):
        for _ in range(2):
            demeter.post(f"/locations/{bay}/configure/", form=fields)
        begun.append(_cycles(demeter, bay))
    return Seen(begun == [1, 2], f"{begun[0]} cycles after the first form twice, {begun[1]} after the second one twice")


@check("b3")
def a_bay_that_is_configured_while_its_photo_closes_counts_it(demeter: Demeter) -> Seen:
    """In each bay without a configuration: saved at the moment when its photo is being added up."""
    fates = {}
    for bay in (demeter.take_bay(configured=False) for _ in range(CLOSING_BAYS)):
        sent = demeter.upload(demeter.read(LARGE), "closing.jpg", storage_location=bay)
        fields = fields_of_new_cycle(demeter, bay)
        percent = _wait_for_percent(demeter, sent.job_id, CLOSING_PERCENT)
        demeter.post(f"/locations/{bay}/configure/", form=fields)
        demeter.wait_until_idle()
        waiting = demeter.get("/api/v1/photos/gallery?status=needs_config").json()["photos"]
        fates[bay] = (percent, sent.image_id in [photo["image_id"] for photo in waiting], demeter.stock(bay))
    is_right = all(stock > 0 and not waits for _percent, waits, stock in fates.values())
    return Seen(is_right, f"percent when saved, needs a configuration, stock: {fates}")


def _wait_for_percent(demeter: Demeter, job_id: str, wanted: int) -> int:
    """The percent of a job once that many are reached."""
    for _ in range(CLOSING_POLLS):
        job = demeter.get(f"/api/v1/photos/jobs/{job_id}/status").json()
        if job["progress_percent"] >= wanted:
            return int(job["progress_percent"])
        demeter.page.wait_for_timeout(100)
    raise RuntimeError("the photo is not being added up")


def fields_of_new_cycle(demeter: Demeter, bay: str) -> dict[str, str]:
    """What the form of a bay sends that nothing grows in yet; where it suggests nothing the first of each list."""
    fields = _fields(demeter, bay)
    for name in ("product", "expected_state"):
        fields[name] = fields.get(name) or _first_of(demeter, name)
    return fields


def _first_of(demeter: Demeter, name: str) -> str:
    return demeter.page.locator(f"select[name={name}] option:not([value=''])").first.get_attribute("value") or ""


@check("j17")
def last_count_and_stock_go_by_the_moment(demeter: Demeter) -> Seen:
    """Friday's photo is sent first."""
    bay = demeter.take_bay()
    friday, monday = (demeter.count(f"j17/{name}.jpg", bay) for name in ("1-friday-17-plants", "2-monday-286-plants"))
    last, stock = demeter.last_count(bay), demeter.stock(bay)
    return Seen(
        last == stock == friday.plants, f"Friday {friday.plants}, Monday {monday.plants}: last {last}, stock {stock}"
    )


def configure(
    demeter: Demeter, bay: str, *, mode: str, packaging: str | None = None, other_product: bool = False
) -> str:
    """Send the form of a bay with these changes; the name of the product."""
    fields = _fields(demeter, bay) | {"mode": mode}
    if packaging is not None:
        fields["packaging"] = packaging
    if other_product:
        fields["product"] = _other_product(demeter, fields["product"])
    name = _products(demeter)[fields["product"]]
    demeter.post(f"/locations/{bay}/configure/", form=fields)
    return name


def _products(demeter: Demeter) -> dict[str, str]:
    """The names of the products that the form offers, by their values."""
    options = demeter.page.locator("select[name=product] option").all()
    return {option.get_attribute("value") or "": (option.text_content() or "").strip() for option in options}


def _other_product(demeter: Demeter, product: str) -> str:
    """The value of a product that the form offers, other than this one."""
    return next(value for value in _products(demeter) if value not in ("", product))


def _fields(demeter: Demeter, bay: str) -> dict[str, str]:
    """What the form that configures a bay sends as it opens, hidden fields and all."""
    demeter.page.goto(f"/locations/{bay}/")
    form = demeter.page.locator("form[action$='/configure/']")
    fields: dict[str, str] = form.evaluate("form => Object.fromEntries(new FormData(form))")
    return fields


def _growing(demeter: Demeter, bay: str) -> str:
    demeter.page.goto(f"/locations/{bay}/")
    return (demeter.page.locator("#configuration dd").first.text_content() or "").strip()


def _cycles(demeter: Demeter, bay: str) -> int:
    """How many it has had, with the one that runs."""
    demeter.page.goto(f"/locations/{bay}/")
    return demeter.page.locator("#configuration dl, #configuration .timeline__event").count()
