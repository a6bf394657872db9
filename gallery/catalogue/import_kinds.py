"""What can be imported into the catalogue: its columns, its plan, its words, and the rows of its template."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from gallery.catalogue.lengths import CM_PER_INCH, INCH_DECIMALS
from locations.importing import packagings, products
from locations.importing.catalogue_rows import Headings
from locations.models import Packaging, Product
from locations.nursery import read_nursery, uses_inches

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class ImportKind:
    """Products or packaging. `page`, `list_page` and `template` are names of addresses."""

    title: Promise
    list_title: Promise
    page: str
    list_page: str
    template: str
    explained_in: str
    file_name: Promise
    headings: Headings
    columns: Callable[[], Sequence[str]]
    known: Callable[[], Iterator[dict[str, object]]]
    plan: Callable[[Rows], Sequence[Any]]
    write: Callable[[Sequence[Any]], int]
    make_words: Callable[[int], str]
    done_words: Callable[[int], str]


def _products() -> Iterator[dict[str, object]]:
    found = Product.objects.filter(active=True, is_mixed=False).select_related("family__category")
    for product in found.order_by("common_name"):
        yield {
            "sku": product.sku,
            "name": product.common_name,
            "scientific_name": product.scientific_name,
            "category": product.family.category.name,
            "family": product.family.name,
            "price": None if product.price is None else float(product.price),
            "currency": product.currency,
        }


def _packaging_columns() -> Sequence[str]:
    unit = "in" if uses_inches() else "cm"
    return ("sku", "name", "type", "material", "colour", f"diameter_{unit}", f"height_{unit}", "volume_l")


def _packagings() -> Iterator[dict[str, object]]:
    *names, diameter, height, volume = _packaging_columns()
    used = Packaging.objects.filter(active=True).select_related("packaging_type", "material", "colour")
    for packaging in used.order_by("name"):
        texts = (packaging.sku, packaging.name, packaging.packaging_type.name, packaging.material.name)
        yield {
            **dict(zip(names, (*texts, packaging.colour.name), strict=True)),
            diameter: _length(packaging.diameter_cm),
            height: _length(packaging.height_cm),
            volume: packaging.volume_l,
        }


def _length(length_cm: float | None) -> float | None:
    if length_cm is None or not uses_inches():
        return length_cm
    return round(length_cm / CM_PER_INCH, INCH_DECIMALS)


def _ask(words: str, count: int) -> str:
    return words % {"number": intcomma(count)}


PRODUCTS = ImportKind(
    title=_("Import products"),
    list_title=_("Products"),
    page="catalogue-import",
    list_page="products",
    template="catalogue-template",
    explained_in="gallery/catalogue/_product_columns.html",
    file_name=_("products"),
    headings=products.HEADINGS,
    columns=lambda: products.COLUMNS,
    known=_products,
    plan=lambda rows: products.plan_products(rows, currency=read_nursery()["currency"]),
    write=products.write_products,
    make_words=lambda count: _ask(ngettext("Import %(number)s product", "Import %(number)s products", count), count),
    done_words=lambda count: (
        ngettext("%(number)d product was imported.", "%(number)d products were imported.", count) % {"number": count}
    ),
)
PACKAGINGS = ImportKind(
    title=_("Import packaging"),
    list_title=pgettext_lazy("list", "Packaging"),
    page="packaging-import",
    list_page="packagings",
    template="packaging-template",
    explained_in="gallery/catalogue/_packaging_columns.html",
    file_name=_("packagings"),
    headings=packagings.HEADINGS,
    columns=_packaging_columns,
    known=_packagings,
    plan=lambda rows: packagings.plan_packagings(rows, inches=uses_inches()),
    write=packagings.write_packagings,
    make_words=lambda count: _ask(
        ngettext("Import %(number)s kind of packaging", "Import %(number)s kinds of packaging", count), count
    ),
    done_words=lambda count: (
        ngettext("%(number)d kind of packaging was imported.", "%(number)d kinds of packaging were imported.", count)
        % {"number": count}
    ),
)
