"""Searches by words, which stay quick whatever is pasted into them: here and in the admin."""

from typing import TypeVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=models.Model)
# Longer than any name; each word is a condition on several columns.
MAX_SIGNS, MAX_WORDS = 200, 8


def longest_words(text: str) -> list[str]:
    """The words to look for: each once, of a text longer than a person types the longest."""
    words = sorted(set(text[:MAX_SIGNS].split()), key=lambda word: (-len(word), word))
    return words[:MAX_WORDS]


class SearchedAdmin(admin.ModelAdmin[Row]):
    """A ModelAdmin that looks for no more words than `longest_words`; Django's own takes thousands, and seconds."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """Of lists and of fields that complete what is typed."""
        is_long = len(search_term) > MAX_SIGNS or len(search_term.split()) > MAX_WORDS
        words = " ".join(longest_words(search_term)) if is_long else search_term
        return super().get_search_results(request, queryset, words)
