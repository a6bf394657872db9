"""The lists of the catalogue, for the pages and the API: those in use or the archived ones, with all the words."""

from typing import TypeVar

from django.db.models import Count, Q, QuerySet

from demeter.common.search import longest_words
from locations.models import ContainerType, Packaging, Product
from locations.search import contains

Entry = TypeVar("Entry", Product, Packaging, ContainerType)
PRODUCT_WORDS = ("sku", "common_name", "scientific_name", "family__name", "family__category__name")
PACKAGING_WORDS = ("sku", "name", "packaging_type__name", "material__name", "colour__name")
CONTAINER_WORDS = ("code", "name")


def find_products(text: str, *, archived: bool) -> QuerySet[Product]:
    """Products by name, with `places`, the number of locations where they grow."""
    found = Product.objects.filter(active=not archived, is_mixed=False)
    alone = Count("location_configs", filter=Q(location_configs__active=True), distinct=True)
    listed = Count("config_parts__config", filter=Q(config_parts__config__active=True), distinct=True)
    named = _with_words(found, text, PRODUCT_WORDS).select_related("family__category", "merged_into")
    return named.annotate(places=alone + listed).order_by("common_name", "sku")


def find_packagings(text: str, *, archived: bool) -> QuerySet[Packaging]:
    """Packagings by type and size."""
    found = Packaging.objects.filter(active=not archived).select_related("packaging_type", "material", "colour")
    return _with_words(found, text, PACKAGING_WORDS).order_by("packaging_type__name", "diameter_cm", "name")


def find_containers(text: str, *, archived: bool) -> QuerySet[ContainerType]:
    """Trays, crates and loose pots by kind and capacity."""
    found = ContainerType.objects.filter(active=not archived)
    return _with_words(found, text, CONTAINER_WORDS).order_by("kind", "capacity", "name")


def set_active(entry: Product | Packaging | ContainerType, active: bool) -> None:
    """Offer an entry, or archive it. What refers to it stays."""
    entry.active = active
    entry.save(update_fields=["active", "updated_at"])


def _with_words(found: QuerySet[Entry], text: str, columns: tuple[str, ...]) -> QuerySet[Entry]:
    for word in longest_words(text):
        found = found.filter(contains(word, columns))
    return found
