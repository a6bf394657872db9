"""The Spanish catalogue is complete, fits the sources, and is compiled as it is written."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import Message, translated
from processing.counting.parameters import QualityParameters
from processing.counting.quality import PictureQuality, picture_faults
from processing.messages import AGAIN_FOR, DENSITY_SET, NOT_CONFIGURED, PROCESSING_STOPPED
from processing.problems import TOO_DARK
from tests.catalogue import DOMAINS, compile_catalogue, extract, forms, po_file, read_catalogue, untranslated

PLACE = re.compile(r"%(?:\(\w+\))?[sd]|\{\w+\}|<[^>]+>")


def keys(catalogue):
    return {(message.context, message.id) for message in catalogue if message.id}


def places(words):
    return sorted(PLACE.findall(words))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_word_of_the_sources_is_translated(domain):
    known = read_catalogue(domain)
    assert keys(extract(domain)) == keys(known), "run bin/translate and translate what is new"
    assert untranslated(known) == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_translations_have_the_places_and_tags_of_their_words(domain):
    for message in read_catalogue(domain):
        words = message.id if isinstance(message.id, tuple) else (message.id, message.id)
        for form in forms(message) if message.id else ():
            assert places(form) in map(places, words), form
        assert not message.id or places(forms(message)[-1]) == places(words[-1]), message.id


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_what_is_written(domain):
    compiled = po_file(domain).with_suffix(".mo").read_bytes()
    assert compiled == compile_catalogue(read_catalogue(domain)), "run bin/translate"


def test_sentences_are_kept_in_english_and_told_in_spanish():
    with translation.override("es"):
        kept = [
            NOT_CONFIGURED.format(location="Nave A - Cantero 1 - Claro 7"),
            AGAIN_FOR.format(problem=TOO_DARK.title),
            PROCESSING_STOPPED.format(number=3, phase="Detect"),
            DENSITY_SET.format(number="12.5"),
        ]
        assert kept == [
            "Nave A - Cantero 1 - Claro 7 is not configured",
            "Processed again: Too dark",
            "Processing stopped 3 times in the phase Detect.",
            "Density set: 12.5 plants per m²",
        ]
        assert list(map(translated, kept)) == [
            "Nave A - Cantero 1 - Claro 7 no está configurada",
            "Procesada de nuevo: Demasiado oscura",
            "El proceso se detuvo 3 veces en la fase Detectar.",
            "Densidad definida: 12,5 plantas por m²",
        ]
    assert list(map(translated, kept)) == kept


def test_what_nobody_knows_is_told_as_it_is():
    with translation.override("es"):
        assert translated("Moved the crates: see the notice 5.0") == "Moved the crates: see the notice 5.0"
        assert translated(None) == translated("") == ""


def test_what_pure_modules_say_is_told_without_its_code():
    bad = picture_faults(PictureQuality(brightness=0.0, glare=0.9, sharpness=0.0), QualityParameters())
    with translation.override("es"):
        said = list(map(translated, bad))
    assert said[1] == "el 90% de la foto está quemado en blanco"
    assert not any(": " in text or "photo" in text for text in said)


def test_a_sentence_with_signs_of_expressions_is_taken_literally():
    sentence = Message(gettext_noop("%(number)s container(s) could not be counted"))
    assert sentence.pattern.fullmatch("2 container(s) could not be counted")
    assert not sentence.pattern.fullmatch("2 containers could not be counted")
