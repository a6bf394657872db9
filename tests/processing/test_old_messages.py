"""The sentences of databases before November 2026 become codes and parameters; what nobody knows stays as text."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from demeter.common.i18n.messages import TEXT, Message, MessageType, translated
from photos.migrations import _old_sentences as old
from photos.models import S3Image, Upload
from processing.messages import NO_GPS, PROCESSING_STOPPED
from processing.models import Job, ProcessingSession
from stock.models import StockMovement
from tests.photos.factories import UploadFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed
from tests.stock.factories import StockMovementFactory

VALUES = {
    "problem": "Too dark",
    "phase": "Detect",
    "container": "box",
    "location": "Nave A - Cantero 1 - Claro 7",
    "product": "Echeveria 'Perle' (mini): azul",
    "number": "12.5",
    "photo": "0f0e",
    "share": "90%",
}
# Sentences that have been reworded since.
REWORDED = {
    "a closer look counts otherwise than a wider one (agreement %(agreement)s)": (
        "views at different scales disagree about the plants (agreement %(agreement)s)"
    ),
    "%(number)s container(s) could not be counted": "%(number)s containers could not be counted",
    "The GPS position lies outside every storage location": "The GPS position lies outside every location",
    "Several storage locations are within the error of the GPS position": (
        "Several locations are within the error of the GPS position"
    ),
}


@pytest.mark.parametrize(("code", "sentence"), [*old.RUNS, *old.STOCK])
def test_each_old_sentence_is_known_and_told_as_before(code, sentence):
    names = old.PLACEHOLDER.findall(sentence)
    values = {name: VALUES.get(name, "7") for name in names}
    said, text = sentence % values, REWORDED.get(sentence, sentence)
    message = Message.from_json(old.read_sentence(said))
    assert (message.code, set(message.parameters)) == (code, set(names))
    assert message.in_english() == text % values
    assert Message.from_json(old.read_sentence(f"some_code: {said}")) == message
    assert MessageType.known[code].text == text


@pytest.mark.parametrize("sentence", ["Moved the crates", "Processed again: Nobody knows", "{}", "no_container: .."])
def test_what_nobody_knows_stays_as_it_is_written(sentence):
    assert old.read_sentence(sentence) == TEXT(text=sentence).as_json()


def migrate(name):
    with connection.schema_editor() as editor:
        import_module(name).convert(apps, editor)


@pytest.mark.django_db(transaction=True)
def test_old_rows_become_messages():
    session = make_bed(0)
    evidence = {
        "outcome": "ambiguous",
        "text": "Several storage locations are within the error of the GPS position",
        "candidates": [{"location_id": 1, "name": "Claro 7", "evidence": "GPS point lies 3.5 m from the location"}],
        "labels": ["X"],
    }
    reasons = ["partial: 2 container(s) could not be counted", "doubtful: much of a box looks planted"]
    ProcessingSession.objects.filter(pk=session.pk).update(
        location_evidence=evidence, review_reasons=reasons, refusal_message="90% of the photo is burnt out to white"
    )
    bare = ProcessingSessionFactory(ready=True)
    Job.objects.filter(pk=session.job_id).update(
        error="Processing stopped 3 times in the phase Segment.", reason="It was raining"
    )
    S3Image.objects.filter(pk=session.original_image_id).update(
        status="failed", problem="needs_location", error_details="needs_location: GPS coordinates not found"
    )
    movement = StockMovementFactory(reason="Counted 178 in 2 photos of one visit.")
    upload = UploadFactory(
        refused=[{"filename": "a.jpg", "code": "too_many_files", "message": "An upload takes 100 photos. Send this..."}]
    )
    for app in ("photos", "processing", "stock"):
        migrate(f"{app}.migrations.0002_messages_as_data")
    session = ProcessingSession.objects.get(pk=session.pk)
    assert session.refusal_message == Message("too_bright", {"share": "90%"})
    assert session.review_reasons[0] == {"code": "containers_failed", "parameters": {"number": "2"}}
    assert translated(session.review_reasons[1]) == reasons[1]
    assert (session.job.error, session.job.reason) == (
        PROCESSING_STOPPED(number="3", phase="segment"),
        TEXT(text="It was raining"),
    )
    assert session.original_image.error_details == NO_GPS()
    assert session.location_evidence["reason"]["code"] == "gps_ambiguous"
    assert session.location_evidence["candidates"][0]["evidence"]["parameters"] == {"metres": "3.5"}
    assert (session.location_evidence["labels"], "text" in session.location_evidence) == (["X"], False)
    assert ProcessingSession.objects.filter(pk=bare.pk, location_evidence__isnull=True, review_reasons=[]).exists()
    assert StockMovement.objects.get(pk=movement.pk).reason.code == "counted_together"
    assert Upload.objects.get(pk=upload.pk).refused == [
        {"filename": "a.jpg", "code": "too_many_files", "parameters": {"files": 100}}
    ]
    with pytest.raises(Exception, match="append-only"):
        StockMovement.objects.filter(pk=movement.pk).update(quantity=1)
