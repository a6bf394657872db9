"""How forms ask for the price of one plant."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from locations.nursery import read_nursery


def price_label(currencies: Iterable[str]) -> str:
    """With the currency of the products, the nursery's for one without a price; without any if there are several."""
    own = read_nursery()["currency"]
    known = {currency or own for currency in currencies} or {own}
    currency = known.pop() if len(known) == 1 else ""
    return _("Price of one plant (%(currency)s)") % {"currency": currency} if currency else _("Price of one plant")
