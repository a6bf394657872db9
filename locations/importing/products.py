"""Import products from a table: a plan to look at first, then the same rows written in one transaction.

A row is matched by its SKU, else by its names. An empty cell leaves what is known unchanged. `gallery.catalogue` shows
the plan and sends its rows back, which are checked again before they are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from demeter.common.i18n.numbers import TypedNumberField
from locations.catalogue import find_by_name, find_entry, find_or_make_family, make_entry, suggest_sku
from locations.importing.catalogue_rows import EMPTY, Cells, Headings, Key, PlannedRow, giving_reasons, read_cells
from locations.models import Product, ProductCategory
from locations.models.nursery import CURRENCIES

# Headings that are understood besides our own, without accents and in lower case.
HEADINGS: Headings = {
    "sku": ("sku", "code", "codigo", "clave", "referencia"),
    "name": ("name", "common name", "product", "nombre", "nombre comun", "producto", "planta", "variedad"),
    "scientific_name": ("scientific name", "scientific_name", "species", "nombre cientifico", "especie"),
    "category": ("category", "categoria", "tipo", "type"),
    "family": ("family", "genus", "familia", "genero"),
    "price": ("price", "precio"),
    "currency": ("currency", "moneda", "divisa"),
}
COLUMNS = tuple(HEADINGS)
LENGTHS = {"sku": 32, "name": 120, "scientific_name": 160, "category": 120, "family": 120}
OTHER_CATEGORY = "OTHER"
MOST_PRICE = 9_999_999_999


@dataclass
class ProductRow(PlannedRow):
    """A row with the product that it changes, if there is one."""

    product: Product | None = None
    price: Decimal | None = None

    @property
    def title(self) -> str:
        """The name of the product."""
        return super().title or (self.product.common_name if self.product else "")

    @property
    def details(self) -> str:
        """Category and price."""
        price = f"{self.price} {self.values['currency']}" if self.price is not None else ""
        return " · ".join(filter(None, (self.values.get("category"), price)))


def plan_products(rows: Iterable[Cells], *, currency: str) -> list[ProductRow]:
    """What an import of these rows would do. `currency` is that of prices without one."""
    seen: set[Key] = set()
    return [_plan_row(row, currency, seen) for row in rows]


@transaction.atomic
def write_products(plan: Sequence[ProductRow]) -> int:
    """Write the rows that are new or changed; how many."""
    written = [row for row in plan if row.kind in ("made", "changed")]
    for row in written:
        _write(row)
    return len(written)


def _plan_row(cells: Cells, currency: str, seen: set[Key]) -> ProductRow:
    row = ProductRow(line=int(cells.get("line", 0)))
    with giving_reasons(row):
        values = read_cells(row, cells, COLUMNS, LENGTHS)
        _check_price(row, cells, currency)
        row.product = _find(row)
        names = (values["name"].casefold(), values["scientific_name"].casefold())
        key = ("sku", values["sku"]) if values["sku"] else names
        if key in seen:
            raise ValidationError(_("The same product is in an earlier row."))
        seen.add(key)
        row.decide(None if row.product is None else _changes(row, row.product))
    return row


def _check_price(row: ProductRow, cells: Cells, currency: str) -> None:
    values = row.values
    if values["price"]:
        row.price = _read_price(cells["price"])
        values["currency"] = (values["currency"] or currency).upper()
        if values["currency"] not in CURRENCIES:
            raise ValidationError(_("The price has no currency that Demeter knows, such as MXN or EUR."))


def _read_price(cell: Any) -> Decimal:
    number = TypedNumberField(min_value=0, max_value=MOST_PRICE).clean(cell)
    price = round(Decimal(str(number)), 2)
    if price != Decimal(str(number)):
        raise ValidationError(_("A price has at most two decimals."))
    return price


def _find(row: ProductRow) -> Product | None:
    values = row.values
    if values["sku"]:
        product = Product.objects.select_related("merged_into", "family__category").filter(sku=values["sku"]).first()
        if product is None and not values["name"]:
            raise ValidationError(_("No product has this SKU, and the name is missing."))
        return product.merged_into if product and product.merged_into else product
    return find_by_name(values["name"], values["scientific_name"])


def _changes(row: ProductRow, product: Product) -> list[str]:
    """What the row changes, as words for the preview."""
    values, found = row.values, []
    pairs = [(values["name"], product.common_name), (values["scientific_name"], product.scientific_name)]
    pairs += [(values["family"], product.family.name)]
    found += [f"{old or EMPTY} → {new}" for new, old in pairs if new and new != old]
    category = product.family.category
    if values["category"] and values["category"].casefold() not in (category.name.casefold(), category.code.casefold()):
        found.append(f"{category.name} → {values['category']}")
    if row.price is not None and (row.price, values["currency"]) != (product.price, product.currency):
        old = f"{product.price} {product.currency}" if product.price is not None else EMPTY
        found.append(f"{old} → {row.price} {values['currency']}")
    if not product.active:
        found.append(_("in use again"))
    return found


def _write(row: ProductRow) -> None:
    values = row.values
    product = row.product or Product(sku=values["sku"], common_name=values["name"])
    product.common_name = values["name"] or product.common_name
    product.scientific_name = values["scientific_name"] or product.scientific_name
    if row.product is None or values["category"] or values["family"]:
        product.family = find_or_make_family(
            category=_category_of(row), name=values["family"], scientific_name=product.scientific_name
        )
    if row.price is not None:
        product.price, product.currency = row.price, values["currency"]
    product.sku = product.sku or suggest_sku(product.scientific_name or product.common_name, Product)
    product.active = True
    product.save()


def _category_of(row: ProductRow) -> Any:
    """The named one, made where it is missing; else that of the product, or the one for everything else."""
    name = row.values["category"]
    if name:
        return find_entry(ProductCategory, name) or make_entry(ProductCategory, name)
    if row.product is not None:
        return row.product.family.category
    return find_entry(ProductCategory, OTHER_CATEGORY) or make_entry(ProductCategory, _("Other plants"))
