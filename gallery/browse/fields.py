"""Fields and widgets of the gallery's filter bar, which is on every page: few queries, few templates."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class PlainSelect(forms.Select):
    """A select rendered at once: a template for each of its hundred options would take longer than the photos."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                ((option, " selected" if str(option) in chosen else "", label) for option, label in self.choices),
            ),
        )


class SingleQueryIterator(ModelChoiceIterator[Model]):
    """The choices in one query, without the server-side cursor that Django would use."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from (self.choice(row) for row in self.queryset.all())


class SingleQueryChoiceField(forms.ModelChoiceField[Model]):
    iterator = SingleQueryIterator
    widget = PlainSelect


class SingleQueryMultipleChoiceField(forms.ModelMultipleChoiceField[Model]):
    iterator = SingleQueryIterator
    widget = forms.CheckboxSelectMultiple
