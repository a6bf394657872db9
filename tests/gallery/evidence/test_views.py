"""Evidence packs over the web: who may download them, what is refused, and the record of those that were made."""

import io
import zipfile

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from gallery.evidence.verifier import verify
from photos.storage import object_store
from processing.models import EvidencePack
from stock.models import Stocktake
from tests.factories import UserFactory
from tests.gallery.evidence.packs import correct, make_count, sign_stocktake
from tests.locations.factories import LocationConfigFactory
from tests.processing.factories import ProcessingSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    counted = make_count(LocationConfigFactory())
    correct(counted)
    return counted


def received(answer, tmp_path) -> list[str]:
    """The names of the files of a pack without a fault."""
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "no-store"
    path = tmp_path / "received.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    assert verify(str(path)).findings == []
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return archive.namelist()


def test_viewer_downloads_the_pack_of_a_count(viewer: Client, session, tmp_path):
    page = f"/gallery/{session.original_image_id}/"
    assertContains(viewer.get(page), f'action="{page}evidence.zip"')
    answer = viewer.post(f"{page}evidence.zip")
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-{session.original_image_id}.zip"'
    assert not any("original" in name for name in received(answer, tmp_path))
    names = received(viewer.post(f"{page}evidence.zip", {"originals": "on"}), tmp_path)
    assert f"photos/{session.original_image_id}/original.jpg" in names


def test_viewer_downloads_the_pack_of_a_signed_stocktake(viewer: Client, session, tmp_path):
    stocktake = sign_stocktake()
    page = f"/stock/stocktakes/{stocktake.pk}/"
    assertContains(viewer.get(page), f'action="{page}evidence.zip"')
    answer = viewer.post(f"{page}evidence.zip", {"originals": "on"})
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-{stocktake.number}.zip"'
    assert f"photos/{session.original_image_id}/original.jpg" in received(answer, tmp_path)


def test_programs_download_the_same(viewer: Client, session, tmp_path):
    answer = viewer.post(
        f"/api/v1/photos/{session.original_image_id}/evidence",
        {"originals": True, "language": "es"},
        content_type="application/json",
    )
    assert f"photos/{session.original_image_id}/original.jpg" in received(answer, tmp_path)
    stocktake = sign_stocktake()
    answer = viewer.post(f"/api/v1/stock/stocktakes/{stocktake.pk}/evidence", {}, content_type="application/json")
    assert "stocktake.json" in received(answer, tmp_path)
    wrong = viewer.post(
        f"/api/v1/photos/{session.original_image_id}/evidence", {"language": "xx"}, content_type="application/json"
    )
    assert wrong.status_code == 400


def test_what_has_no_pack_says_so(viewer: Client):
    uncounted = ProcessingSessionFactory(failed=True).original_image_id
    page = f"/gallery/{uncounted}/"
    assertNotContains(viewer.get(page), "evidence.zip")
    answer = viewer.post(f"{page}evidence.zip", follow=True)
    assertRedirects(answer, page)
    assertContains(answer, "This photo has no count yet.")
    assert viewer.post(f"/api/v1/photos/{uncounted}/evidence").status_code == 404
    opened = Stocktake.objects.create(day=timezone.localdate(), counted_from=timezone.now(), opened_by=UserFactory())
    page = f"/stock/stocktakes/{opened.pk}/"
    assertNotContains(viewer.get(page), "evidence.zip")
    assertContains(viewer.post(f"{page}evidence.zip", follow=True), "Only a signed stocktake has an evidence pack.")
    assert viewer.post(f"/api/v1/stock/stocktakes/{opened.pk}/evidence").status_code == 409
    assert viewer.post("/stock/stocktakes/999/evidence.zip").status_code == 404
    assert not EvidencePack.objects.exists()


def test_storage_that_is_away_is_said_before_the_download(viewer: Client, session, monkeypatch, tmp_path):
    monkeypatch.setattr(object_store, "is_back", lambda: False)
    page = f"/gallery/{session.original_image_id}/"
    answer = viewer.post(f"{page}evidence.zip", {"originals": "on"}, follow=True)
    assertContains(answer, "The photo storage cannot be reached at the moment.")
    path = f"/api/v1/photos/{session.original_image_id}/evidence"
    assert viewer.post(path, {"originals": True}, content_type="application/json").status_code == 503
    received(viewer.post(f"{page}evidence.zip"), tmp_path)  # the hashes are known without it


def test_pack_is_confirmed_by_its_fingerprint(viewer: Client, session):
    b"".join(viewer.post(f"/gallery/{session.original_image_id}/evidence.zip").streaming_content)
    pack = EvidencePack.objects.get()
    for given in (pack.fingerprint, f" {pack.fingerprint.upper()} "):
        assertContains(viewer.get("/evidence/", {"fingerprint": given}), "Made here")
    answer = viewer.get("/api/v1/evidence", {"fingerprint": pack.fingerprint}).json()
    assert (answer["kind"], answer["subject"]) == ("count", str(session.original_image_id))
    assert answer["made_by"] == pack.made_by.username


def test_pack_of_somebody_else_is_not_confirmed(viewer: Client):
    assertContains(viewer.get("/evidence/"), "Confirm an evidence pack")
    unknown = viewer.get("/evidence/", {"fingerprint": "0" * 64})
    assertContains(unknown, "No evidence pack with this fingerprint was made here.", status_code=404)
    assertContains(viewer.get("/evidence/", {"fingerprint": "12"}), "has 64 digits", status_code=422)
    assert viewer.get("/api/v1/evidence", {"fingerprint": "0" * 64}).status_code == 404
    assert viewer.get("/api/v1/evidence", {"fingerprint": "\x00" * 64}).status_code == 400


def test_who_may(stranger: Client, session):
    path = f"/gallery/{session.original_image_id}/evidence.zip"
    assertRedirects(Client().post(path), f"/login/?next={path}", fetch_redirect_response=False)
    assert stranger.post(path).status_code == 403
    assert stranger.get("/evidence/").status_code == 403
