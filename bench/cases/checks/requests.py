"""What programs and hurried hands send: endless searches, half characters, numbers of another country, tables."""

import secrets
import time
from urllib.parse import urlsplit

from bench.cases.demeter import Demeter
from bench.cases.table import Seen, check

QUICK_SECONDS = 0.2


@check("r7")
def a_search_with_many_words_is_quick(demeter: Demeter) -> Seen:
    """1,500 words in the search for a location, against the same with one word."""
    words = "+".join("abcdefghij"[number % 10] for number in range(1500))
    lost = demeter.get("/api/v1/photos/gallery?status=needs_location").json()["photos"][:1]
    lost_id = lost[0]["image_id"] if lost else demeter.count("c10/iphone-error-8-m.jpg").image_id
    addresses = ("/uploads/locations/?storage_location=", f"/gallery/{lost_id}/problem/?q=")
    found = {}
    for address in addresses:
        usual, many = (_quickest(demeter, f"{address}{query}") for query in ("a", words))
        found[address.split("?")[1]] = (round(many[0] - usual[0], 3), many[1])
    is_right = all(status >= 400 or more < QUICK_SECONDS for more, status in found.values())
    return Seen(is_right, f"seconds more than one word, and status: {found}")


def _quickest(demeter: Demeter, path: str) -> tuple[float, int]:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        status = demeter.get(path).status
        times.append(time.perf_counter() - start)
    return min(times), status


@check("k1")
def json_that_nothing_can_keep_is_refused(demeter: Demeter) -> Seen:
    """Half an emoji, deep nesting, NUL, a huge number."""
    photo = demeter.any_photo()
    bodies = {
        "half emoji": b'{"reason": "\\ud83c"}',
        "brackets": b"[" * 100_000,
        "NUL": b'{"reason": "a\\u0000"}',
        "huge number": b'{"storage_location_id": ' + b"9" * 5000 + b', "reason": "x"}',
    }
    found = {}
    for name, body in bodies.items():
        headers = {"Content-Type": "application/json"}
        answer = demeter.post(f"/api/v1/photos/{photo.image_id}/reprocess", data=body, headers=headers)
        found[name] = (answer.status, "json" in answer.headers.get("content-type", ""))
    return Seen(all(answer == (400, True) for answer in found.values()), f"status, JSON: {found}")


@check("c32")
def typed_numbers_are_never_a_thousand_times_off(demeter: Demeter) -> Seen:
    """A density on a Spanish form: 1.250 is asked about, 12,5 is read. Nothing is saved: the rest stays empty."""
    found = {text: _error_of(demeter, text) for text in ("1.250", "1,250", "12,5")}
    is_asked = all("1250" in found[text] and "1,25" in found[text] for text in ("1.250", "1,250"))
    return Seen(is_asked and not found["12,5"], f"said: {found}")


def _error_of(demeter: Demeter, text: str) -> str:
    context = demeter.open_context(locale="es-MX", storage_state=demeter.context.storage_state())
    page = context.new_page()
    page.goto("/admin/locations/densityparameters/add/")
    page.locator("#id_avg_area_per_plant_cm2").fill(text)
    page.locator("input[name=_save]").click()
    page.locator(".errornote").wait_for()
    said = page.locator(".field-avg_area_per_plant_cm2 .errorlist")
    words = said.inner_text() if said.count() else ""
    context.close()
    return words


@check("c18")
def tables_open_in_a_spanish_excel(demeter: Demeter) -> Seen:
    """The first bytes and the sign between columns of a photo's table in Spanish, and the workbook."""
    photo = demeter.any_photo()
    spanish = {"Accept-Language": "es"}
    table = demeter.get(f"/gallery/{photo.image_id}/export.csv", **spanish).body()
    book = demeter.get(f"/gallery/{photo.image_id}/export.xlsx", **spanish)
    line = table.decode("utf-8-sig").splitlines()[0]
    is_right = table.startswith(b"\xef\xbb\xbf") and ";" in line and book.body().startswith(b"PK")
    return Seen(is_right, f"first bytes {table[:3].hex()}, columns {line[:40]}, workbook {book.status}")


@check("c19")
def fragments_are_kept_from_the_back_button(demeter: Demeter) -> Seen:
    """Answers to htmx say that they are not the page."""
    photo = demeter.any_photo()
    found = {}
    for path in (f"/gallery/{photo.image_id}/", "/gallery/"):
        headers = demeter.get(path, **{"HX-Request": "true"}).headers
        varies, kept = headers.get("vary", "").lower(), headers.get("cache-control", "").lower()
        found[path] = "hx-request" in varies or "no-store" in kept
    return Seen(all(found.values()), f"told apart: {found}")


@check("r8")
def no_token_for_a_superuser_by_an_administrator(demeter: Demeter) -> Seen:
    """Somebody with the role Admin, made for this, who is no superuser."""
    name, password = f"case-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    _make_administrator(demeter, name, password)
    administrator = demeter.as_somebody_else(name, password)
    fates = {}
    for whose, user_id in (("superuser", _user_id(demeter, demeter.instance.user)), ("own", _user_id(demeter, name))):
        form = {"user": user_id, "name": f"{name} {whose}"}
        fates[whose] = administrator.post("/admin/accounts/apitoken/add/", form=form).status
    made = f"{name} superuser" in demeter.get(f"/admin/accounts/apitoken/?q={name}").text()
    administrator.context.close()
    return Seen(not made and fates == {"superuser": 200, "own": 302}, f"status (302: made): {fates}, made: {made}")


def _make_administrator(demeter: Demeter, name: str, password: str) -> None:
    """An account and, on the page that follows, its role."""
    page = demeter.page
    page.goto("/admin/accounts/user/add/")
    page.fill("#id_username", name)
    page.fill("#id_password1", password)
    page.fill("#id_password2", password)
    page.locator("input[name=_save]").click()
    page.wait_for_url("**/change/**")
    role = page.locator("#id_groups_from option", has_text="Admin").first.get_attribute("value") or ""
    fields: dict[str, str] = page.locator("#user_form").evaluate("form => Object.fromEntries(new FormData(form))")
    form = {**fields, "is_staff": "on", "groups": role}
    demeter.post(urlsplit(page.url).path, form=form)


def _user_id(demeter: Demeter, name: str) -> str:
    page = demeter.page
    page.goto(f"/admin/accounts/user/?q={name}")
    address = page.get_by_role("link", name=name, exact=True).first.get_attribute("href") or ""
    return address.split("/change/")[0].rpartition("/")[2]
