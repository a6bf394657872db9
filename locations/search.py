"""Find a location by typing: what the "assign location" form offers."""

import unicodedata

from django.db.models import Q

from demeter.common.search import longest_words
from locations.models import StorageLocation

SEARCHED = (
    "code",
    "name",
    "qr_code",
    "storage_area__code",
    "storage_area__name",
    "storage_area__warehouse__code",
    "storage_area__warehouse__name",
)


def search_locations(text: str, *, limit: int = 20) -> list[StorageLocation]:
    """Active locations that contain every word of the text in their code, names or QR code, in natural order of their
    codes; all of them for an empty text.

    Of an overlong text only the longest words are used.
    """
    found = StorageLocation.objects.active().with_names()
    for word in longest_words(text):
        found = found.filter(contains(word, SEARCHED))
    return list(found.order_by("sort_key", "code")[:limit])


def contains(text: str, fields: tuple[str, ...]) -> Q:
    """Rows with the text in one of the fields, however its accents are encoded: "ñ" may be one code point or two."""
    spellings = sorted({unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)})
    conditions = Q()
    for field in fields:
        for spelling in spellings:
            conditions |= Q(**{f"{field}__icontains": spelling})
    return conditions
