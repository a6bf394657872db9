"""The language of a page: asked for by the browser, chosen by the switch, the same in every corner of it."""

import csv
import json
import re
import zipfile
from html.parser import HTMLParser
from io import BytesIO, StringIO

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.live_server_helper import LiveServer

from demeter.common.i18n.messages import Message
from demeter.common.i18n.scripts import VERSION
from locations.models import ContainerType, Packaging, Product, ProductState, StorageLocation
from photos.models import S3Image
from processing.messages import AGAIN_FOR, CONTAINERS_FAILED, NO_GPS
from processing.models import Job
from processing.problems import CATALOGUE, REFUSALS
from tests.browsing import sign_in
from tests.catalogue import forms, read_catalogue
from tests.factories import UserFactory
from tests.gallery.factories import EstimationFactory, make_session_waiting, unplaced_candidates
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.processing.factories import CorrectionFactory, ProcessingSessionFactory, make_bed, refuse

SPANISH = {"Accept-Language": "es-CL,es;q=0.9"}
SPOKEN = ("aria-label", "alt", "placeholder", "title", "data-announce", "data-say")
MADE_UP = "No container could be counted."  # what the factories let a run say
LIST_PAGES = ("/", "/jobs/", "/gallery/", "/gallery/?days=7&status=errors", "/todo/", "/review/", "/gallery/trash/")


