"""Numbers as people type them, for forms and the admin: both 12,5 and 12.5, in either language.

Decimal and thousands separators differ between countries of one language, so they are read from the number itself. Only
a single separator before exactly three digits is ambiguous; then the person is asked. These are text fields: a
browser's own number field silently drops a comma.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import get_format
from django.utils.translation import gettext as _

EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
PLAIN = re.compile(r"\d*[.,]?\d+")
GROUPED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<sign>[., ])\d{3}(?:(?P=sign)\d{3})*)(?:(?!(?P=sign))[.,](?P<decimals>\d+))?"
)


class UnclearNumberError(ValueError):
    """An ambiguous number, such as 1.250."""

    def __init__(self, *, with_thousands: float, with_decimals: float) -> None:
        super().__init__(f"{with_thousands:g} or {with_decimals:g}")
        self.with_thousands, self.with_decimals = with_thousands, with_decimals


def read_number(text: str) -> float:
    """Parse a number. Raises UnclearNumberError if it is ambiguous, ValueError if it is not a number."""
    text = re.sub(r"[\s'\u2019]", " ", text.strip().replace("\N{MINUS SIGN}", "-"))
    sign = -1.0 if text.startswith("-") else 1.0
    digits = text[1:] if text[:1] in ("-", "+") else text
    if EITHER.fullmatch(digits):
        whole, decimals = digits[:-4] + digits[-3:], digits[:-4] + "." + digits[-3:]
        raise UnclearNumberError(with_thousands=sign * float(whole), with_decimals=sign * float(decimals))
    if PLAIN.fullmatch(digits):
        return sign * float(digits.replace(",", "."))
    grouped = GROUPED.fullmatch(digits)
    if grouped is None:
        raise ValueError(f"{text!r} is not a number")
    whole = re.sub(r"\D", "", grouped["whole"])
    return sign * float(f"{whole}.{grouped['decimals'] or 0}")


def write_number(number: float) -> str:
    """Format a number with the decimal separator of the language, so that `read_number` can parse it."""
    whole, _point, decimals = f"{number:.10f}".rstrip("0").partition(".")
    if not decimals:
        return whole
    return f"{whole}{get_format('DECIMAL_SEPARATOR')}{decimals}{'0' if len(decimals) == 3 else ''}"


class TypedNumberField(forms.FloatField):
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]  # a FloatField is an IntegerField
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return read_number(value)
        except UnclearNumberError as unclear:
            question = _("This may mean %(thousands)s or %(decimals)s. Write one of the two.")
            numbers = {"thousands": unclear.with_thousands, "decimals": unclear.with_decimals}
            raise ValidationError(
                question % {name: write_number(number) for name, number in numbers.items()}, code="unclear"
            ) from unclear
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return write_number(value) if isinstance(value, int | float) else value


class PriceField(TypedNumberField):
    """An amount of money, in JSON also as a decimal text, as the API writes it."""

    most = 9_999_999_999
    api_schema = {
        "type": ["number", "string"],
        "minimum": 0,
        "maximum": most,
        "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=self.most, **options)


class TypedWholeField(forms.IntegerField):
    """A whole number: 1.000 and 1,000 are a thousand."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def to_python(self, value: Any) -> int | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            number = read_number(value)
        except UnclearNumberError as unclear:
            number = unclear.with_thousands
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not number.is_integer():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(number)


# For `formfield_overrides` of a ModelAdmin or an inline.
TYPED_NUMBERS: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {
    models.FloatField: {
        "form_class": TypedNumberField,
        "widget": AdminTextInputWidget(attrs={"inputmode": "decimal", "class": "vIntegerField"}),
    },
    models.IntegerField: {
        "form_class": TypedWholeField,
        "widget": AdminTextInputWidget(attrs={"inputmode": "numeric", "class": "vIntegerField"}),
    },
}
