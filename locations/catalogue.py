"""The catalogue as people name it: a SKU or a code made from the name, entries of lists found by their name or made."""

import re
import unicodedata
from typing import TypeVar

from django.db.models import Q

from locations.models import ContainerType, Packaging, Product, ProductCategory, ProductFamily
from locations.models.catalogue import CatalogueEntry

Entry = TypeVar("Entry", bound=CatalogueEntry)

SKU_PARTS = 3
PART_LENGTH = 3
CODE_LENGTH = 32


def suggest_sku(name: str, model: type[Product] | type[Packaging]) -> str:
    """A free SKU: "Echeveria elegans" becomes ECH-ELE, "Maceta 10 cm negra" MAC-10-NEG, a second one ECH-ELE-2."""
    words = re.findall("[A-Z]+|[0-9]+", _plain(name))
    parts = [word if word.isdigit() else word[:PART_LENGTH] for word in words if word.isdigit() or len(word) > 2]
    base = "-".join((parts or words or ["X"])[:SKU_PARTS])[: CODE_LENGTH - 5]
    taken = set(model._default_manager.filter(sku__startswith=base).values_list("sku", flat=True))
    free = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(sku for sku in free if sku not in taken)


def find_or_make_family(*, category: ProductCategory, name: str, scientific_name: str) -> ProductFamily:
    """The family of this name in the category; without a name that of the genus, else one for the whole category."""
    genus = scientific_name.split(" ", maxsplit=1)[0]
    wanted = name.strip() or genus or category.name
    known = ProductFamily.objects.filter(category=category).filter(Q(name__iexact=wanted) | Q(code__iexact=wanted))
    return known.first() or ProductFamily.objects.create(
        category=category,
        name=wanted[:120],
        code=_free_code(wanted, ProductFamily),
        scientific_name=genus if wanted == genus else "",
    )


def find_or_make_mixed() -> Product:
    """The product of plants of which nobody has said what they are, made when it is first needed."""
    known = Product.objects.filter(is_mixed=True).first()
    if known is not None:
        return known
    category = find_entry(ProductCategory, "MIXED") or make_entry(ProductCategory, "Mixed")
    family = find_or_make_family(category=category, name="Mixed", scientific_name="")
    sku = suggest_sku("Mixed", Product)
    made, _created = Product.objects.get_or_create(
        is_mixed=True, defaults={"family": family, "sku": sku, "common_name": "Mixed"}
    )
    return made


def find_entry(model: type[Entry], text: str) -> Entry | None:
    """The entry of a list with this name or code, those in use first."""
    same = Q(name__iexact=text) | Q(code__iexact=text)
    return model._default_manager.filter(same).order_by("-active").first()


def make_entry(model: type[Entry], name: str) -> Entry:
    """A new entry, for a name that nobody has."""
    return model._default_manager.create(name=name[:120], code=_free_code(name, model))


def suggest_code(name: str) -> str:
    """A free code of a container type: "Plug tray of 50 cells" becomes PLUG-TRAY-OF-50-CELLS."""
    return _free_code(name, ContainerType)


def find_by_name(common_name: str, scientific_name: str) -> Product | None:
    """A product of the same name, in use or archived, that was not merged into another."""
    same = Product.objects.filter(common_name__iexact=common_name, scientific_name__iexact=scientific_name)
    return same.filter(merged_into=None).order_by("-active").first()


def _free_code(name: str, model: type[CatalogueEntry]) -> str:
    base = "-".join(re.findall("[A-Z0-9]+", _plain(name)))[: CODE_LENGTH - 5].strip("-") or "X"
    taken = set(model._default_manager.filter(code__startswith=base).values_list("code", flat=True))
    free = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(code for code in free if code not in taken)


def _plain(name: str) -> str:
    """Capital letters without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
