"""Messages are kept as codes and parameters, and told in the language of whoever looks."""

import pytest
from django.utils import translation

from demeter.common.i18n.messages import TEXT, Message, MessageField, MessageType, translated
from locations.messages import AWAY
from photos.models import S3Image
from processing.counting.faults import TEXTS
from processing.counting.parameters import QualityParameters
from processing.counting.quality import PictureQuality, picture_faults
from processing.messages import (
    AGAIN_FOR,
    CONTAINERS_FAILED,
    DENSITY_SET,
    NOT_CONFIGURED,
    PROCESSING_STOPPED,
    as_message,
)
from processing.models import Job, ProcessingSession, Segment
from stock.messages import COUNTED_BY_HAND
from stock.models import StockMovement
from tests.processing.factories import JobFactory

TOLD = [
    (
        NOT_CONFIGURED(location="Nave A - Cantero 1 - Claro 7"),
        "Nave A - Cantero 1 - Claro 7 is not configured",
        "Nave A - Cantero 1 - Claro 7 no está configurada",
    ),
    (AGAIN_FOR(problem="too_dark"), "Processed again: Too dark", "Procesada de nuevo: Demasiado oscura"),
    (
        PROCESSING_STOPPED(number=3, phase="detect"),
        "Processing stopped 3 times in the phase Detect.",
        "El proceso se detuvo 3 veces en la fase Detectar.",
    ),
    (DENSITY_SET(number="12.5"), "Density set: 12.5 plants per m²", "Densidad definida: 12,5 plantas por m²"),
    (TEXT(text="See 5.0 of 100% {x} %(y)s"), "See 5.0 of 100% {x} %(y)s", "See 5.0 of 100% {x} %(y)s"),
]


@pytest.mark.parametrize(("message", "english", "spanish"), TOLD)
def test_a_message_is_told_in_the_language_of_the_moment(message, english, spanish):
    with translation.override("es"):
        assert translated(message) == translated(message.as_json()) == str(message) == spanish
        assert message.in_english() == english
    assert str(message) == english


def test_a_name_that_looks_like_a_number_stays_as_it_is():
    with translation.override("es"):
        assert str(NOT_CONFIGURED(location="5.0")).startswith("5.0 ")
        assert str(AWAY(metres="7.0")).startswith("El punto GPS está a 7,0 m")


def test_large_numbers_are_grouped_as_the_language_does_and_one_is_singular():
    assert str(COUNTED_BY_HAND(number=2900)) == "Counted 2,900 by hand."
    assert str(CONTAINERS_FAILED(number=1)) == "1 container could not be counted"
    assert str(CONTAINERS_FAILED(number="2")) == "2 containers could not be counted"
    with translation.override("es"):
        assert str(COUNTED_BY_HAND(number=2900)) == "Se contaron 2.900 a mano."
        assert str(CONTAINERS_FAILED(number=1)).startswith("1 contenedor ")


def test_what_is_no_message_is_told_as_it_is():
    assert translated(None) == translated("") == ""
    assert translated("Moved the crates") == "Moved the crates"
    assert translated(Message("of_tomorrow", {"plants": 3})) == "of_tomorrow 3"


def test_what_pure_modules_find_is_told_without_its_code():
    bad = picture_faults(PictureQuality(brightness=0.0, glare=0.9, sharpness=0.0), QualityParameters())
    assert str(bad[1]) == "too_bright: 90% of the photo is burnt out to white"
    with translation.override("es"):
        said = [str(as_message(fault)) for fault in bad]
    assert said[1] == "el 90% de la foto está quemado en blanco"
    assert not any(": " in text or "photo" in text for text in said)


def test_every_fault_of_a_count_is_a_message_and_no_code_is_given_twice():
    assert set(TEXTS) <= set(MessageType.known)
    with pytest.raises(ValueError, match="two messages have the code again"):
        MessageType("again", "Again")


def test_a_column_gives_back_the_message_that_was_saved(db):
    job = JobFactory(reason=AGAIN_FOR(problem="too_dark"))
    job.refresh_from_db()
    assert (job.reason, job.error) == (AGAIN_FOR(problem="too_dark"), None)
    Job.objects.filter(pk=job.pk).update(reason=None)
    assert Job.objects.get(pk=job.pk).reason is None
    assert list(Job.objects.filter(reason="").values_list("reason", flat=True)) == [None]


def test_text_that_somebody_wrote_into_a_column_is_told_as_it_is(db):
    job = JobFactory()
    for text in ("by hand", '{"code', "[]", '{"words": 1}', "7"):
        Job.objects.filter(pk=job.pk).update(error=text)
        assert str(Job.objects.get(pk=job.pk).error) == text


@pytest.mark.parametrize("model", [S3Image, Job, ProcessingSession, Segment, StockMovement])
def test_reasons_and_errors_are_messages(model):
    kept = [
        field for field in model._meta.fields if field.name in ("error_details", "error_message", "error", "reason")
    ]
    assert kept
    assert all(isinstance(field, MessageField) for field in kept)
