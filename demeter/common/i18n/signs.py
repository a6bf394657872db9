"""Numbers with their sign, for templates: +2,100, or a real minus sign, in the format of the language."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format

MINUS = "\N{MINUS SIGN}"
register = template.Library()


@register.filter
def signed(number: Decimal | int, decimals: int = 0) -> str:
    """A number with its sign, thousands separators and so many decimals; 0 has no sign."""
    sign = "+" if number > 0 else MINUS if number < 0 else ""
    magnitude = round(Decimal(number).copy_abs(), decimals)
    return sign + number_format(magnitude, decimals, use_l10n=True, force_grouping=True)
