"""`/api/v1/catalogue/products`, and the terms that forms of the API ask for by number."""

from typing import TypedDict

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, by_method
from demeter.common.exceptions import ConflictError, NotFoundError
from demeter.common.openapi.operations import Amount
from gallery.catalogue.forms import ProductForm, SearchForm
from gallery.catalogue.queries import find_products, set_active
from gallery.common.api import PagedForm, PaginationJson, YesNoField, change_form, checked, read_body, read_page
from locations.models import (
    PackagingColour,
    PackagingMaterial,
    PackagingType,
    Product,
    ProductCategory,
    ProductSize,
    ProductState,
)
from locations.models.catalogue import CatalogueEntry
from stock.models import LossReason

TERMS: dict[str, type[CatalogueEntry]] = {
    "categories": ProductCategory,
    "states": ProductState,
    "sizes": ProductSize,
    "packaging_types": PackagingType,
    "packaging_materials": PackagingMaterial,
    "packaging_colours": PackagingColour,
    "loss_reasons": LossReason,
}


class ProductJson(TypedDict):
    """A product. `price` is of one plant, in `currency` (ISO 4217, empty without a price); `merged_into` is the product
    that stands for it now."""

    id: int
    sku: str
    common_name: str
    scientific_name: str
    category: int
    family_name: str
    price: Amount | None
    currency: str
    active: bool
    merged_into: int | None


class ProductsJson(TypedDict):
    """A page of products, by name."""

    products: list[ProductJson]
    pagination: PaginationJson


class TermJson(TypedDict):
    """A term of the catalogue."""

    id: int
    code: str
    name: str


class TermsJson(TypedDict):
    """The terms in use, by what they are for."""

    categories: list[TermJson]
    states: list[TermJson]
    sizes: list[TermJson]
    packaging_types: list[TermJson]
    packaging_materials: list[TermJson]
    packaging_colours: list[TermJson]
    loss_reasons: list[TermJson]


class ListForm(SearchForm, PagedForm):
    """What a list shows, page by page."""


class ActiveForm(Form):
    """Whether forms offer an entry."""

    active = YesNoField(help_text="False: archive it.")


@api_view("GET", permission="locations.view_product", query=ListForm, answers={200: ProductsJson})
def list_products(request: HttpRequest) -> JsonResponse:
    """The products in use, or the archived ones, with all the words of `q`."""
    form = checked(ListForm(request.GET))
    rows, pagination = read_page(find_products(form.cleaned_data["q"], archived=form.cleaned_data["archived"]), form)
    return JsonResponse({"products": [product_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission="locations.add_product", body=ProductForm, answers={201: ProductJson})
def new_product(request: HttpRequest) -> JsonResponse:
    """Add a product. A second one of the same name is refused."""
    form = checked(ProductForm(read_body(request, ProductForm)))
    return JsonResponse(product_json(_find(form.save().pk)), status=201)


@api_view("GET", permission="locations.view_product", answers={200: ProductJson}, errors=(404,))
def read_product(_request: HttpRequest, product_id: int) -> JsonResponse:
    """One product."""
    return JsonResponse(product_json(_find(product_id)))


@api_view(
    "PATCH",
    permission="locations.change_product",
    body=ProductForm,
    partial=True,
    answers={200: ProductJson},
    errors=(404,),
)
def change_product(request: HttpRequest, product_id: int) -> JsonResponse:
    """Change a product. What is left out stays."""
    checked(change_form(ProductForm, read_body(request, ProductForm), _find(product_id))).save()
    return JsonResponse(product_json(_find(product_id)))


@api_view(
    "POST",
    permission="locations.change_product",
    body=ActiveForm,
    answers={200: ProductJson},
    errors=(404, 409),
)
def archive_product(request: HttpRequest, product_id: int) -> JsonResponse:
    """Archive a product, so that forms no longer offer it, or take it back into use. What grows stays."""
    found = _find(product_id)
    form = checked(ActiveForm(read_body(request, ActiveForm)))
    if found.merged_into is not None:
        raise ConflictError(_("This product was merged into another one; use that one."))
    set_active(found, form.cleaned_data["active"])
    return JsonResponse(product_json(found))


@api_view("GET", permission="locations.view_product", answers={200: TermsJson})
def terms(_request: HttpRequest) -> JsonResponse:
    """The terms of the catalogue: categories, states, sizes, what packagings are made of, reasons of losses."""
    return JsonResponse({name: terms_json(model.objects.filter(active=True)) for name, model in TERMS.items()})  # type: ignore[attr-defined]


products = by_method(GET=list_products, POST=new_product)
product = by_method(GET=read_product, PATCH=change_product)


def _find(product_id: int) -> Product:
    found = Product.objects.filter(is_mixed=False, pk=product_id).select_related("family", "merged_into").first()
    if found is None:
        raise NotFoundError(_("There is no such product."))
    return found


def product_json(product: Product) -> ProductJson:
    """A product as its form has it."""
    return {
        "id": product.pk,
        "sku": product.sku,
        "common_name": product.common_name,
        "scientific_name": product.scientific_name,
        "category": product.family.category_id,
        "family_name": product.family.name,
        "price": None if product.price is None else str(product.price),
        "currency": product.currency,
        "active": product.active,
        "merged_into": product.merged_into_id,
    }


def terms_json(rows: QuerySet[CatalogueEntry]) -> list[TermJson]:
    """The terms in their order."""
    return [{"id": row.pk, "code": row.code, "name": str(row)} for row in rows]
