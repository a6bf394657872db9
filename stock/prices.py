"""What a plant of a product sells for. The one place that the value of the stock reads prices from."""

from locations.models import Product

# The price of one plant of a product: `price.amount` and `price.currency` (ISO 4217); NULL where it has none.
PRICE = """
    LEFT JOIN (SELECT id, price AS amount, currency FROM products WHERE price IS NOT NULL) AS price
        ON price.id = {product}
"""


def known_currencies() -> list[str]:
    """The currencies of all prices. One query."""
    priced = Product.objects.exclude(price=None).order_by("currency")
    return list(priced.values_list("currency", flat=True).distinct())
