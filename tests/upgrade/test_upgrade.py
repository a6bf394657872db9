"""The database of an earlier version, with a demo nursery that people worked in, after `migrate`: rows, messages on the
pages in both languages, and stock are as that version showed them.

`database.sql.gz` and `shown.json` were made by `make_database.py`, which says how.
"""

import gzip
import html
import json
import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import translation

from demeter.accounts.models import User
from demeter.common.audit import event_model_of
from demeter.common.i18n.messages import translated
from locations.models import LocationConfig
from photos.models import S3Image, Upload
from processing.models import Correction, Job, ProcessingSession, Segment
from stock.models import StockBatch, StockMovement

FOLDER = Path(__file__).parent
SHOWN = json.loads((FOLDER / "shown.json").read_text())
AUDITED = {"locations_densityparametersevent": 28}  # 14 densities, each with its new default factor
FOLLOW_THE_CODE = dict.fromkeys(
    ("django_migrations", "django_content_type", "auth_permission", "auth_group_permissions")
)
RENAMED_TABLES = {"processing_sessionevent": "processing_processingsessionevent"}
MODELS = {
    "s3_images": S3Image,
    "photo_jobs": Job,
    "photo_processing_sessions": ProcessingSession,
    "photo_segments": Segment,
    "stock_movements": StockMovement,
}
LANGUAGES = ("en", "es")


@pytest.fixture(scope="module", autouse=True)
def _upgraded(django_db_setup, django_db_blocker):
    """The old database beside the one of the other tests, upgraded; all tests of this file read it."""
    name, own = f"upgrade_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        execute(f"DROP DATABASE IF EXISTS {name}")
        execute(f"CREATE DATABASE {name}")
        use(name)
        try:
            execute(gzip.decompress((FOLDER / "database.sql.gz").read_bytes()).decode())
            use(name)  # the dump leaves its own settings in the connection
            call_command("migrate", verbosity=0)
            yield
        finally:
            use(own)
            execute(f"DROP DATABASE {name}")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def use(name: str) -> None:
    """Connect to another database of the same server."""
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


@pytest.fixture
def supervisor() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    return client


def test_every_row_is_kept():
    kept = {}
    for table in SHOWN["rows"]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {RENAMED_TABLES.get(table, table)}")
            kept[table] = cursor.fetchone()[0]
    assert kept | FOLLOW_THE_CODE == SHOWN["rows"] | FOLLOW_THE_CODE | AUDITED


def test_models_and_tables_agree_and_nothing_is_left_to_migrate():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_say_the_same(language):
    said = {}
    for key in SHOWN["messages"]:
        with translation.override(language):
            said[key] = translated(read_message(*key.split("/")))
    assert said == {key: texts[language] for key, texts in SHOWN["messages"].items()}


def read_message(table: str, key: str, column: str):
    if table in MODELS:
        name = "session_id" if table == "photo_processing_sessions" else "pk"
        return getattr(MODELS[table].objects.get(**{name: key}), column)
    session = ProcessingSession.objects.get(session_id=key)
    if table == "review_reasons":
        return session.review_reasons[int(column)]
    evidence = session.location_evidence
    return evidence["reason"] if column == "reason" else evidence["candidates"][int(column)]["evidence"]


def test_sentences_became_codes_and_only_what_a_person_typed_is_text():
    messages = [read_message(*key.split("/")) for key in SHOWN["messages"]]
    codes = [message["code"] if isinstance(message, dict) else message.code for message in messages]
    assert len(codes) > 50
    assert codes.count("text") == 1
    for upload in Upload.objects.exclude(refused=[]):
        assert upload.refused == [{"filename": "notes.txt", "code": "unsupported_type", "parameters": {}}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_photos_tell_their_problems(supervisor, language):
    failed = S3Image.objects.filter(status="failed", deleted_at=None)
    assert failed.count() >= 7
    for image in failed:
        page = supervisor.get(f"/gallery/{image.pk}/", headers={"accept-language": language}).content.decode()
        assert SHOWN["messages"][f"s3_images/{image.pk}/error_details"][language] in html.unescape(page)


def test_photos_and_their_counts_are_shown_as_before(supervisor):
    for key, before in SHOWN["photos"].items():
        after = supervisor.get(f"/api/v1/photos/{key}").json()
        visit = after.get("visit") or {}
        assert not visit.pop("overlap", None)  # nothing was compared then
        assert not any(photo.pop("seen_before") for photo in visit.get("photos", ()))
        for part in ("processing_session", "visit"):  # nothing was predicted or calibrated then
            for name in ("interval", "calibration"):
                assert (after.get(part) or {}).pop(name, None) is None
        assert {name: after.get(name) for name in before} == before


def test_stock_is_the_same_and_its_ledger_still_append_only():
    assert dict(StockBatch.objects.values_list("batch_code", "quantity_current")) == SHOWN["stock"]
    movements = StockMovement.objects.select_related("batch")
    assert {str(row.pk): [row.batch.batch_code, row.kind, row.quantity] for row in movements} == SHOWN["movements"]
    with pytest.raises(DatabaseError, match="append-only"):
        StockMovement.objects.update(quantity=1)


def test_corrections_and_the_sign_off_are_kept():
    assert Correction.objects.filter(action="note", undone_at__isnull=False, text="Half in the shade").count() == 1
    signed = ProcessingSession.objects.get(validated=True)
    assert signed.validated_by_user.username == "supervisor"


def test_changes_of_a_session_are_still_recorded(supervisor):
    """The triggers write to the renamed table."""
    session = ProcessingSession.objects.get(validated=True)
    ProcessingSession.objects.filter(pk=session.pk).update(validated=False)
    ProcessingSession.objects.filter(pk=session.pk).update(validated=True)
    assert [event.pgh_label for event in session_events(session)] == ["signed_off", "sign_off_lost", "signed_off"]
    config = LocationConfig.objects.get(notes="Watered on Mondays")
    assert "Watered on Mondays" in supervisor.get(f"/locations/{config.location.code}/changes/").content.decode()


def session_events(session: ProcessingSession) -> list:
    return list(event_model_of(ProcessingSession).objects.filter(pgh_obj=session).order_by("pgh_id"))


def test_permissions_of_sessions_have_the_new_name_and_their_owners():
    assert not Permission.objects.filter(content_type__app_label="processing", codename__endswith="_session").exists()
    assert User.objects.get(username="worker").has_perm("processing.change_processingsession")
    assert not ContentType.objects.filter(app_label="processing", model__in=["session", "sessionevent"]).exists()
