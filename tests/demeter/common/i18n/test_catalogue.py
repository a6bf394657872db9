"""The Spanish catalogue is complete, fits the sources, and is compiled as it is written."""

import re

import pytest

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
