"""Import products from a table: a plan to look at first, then the same rows written in one transaction.

A row is matched by its SKU, else by its names. An empty cell leaves what is known unchanged. `gallery.catalogue` shows
the plan and sends its rows back, which are checked again before they are written.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from demeter.common.i18n.messages import Message
from demeter.common.i18n.numbers import TypedNumberField
from locations.catalogue import find_by_name, find_category, find_or_make_family, make_category, suggest_sku
from locations.importing.tables import Table
from locations.importing.values import RefusedError, read_text, whole_number
from locations.models import Product
from locations.models.codes import validate_code
from locations.models.nursery import CURRENCIES

# Headings that are understood besides our own, without accents and in lower case.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "sku": ("sku", "code", "codigo", "clave", "referencia"),
    "name": ("name", "common name", "product", "nombre", "nombre comun", "producto", "planta", "variedad"),
    "scientific_name": ("scientific name", "scientific_name", "species", "nombre cientifico", "especie"),
    "category": ("category", "categoria", "tipo", "type"),
    "family": ("family", "genus", "familia", "genero"),
    "price": ("price", "precio"),
    "currency": ("currency", "moneda", "divisa"),
}
COLUMNS = tuple(HEADINGS)
MOST_ROWS = 5_000  # the preview sends them back in one form
LENGTHS = {"sku": 32, "name": 120, "scientific_name": 160, "category": 120, "family": 120}
EMPTY = "---"
OTHER_CATEGORY = "OTHER"
MOST_PRICE = 9_999_999_999
Kind = Literal["made", "changed", "same", "refused"]


@dataclass
class PlannedRow:
    """One row of the table: what will happen to it, and why not. `values` are the cells by column."""

    line: int
    values: dict[str, str] = field(default_factory=dict)
    kind: Kind = "refused"
    reason: str = ""
    changes: list[str] = field(default_factory=list)
    product: Product | None = None
    price: Decimal | None = None

    @property
    def title(self) -> str:
        """The name of the product for the preview."""
        return self.values.get("name") or (self.product.common_name if self.product else "")


def read_columns(table: Table) -> list[dict[str, Any]]:
    """The rows of a table by our columns; headings that nobody knows are left out."""
    known = {heading: column for heading in table.columns if (column := _column_of(heading))}
    return [
        {
            "line": row.number,
            "fault": row.fault,
            **{column: row.values.get(heading, "") for heading, column in known.items()},
        }
        for row in table.rows
    ]


def plan_products(rows: Iterable[Mapping[str, Any]], *, currency: str) -> list[PlannedRow]:
    """What an import of these rows would do. `currency` is that of prices without one."""
    seen: set[tuple[str, ...]] = set()
    return [_plan_row(row, currency, seen) for row in rows]


@transaction.atomic
def write_products(plan: Sequence[PlannedRow]) -> int:
    """Write the rows that are new or changed; how many."""
    written = [row for row in plan if row.kind in ("made", "changed")]
    for row in written:
        _write(row)
    return len(written)


def _column_of(heading: str) -> str | None:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().casefold().strip()
    return next((column for column, known in HEADINGS.items() if plain in known), None)


def _plan_row(cells: Mapping[str, Any], currency: str, seen: set[tuple[str, ...]]) -> PlannedRow:
    row = PlannedRow(line=int(cells.get("line", 0)))
    try:
        if cells.get("fault"):
            raise RefusedError(Message.from_json(cells["fault"]))
        values = row.values = {column: _text(cells.get(column, ""), column) for column in COLUMNS}
        _check(row, cells, currency)
        row.product = _find(row)
        key = (
            ("sku", values["sku"])
            if values["sku"]
            else (values["name"].casefold(), values["scientific_name"].casefold())
        )
        if key in seen:
            raise ValidationError(_("The same product is in an earlier row."))
        seen.add(key)
    except RefusedError as error:
        row.reason = str(error.fault)
        return row
    except ValidationError as error:
        row.reason = " ".join(error.messages)
        return row
    if row.product is None:
        row.kind = "made"
    else:
        row.changes = _changes(row, row.product)
        row.kind = "changed" if row.changes else "same"
    return row


def _text(cell: Any, column: str) -> str:
    return " ".join(whole_number(read_text(cell, column)).split())


def _check(row: PlannedRow, cells: Mapping[str, Any], currency: str) -> None:
    values = row.values
    values["sku"] = values["sku"].upper()
    if not values["name"] and not values["sku"]:
        raise ValidationError(_("The name is missing."))
    for column, most in LENGTHS.items():
        if len(values[column]) > most:
            raise ValidationError(_("%(text)s... is too long.") % {"text": values[column][:30]})
    if values["sku"]:
        validate_code(values["sku"])
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


def _find(row: PlannedRow) -> Product | None:
    values = row.values
    if values["sku"]:
        product = Product.objects.select_related("merged_into", "family__category").filter(sku=values["sku"]).first()
        if product is None and not values["name"]:
            raise ValidationError(_("No product has this SKU, and the name is missing."))
        return product.merged_into if product and product.merged_into else product
    return find_by_name(values["name"], values["scientific_name"])


def _changes(row: PlannedRow, product: Product) -> list[str]:
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


def _write(row: PlannedRow) -> None:
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


def _category_of(row: PlannedRow) -> Any:
    """The named one, made where it is missing; else that of the product, or the one for everything else."""
    name = row.values["category"]
    if name:
        return find_category(name) or make_category(name)
    if row.product is not None:
        return row.product.family.category
    return find_category(OTHER_CATEGORY) or make_category(_("Other plants"))
