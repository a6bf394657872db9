"""What a plant of a product sells for. The one place that the value of the stock reads prices from."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from locations.models import Product


@dataclass(frozen=True)
class Price:
    """The price of one plant in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


def known_prices() -> Mapping[int, Price]:
    """The price of each product (by its key) that has one. One query."""
    priced = Product.objects.exclude(price=None).values_list("pk", "price", "currency")
    return {pk: Price(price, currency) for pk, price, currency in priced if price is not None}
