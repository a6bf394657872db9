import time
import unicodedata

import pytest

from locations.search import search_locations
from tests.locations.factories import StorageAreaFactory, StorageLocationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bay():
    area = StorageAreaFactory(name="North bed", warehouse__name="Nave 7", warehouse__code="W-SEVEN")
    StorageLocationFactory(code="ZZ-OTHER")
    return StorageLocationFactory(storage_area=area, code="B-12", name="Bay 12", qr_code="DEM-QR-0012")


@pytest.mark.parametrize("text", ["b-12", "bay", "qr-0012", "north", "nave 7", "w-sev", " 12  NAVE "])
def test_search_finds_by_code_names_and_qr_code(bay, text):
    assert search_locations(text) == [bay]


def test_search_needs_every_word(bay):
    assert search_locations("nave south") == []


def test_search_offers_all_in_order_and_up_to_the_limit():
    for code in ("C", "A", "B"):
        StorageLocationFactory(code=code)
    assert [location.code for location in search_locations("", limit=2)] == ["A", "B"]


def test_search_leaves_out_what_is_switched_off(bay):
    bay.storage_area.active = False
    bay.storage_area.save()
    assert search_locations("bay") == []


def test_search_reads_names_in_one_query(bay, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [location.full_name for location in search_locations("bay")] == ["Nave 7 - North bed - Bay 12"]


@pytest.mark.parametrize("kept", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_search_finds_accents_in_either_form(kept, typed):
    bay = StorageLocationFactory(name=unicodedata.normalize(kept, "Cajón Ñandú"))
    for word in ("Cajón", "cajÓn", "ñandú", "Cajón Ñandú"):
        assert search_locations(unicodedata.normalize(typed, word)) == [bay]


def test_search_with_thousands_of_words_answers_at_once():
    StorageLocationFactory.create_batch(120, name="Claro a b c d e f g h")
    start = time.perf_counter()
    search_locations(" ".join(chr(ord("a") + number % 26) + str(number) for number in range(1500)))
    search_locations("a " * 100_000)
    assert time.perf_counter() - start < 0.5


def test_search_looks_for_the_longest_words_of_a_long_text(bay):
    assert search_locations("n a v e 7 no or rt th nor ort rth nort north") == [bay]
    assert search_locations("n a v e 7 no or rt th nor ort rth nort south") == []
