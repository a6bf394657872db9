"""Makes `database.sql.gz`, a database of an earlier version with a demo nursery that people worked in, and
`shown.json`, what that version showed of it. Run by hand, with that version's own code and test helpers; here it was
commit 3e240d2:

    git worktree add /tmp/landed 3e240d2 && cd /tmp/landed
    PYTHONPATH=. DJANGO_SETTINGS_MODULE=tests.settings .venv/bin/python MAKE_DATABASE FOLDER

The servers are those of a test run and are thrown away; the models are painted ones (`tests.processing.fakes`).
"""

import gzip
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from unittest import mock

import django

django.setup()

from django.contrib.auth.models import Permission  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import translation  # noqa: E402
from PIL import Image  # noqa: E402

from demeter.accounts.models import User  # noqa: E402
from demeter.common.database_dump import _find  # noqa: E402
from demeter.common.i18n.messages import translated  # noqa: E402
from locations.demo import load_demo_nursery  # noqa: E402
from locations.models import LocationConfig, StorageLocation  # noqa: E402
from photos.models import S3Image  # noqa: E402
from photos.statuses import UploadSource  # noqa: E402
from photos.storage.bucket import ensure_bucket  # noqa: E402
from photos.upload.accepting import accept_upload  # noqa: E402
from processing import trash  # noqa: E402
from processing.jobs import reprocess, start_jobs  # noqa: E402
from processing.management.commands.load_demo import make_users  # noqa: E402
from processing.models import Job, Session  # noqa: E402
from processing.review import corrections  # noqa: E402
from processing.runtime import inference  # noqa: E402
from stock.ledger import answer_visit  # noqa: E402
from stock.models import StockBatch, StockMovement, Visit  # noqa: E402
from tests.photos.files import make_exif  # noqa: E402
from tests.processing.factories import refuse  # noqa: E402
from tests.processing.fakes import PaintedDetector, PaintedSegmenter  # noqa: E402
from tests.processing.pipeline.test_stages import run, tray_and_bed  # noqa: E402

# The columns of sentences, and what names their row.
SENTENCES = {
    "s3_images": ("image_id", ("error_details",)),
    "photo_jobs": ("job_id", ("error", "reason")),
    "photo_processing_sessions": ("session_id", ("error_message", "refusal_message")),
    "photo_segments": ("id", ("error",)),
    "stock_movements": ("movement_id", ("reason",)),
}
IN_A_BAY = {1: "N", 2: (19.0, 23.0, 59.46), 3: "W", 4: (99.0, 6.0, 1.0), 31: 3.0}
_shades = iter(range(1, 100))