class Spoken(HTMLParser):
    """What people see or hear of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.silent = 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.silent += tag in ("script", "style")
        self.texts |= {value for name, value in attributes if name in SPOKEN and value}

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        text = " ".join(data.split())
        if text and not self.silent:
            self.texts.add(text)


def spoken(client: Client, path: str, **headers: str) -> set[str]:
    response = client.get(path, headers=headers)
    assert response.status_code in (200, 404), path
    return Spoken(response.content.decode()).texts


@pytest.fixture
def nursery(db: None) -> dict[str, str]:
    """Photos in every state; the paths of their pages."""
    bay = StorageLocationFactory()
    LocationConfigFactory(location=bay)
    bed = make_bed(0, 0, 0, 1, 2, location=bay, estimated=1234)
    EstimationFactory(segment=bed.segments.get())
    reasons = [
        Message("doubtful.container", {"container": "segment"}).as_json(),
        CONTAINERS_FAILED(number=1).as_json(),
    ]
    type(bed).objects.filter(pk=bed.pk).update(review_reasons=reasons, partial=True)
    CorrectionFactory(image=bed.original_image)
    CorrectionFactory(image=bed.original_image, action="remove", class_id=1)
    make_bed(0, 0, location=bay)
    sessions = [refuse(make_bed(0), code, Message("too_dark")) for code in REFUSALS]
    others = [code for code in CATALOGUE if code not in REFUSALS]
    sessions += [make_session_waiting(code, location=StorageLocationFactory()) for code in others]
    S3Image.objects.filter(problem__in=others).update(error_details=NO_GPS())
    ProcessingSessionFactory(failed=True)
    ProcessingSessionFactory(processing=True)
    ProcessingSessionFactory(needs_location=True, location_evidence=unplaced_candidates(bay))
    gone = ProcessingSessionFactory(ready=True).original_image
    S3Image.objects.filter(pk=gone.pk).update(deleted_at="2026-11-20T00:00:00Z")
    pages = {
        f"photo {tab}": f"/gallery/{bed.original_image_id}/?tab={tab}" for tab in ("counts", "history", "trace", "file")
    }
    pages |= {f"problem {n}": f"/gallery/{session.original_image_id}/problem/" for n, session in enumerate(sessions)}
    pages |= {f"photo of {n}": f"/gallery/{session.original_image_id}/?tab=trace" for n, session in enumerate(sessions)}
    return pages


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    client.force_login(UserFactory(username="ana", is_staff=True, is_superuser=True))
    return client


# --- Which language ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "language", "word"),
    [(None, "en", "Sign in"), ("de,fr;q=0.8", "en", "Sign in"), ("es-CL,es;q=0.9,en;q=0.8", "es", "Ingresar")],
)
def test_the_browser_asks_and_english_answers_for_the_rest(db, asked, language, word):
    UserFactory()
    page = Client().get("/login/", headers={"Accept-Language": asked} if asked else {})
    assertContains(page, f'<html lang="{language}">')
    assertContains(page, f"<h1>{word}</h1>")
    assert {"Accept-Language", "Cookie"} <= set(page["Vary"].split(", "))
    assert page["Content-Language"] == language


def test_the_switch_is_kept_in_a_cookie_and_needs_no_sign_in(db):
    UserFactory()
    client = Client()
    answer = client.post("/language/", {"language": "es", "next": "/login/?next=/jobs/"})
    assertRedirects(answer, "/login/?next=/jobs/", fetch_redirect_response=False)
    kept = client.cookies["django_language"]
    assert (kept.value, kept["samesite"], kept["max-age"]) == ("es", "Lax", 365 * 24 * 3600)
    assertContains(client.get("/login/", headers={"Accept-Language": "en"}), '<html lang="es">')


def test_the_switch_refuses_other_sites_and_other_languages(db):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/language/", {"language": "es"}).status_code == 403
    client = Client()
    assert client.post("/language/", {"language": "es", "next": "https://evil.example/"})["Location"] == "/"
    client.cookies.clear()
    client.post("/language/", {"language": "xx", "next": "/login/"})
    assert "django_language" not in client.cookies


def test_pages_of_errors_speak_the_language_too(boss: Client):
    assertContains(boss.get("/nowhere/", headers=SPANISH), "<h1>Aquí no hay nada</h1>", status_code=404)


# --- Nothing is forgotten --------------------------------------------------------------------------------------------
def english_words() -> tuple[set[str], list[re.Pattern]]:
    """Words whose Spanish differs, as a whole text; and those of several words, wherever they stand."""
    whole, inside = set(), []
    for message in read_catalogue("django"):
        for words in message.id if isinstance(message.id, tuple) else (message.id,):
            if not words or words in forms(message):
                continue
            whole.add(words)
            fixed = re.sub(r"%\(\w+\)[sd]|\{\w+\}", "", words)
            if len(fixed.split()) > 2 and "<" not in words:
                pattern = re.sub(r"%\\\(\w+\\\)[sd]|\\\{\w+\\\}", r".+?", re.escape(words))
                inside.append(re.compile(rf"(?<!\w){pattern}(?!\w)"))
    return whole - {form for message in read_catalogue("django") for form in forms(message)}, inside


def test_no_english_is_left_on_pages_in_spanish(boss: Client, nursery: dict[str, str]):
    whole, inside = english_words()
    for path in (*LIST_PAGES, *nursery.values(), "/design/", "/nowhere/"):
        texts = spoken(boss, path, **SPANISH)
        assert texts & whole == set(), path
        left = [text for text in texts for pattern in inside if pattern.search(text)]
        assert left == [], path


# Texts that are no words: file names, people, codes, numbers, sizes, checksums.
DATA = re.compile(
    r"\.jpg|user\d|[A-Z0-9]+-\d|SHA-256|[0-9a-f]{12}|^(JSON|GPS|ana|Demeter|English|Español)$|^[\W\d_]*$|^\d|^[A-Z]$|^image/"
)


def names_of_the_nursery() -> set[str]:
    places = StorageLocation.objects.with_names()
    names = {name for place in places for name in (place.full_name, place.code, place.storage_area.warehouse.name)}
    for model in (Packaging, ProductState, ContainerType):
        names |= set(model.objects.values_list("name", flat=True))
    return names | set(Product.objects.values_list("common_name", flat=True))


def test_every_text_of_a_page_changes_with_the_language(boss: Client, nursery: dict[str, str]):
    same = {form for message in read_catalogue("django") for form in forms(message) if message.id == form}
    same.add(settings.TIME_ZONE)
    names = {MADE_UP, *names_of_the_nursery()}
    for path in (*LIST_PAGES[:-1], *nursery.values()):
        unchanged = (spoken(boss, path) & spoken(boss, path, **SPANISH)) - same
        left = [text for text in unchanged if not DATA.search(text) and not any(name in text for name in names)]
        assert left == [], path


# --- Numbers and dates -----------------------------------------------------------------------------------------------
def test_numbers_and_dates_follow_the_language_and_attributes_do_not(boss: Client, nursery: dict[str, str]):
    english, spanish = (boss.get(nursery["photo history"], headers=headers) for headers in ({}, SPANISH))
    assertContains(english, '<strong class="number">1,234</strong>')
    assertContains(spanish, '<strong class="number">1.234</strong>')
    assertContains(spanish, 'name="seen" value="1234"')
    chart = re.search(r"<svg id=\"chart\".*?</svg>", spanish.content.decode(), re.DOTALL)
    assert chart
    assert not re.search(r'(?:x|y|cx|cy|x1|y1)="\d+,', chart[0])
    assert "1.500" in chart[0]
    assert json.loads(re.search(r'id="container-counts"[^>]*>([^<]+)<', spanish.content.decode())[1])


def test_a_bar_keeps_its_point(boss: Client, db):
    ProcessingSessionFactory(processing=True)
    ProcessingSessionFactory(ready=True)
    page = boss.get("/jobs/", headers=SPANISH).content.decode()
    values = re.findall(r'<progress[^>]*value="([^"]*)"', page)
    assert values
    assert all(re.fullmatch(r"\d+(\.\d+)?", value) for value in values)


def test_months_have_their_spanish_names(boss: Client, db):
    image = ProcessingSessionFactory(ready=True).original_image
    S3Image.objects.filter(pk=image.pk).update(created_at="2026-01-05T14:30:00Z")
    assertContains(boss.get("/gallery/", headers=SPANISH), "5 ene 2026, 14:30")
    assertContains(boss.get("/gallery/"), "5 Jan 2026, 14:30")


# --- The API, the database and the scripts ---------------------------------------------------------------------------
def test_the_api_keeps_its_codes_and_speaks_english_unless_asked(boss: Client):
    path = "/api/v1/photos/jobs/status?upload_session_id=00000000-0000-0000-0000-000000000000"
    english = boss.get(path).json()["error"]
    spanish = boss.get(path, headers=SPANISH).json()["error"]
    assert english == {"code": "not_found", "message": "There is no such upload session."}
    assert spanish == {"code": "not_found", "message": "Esa carga no existe."}


def test_what_is_kept_is_english_whoever_caused_it(boss: Client, db):
    session = ProcessingSessionFactory(failed=True)
    boss.post("/todo/retry/", {"cause": "detection_failed"}, headers=SPANISH)
    job = Job.objects.get(image=session.original_image, kind="reprocess")
    assert job.reason == AGAIN_FOR(problem="detection_failed")
    trace = f"/gallery/{session.original_image_id}/?tab=trace"
    assertContains(boss.get(trace, headers=SPANISH), "Procesada de nuevo: Falló el conteo")


def test_the_admin_tells_what_is_kept_in_the_language_of_the_page(boss: Client, db):
    session = ProcessingSessionFactory(needs_location=True)
    for path in (f"photos/s3image/{session.original_image_id}", f"processing/job/{session.job_id}"):
        assertContains(boss.get(f"/admin/{path}/change/"), "GPS coordinates not found")
        assertContains(boss.get(f"/admin/{path}/change/", headers=SPANISH), "La foto no trae coordenadas GPS")


def test_the_admin_tells_why_a_count_is_in_doubt(boss: Client, db):
    reasons = [CONTAINERS_FAILED(number=1).as_json(), Message("no_container").as_json()]
    session = ProcessingSessionFactory(ready=True, review_reasons=reasons)
    page = boss.get(f"/admin/processing/processingsession/{session.pk}/change/")
    assertContains(page, "1 container could not be counted; no bed, crate or tray was found in the photo")


def read_csv(text: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.decode("utf-8-sig")), delimiter=delimiter))


def test_downloaded_tables_speak_the_language(boss: Client, nursery: dict[str, str]):
    path = nursery["photo counts"].partition("?")[0]
    english = read_csv(boss.get(f"{path}export.csv").content)
    spanish = read_csv(boss.get(f"{path}export.csv", headers=SPANISH).content, ";")
    assert [(row["record"], row["class"]) for row in english[:2]] == [("total", ""), ("mark", "plant")]
    assert [(row["registro"], row["clase"]) for row in spanish[:2]] == [("total", ""), ("marca", "planta")]
    assert spanish[-1]["registro"] == "quitar"
    sent = {"image_ids": path.split("/")[2]}
    with zipfile.ZipFile(BytesIO(b"".join(boss.post("/gallery/download/", sent, headers=SPANISH)))) as archive:
        [row] = read_csv(archive.read("manifest.csv"), ";")
    assert (row["estado"], row["validada"], row["nota"]) == ("Lista", "no", "el original falta en el almacenamiento")


def test_the_api_gives_what_is_kept_as_it_is(boss: Client, db):
    job = ProcessingSessionFactory(needs_location=True).job
    error = boss.get(f"/api/v1/photos/jobs/{job.job_id}/status", headers=SPANISH).json()["error"]
    assert error == {"code": "needs_location", "message": "GPS coordinates not found"}


def test_a_shared_poll_is_not_shared_between_languages(boss: Client, db):
    ProcessingSessionFactory(ready=True)
    shown = boss.get("/jobs/").content.decode()
    poll = re.search(r'hx-get="([^"]*since=[^"]*)"', shown)[1].replace("&amp;", "&")
    assertContains(boss.get(poll), "Stored safely")
    assertContains(boss.get(poll, headers=SPANISH), "A salvo")


def test_words_of_scripts_are_asked_for_once(db):
    UserFactory()
    page = Client().get("/login/", headers=SPANISH)
    assertContains(page, f'src="/words/{VERSION}/es.js"')
    words = Client().get(f"/words/{VERSION}/es.js")
    assertContains(words, "Lista para enviar")
    assertNotContains(words, "datepicker")
    assert words["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Client().get(f"/words/{VERSION}/fr.js").status_code == 404


def test_the_admin_names_things_in_spanish(boss: Client):
    ProcessingSessionFactory(ready=True)
    pages = [boss.get(reverse(name), headers=SPANISH) for name in ("admin:index", "admin:records")]
    words = "".join(page.content.decode() for page in pages).casefold()
    for name in ("Ubicaciones y cultivo", "Canteros", "Movimientos de existencias", "Tokens de la api"):
        assert name.casefold() in words
    assertContains(boss.get("/admin/photos/s3image/", headers=SPANISH), "Nombre del archivo")


# --- In Chromium -----------------------------------------------------------------------------------------------------
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_switches_to_spanish_and_stays_there(browser: Browser, live_server: LiveServer, scripts):
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, java_script_enabled=scripts
    )
    sign_in(context, UserFactory(supervisor=True), live_server)
    page = context.new_page()
    page.goto("/gallery/?days=7")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Galería")
    assert page.url.endswith("/gallery/?days=7")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Subir fotos")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload photos")
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_scripts_speak_spanish(browser: Browser, live_server: LiveServer):
    context = browser.new_context(base_url=live_server.url, locale="es", viewport={"width": 390, "height": 844})
    sign_in(context, UserFactory(), live_server)
    page = context.new_page()
    page.goto("/")
    page.locator("#id_files").set_input_files(
        [
            {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"0" * 2_600_000},
            {"name": "b.txt", "mimeType": "image/jpeg", "buffer": b"no picture"},
        ]
    )
    expect(page.get_by_role("button", name="Subir 1 foto")).to_be_visible()
    expect(page.locator(".file-row").first).to_contain_text("2,5 MB")
    expect(page.locator(".file-row").first).to_contain_text("Lista para enviar")
    expect(page.locator(".file-row").last).to_contain_text("Esto no es una foto")
    context.close()
