"""Form fields shared by several pages."""

from typing import Any

from django import forms

PER_PAGE = 50
MAX_PER_PAGE = 100
MOST_AT_ONCE = 500  # chosen photos; a form may have 1,000 fields
MAX_PAGE = 1_000_000


class UuidsField(forms.TypedMultipleChoiceField):
    """A list of UUIDs; queries ignore unknown ones."""

    def valid_value(self, value: Any) -> bool:
        """Validated by `coerce` alone."""
        return True


class PageForm(forms.Form):
    """The page number of a list."""

    page = forms.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)
