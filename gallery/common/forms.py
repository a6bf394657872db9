"""Pages of lists, and named photos."""

from typing import Any

from django import forms

PER_PAGE = 50
MAX_PER_PAGE = 100
MAX_PAGE = 1_000_000


class UuidsField(forms.TypedMultipleChoiceField):
    """Any UUIDs; which of them exist is the query's business."""

    def valid_value(self, value: Any) -> bool:
        """Judged by `coerce` alone."""
        return True


class PageForm(forms.Form):
    """A page of a list."""

    page = forms.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)