def main(folder: Path) -> None:
    call_command("migrate", verbosity=0)
    ensure_bucket()
    with (
        mock.patch.object(inference, "load_detector", PaintedDetector),
        mock.patch.object(inference, "load_segmenter", PaintedSegmenter),
    ):
        work_a_week()
    User.objects.update(password="!")
    shown = show()
    dump = subprocess.run(
        [_find("pg_dump"), "--inserts", "--rows-per-insert=200", "--no-owner", "--no-privileges", url_of_database()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = [line for line in dump.splitlines() if not line.startswith(("\\", "--"))]
    (folder / "database.sql.gz").write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    (folder / "shown.json").write_text(json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def url_of_database() -> str:
    return os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)


def work_a_week() -> None:
    """Photos in every state, and what people did about them."""
    with transaction.atomic():
        load_demo_nursery()
        make_users()
    worker, supervisor = (User.objects.get(username=name) for name in ("worker", "supervisor"))
    worker.user_permissions.add(Permission.objects.get(codename="change_session", content_type__app_label="processing"))
    bays = list(StorageLocation.objects.filter(configs__active=True).order_by("code")[:8])
    bare = StorageLocation.objects.filter(configs=None).order_by("code").first()

    counted = run(upload(worker, bays[0])).image
    corrections.correct(image=counted, user=worker, action="add", x=0.5, y=0.1, class_id=0)
    corrections.correct(image=counted, user=worker, action="remove", x=0.52, y=0.15, class_id=0)
    corrections.note(image=counted, user=worker, text="Half in the shade")
    corrections.undo(image=counted, user=worker)
    seen = corrections.counted_session(counted).total_estimated
    corrections.sign_off(image=counted, user=supervisor, seen=seen)

    moved = run(upload(worker, bays[1])).image
    run(reprocess(image=moved, user=supervisor, reason="It was the bay beside it", chosen_location=bays[2]))
    run(reprocess(image=run(upload(worker, bays[3])).image, user=worker, reason="Processed again"))

    run(upload(worker))  # no location
    run(upload(worker, gps=IN_A_BAY))
    run(upload(worker, bare))
    run(upload(worker, bays[3], details={0x9003: "2031:05:01 10:00:00"}))
    run(upload(worker, bays[4], cut=True))
    refuse(run(upload(worker, bays[5])).session, "too_dark", "the photo is too dark to tell plants from the ground")
    tired = upload(worker, bays[5])
    Job.objects.filter(pk=tired.pk).update(
        status="failed",
        problem="too_many_attempts",
        error="Processing stopped 3 times in the phase Segment.",
        finished_at="2026-11-27T10:00Z",
    )
    Session.objects.filter(job=tired).update(
        status="failed", error_message="Processing stopped 3 times in the phase Segment."
    )
    S3Image.objects.filter(pk=tired.image_id).update(
        status="failed",
        problem="too_many_attempts",
        error_details="too_many_attempts: Processing stopped 3 times in the phase Segment.",
    )

    parts = [run(upload(worker, bays[6])).image_id for _ in range(3)]
    visit = Visit.objects.get(location=bays[6])
    answer_visit(visit_id=visit.pk, answer="parts", seen=parts, chosen=(), user=supervisor)
    run(upload(worker, bays[7]))
    run(upload(worker, bays[7]))  # nobody has said yet how they belong together

    deleted = run(upload(worker, bays[4])).image_id
    trash.delete_photos(image_ids=[deleted], user=supervisor)
    LocationConfig.objects.filter(location=bays[0]).update(notes="Watered on Mondays")
    upload(worker, bays[0])  # waits


def upload(user, place=None, *, gps=None, details=None, cut=False) -> Job:
    """A photo of its own, with a text file that is refused."""
    rgb = tray_and_bed()
    rgb[:16, :16] = 2 * next(_shades)
    output = BytesIO()
    exif = make_exif(details=details or {}, gps=gps or {})
    Image.fromarray(rgb).save(output, "JPEG", quality=95, exif=exif)
    data = output.getvalue()
    if cut:
        data = data[: len(data) // 2] + b"\xff\xd9"
    files = [SimpleUploadedFile("bay.jpg", data, "image/jpeg"), SimpleUploadedFile("notes.txt", b"Bring more pots.")]
    accepted = accept_upload(user=user, files=files, source=UploadSource.API, storage_location=place)
    [job] = start_jobs(upload=accepted.upload, images=accepted.images, chosen_location=place)
    return job


def show() -> dict:
    photos = show_photos()  # first, because signing in writes rows
    return {
        "rows": {table: count_rows(table) for table in sorted(connection.introspection.table_names())},
        "messages": show_messages(),
        "stock": dict(StockBatch.objects.order_by("batch_code").values_list("batch_code", "quantity_current")),
        "movements": {
            str(movement.pk): [movement.batch.batch_code, movement.kind, movement.quantity]
            for movement in StockMovement.objects.select_related("batch").order_by("pk")
        },
        "photos": photos,
    }


def count_rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def show_messages() -> dict[str, dict[str, str]]:
    """The text of each message in both languages."""
    found = {}
    for table, (key, columns) in SENTENCES.items():
        for column in columns:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {key}, {column} FROM {table} WHERE {column} <> '' ORDER BY {key}")
                rows = cursor.fetchall()
            for pk, sentence in rows:
                found[f"{table}/{pk}/{column}"] = in_both(sentence)
    for session in Session.objects.order_by("pk"):
        evidence = session.location_evidence or {}
        if evidence.get("text"):
            found[f"evidence/{session.session_id}/reason"] = in_both(evidence["text"])
        for number, offer in enumerate(evidence.get("candidates", ())):
            found[f"evidence/{session.session_id}/{number}"] = in_both(offer["evidence"])
        for number, reason in enumerate(session.review_reasons):
            found[f"review_reasons/{session.session_id}/{number}"] = in_both(reason)
    return found


def in_both(sentence: str) -> dict[str, str]:
    texts = {}
    for language in ("en", "es"):
        with translation.override(language):
            texts[language] = translated(sentence)
    return texts


def show_photos() -> dict[str, dict]:
    """What the API says of each photo."""
    setup_test_environment()
    client = Client()
    client.force_login(User.objects.get(username="supervisor"))
    photos = {}
    for image in S3Image.objects.filter(kind="photo", deleted_at=None).order_by("pk"):
        answer = client.get(f"/api/v1/photos/{image.pk}").json()
        photos[str(image.pk)] = {name: answer.get(name) for name in ("moment", "processing_session", "visit")}
    return photos


if __name__ == "__main__":
    main(Path(sys.argv[1]))
