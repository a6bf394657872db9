"""Forms whose lengths are in centimetres in the database, and typed in inches where the nursery uses them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from django import forms
from django.db import models
from django_stubs_ext import StrOrPromise

from locations.nursery import uses_inches

CM_PER_INCH = 2.54
INCH_DECIMALS = 2
Row = TypeVar("Row", bound=models.Model)


class LengthsForm(forms.ModelForm[Row]):
    """A length that was not changed keeps its exact value: 10 cm, shown as 3.94 in, stays 10 cm."""

    # The fields of lengths in centimetres, with their labels where inches are typed.
    length_labels: Mapping[str, StrOrPromise] = MappingProxyType({})

    def __init__(self, *args: Any, in_cm: bool = False, **options: Any) -> None:
        """`in_cm` for programs, for which a length means the same in every nursery."""
        super().__init__(*args, **{"label_suffix": "", **options})
        self.has_inches = uses_inches() and not in_cm
        if self.has_inches:
            for name, label in self.length_labels.items():
                self.fields[name].label = label
                if self.initial.get(name) is not None:
                    self.initial[name] = round(self.initial[name] / CM_PER_INCH, INCH_DECIMALS)

    def clean(self) -> dict[str, Any] | None:
        """Inches to centimetres."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.length_labels if self.has_inches else ():
            if name not in self.changed_data:
                cleaned[name] = getattr(self.instance, name)
            elif cleaned.get(name) is not None:
                cleaned[name] = round(cleaned[name] * CM_PER_INCH, 4)
        return cleaned
