"""Searches by words that stay fast for any input, in pages and in the admin."""

import unicodedata
from typing import TypeVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=models.Model)
# More than any name has; each word is a condition on several columns.
MAX_SIGNS, MAX_WORDS = 200, 8


def longest_words(text: str) -> list[str]:
    """The distinct words of a text; for an overlong text only the longest."""
    words = sorted(set(text[:MAX_SIGNS].split()), key=lambda word: (-len(word), word))
    return words[:MAX_WORDS]


def contained_in(word: str) -> list[str]:
    """The patterns of LIKE for texts with this word, however its accents are encoded ("ñ": one code point or two)."""
    literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return sorted({f"%{unicodedata.normalize(form, literal)}%" for form in ("NFC", "NFD")})


class SearchedAdmin(admin.ModelAdmin[Row]):
    """A ModelAdmin that searches for at most `longest_words`; Django's own accepts thousands, which takes seconds."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """For lists and autocomplete fields."""
        is_long = len(search_term) > MAX_SIGNS or len(search_term.split()) > MAX_WORDS
        words = " ".join(longest_words(search_term)) if is_long else search_term
        return super().get_search_results(request, queryset, words)
