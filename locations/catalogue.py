"""Products and packagings as people name them: a SKU made from the name, and a family found or made for a product."""

import re
import unicodedata

from django.db.models import Q

from locations.models import Packaging, Product, ProductCategory, ProductFamily

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
    category = find_category("MIXED") or make_category("Mixed")
    family = find_or_make_family(category=category, name="Mixed", scientific_name="")
    sku = suggest_sku("Mixed", Product)
    made, _created = Product.objects.get_or_create(
        is_mixed=True, defaults={"family": family, "sku": sku, "common_name": "Mixed"}
    )
    return made


def find_category(text: str) -> ProductCategory | None:
    """By its name or code."""
    return ProductCategory.objects.filter(Q(name__iexact=text) | Q(code__iexact=text)).order_by("-active").first()


def make_category(name: str) -> ProductCategory:
    """A new category, for a name that nobody has."""
    return ProductCategory.objects.create(name=name[:120], code=_free_code(name, ProductCategory))


def find_by_name(common_name: str, scientific_name: str) -> Product | None:
    """A product of the same name, in use or archived, that was not merged into another."""
    same = Product.objects.filter(common_name__iexact=common_name, scientific_name__iexact=scientific_name)
    return same.filter(merged_into=None).order_by("-active").first()


def _free_code(name: str, model: type[ProductFamily] | type[ProductCategory]) -> str:
    base = "-".join(re.findall("[A-Z0-9]+", _plain(name)))[: CODE_LENGTH - 5].strip("-") or "X"
    taken = set(model._default_manager.filter(code__startswith=base).values_list("code", flat=True))
    free = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(code for code in free if code not in taken)


def _plain(name: str) -> str:
    """Capital letters without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
