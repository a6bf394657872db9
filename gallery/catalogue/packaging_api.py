"""`/api/v1/catalogue/packagings`: pots, bags and cells of trays. Lengths are in centimetres in every nursery."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, by_method
from demeter.common.exceptions import NotFoundError
from gallery.catalogue.api import ActiveForm, ListForm
from gallery.catalogue.forms import PackagingForm
from gallery.catalogue.queries import find_packagings, set_active
from gallery.common.api import PaginationJson, change_form, checked, read_body, read_page
from locations.models import Packaging


class PackagingJson(TypedDict):
    """A packaging; type, material and colour are the numbers of their terms."""

    id: int
    sku: str
    name: str
    packaging_type: int
    material: int
    colour: int
    diameter_cm: float | None
    height_cm: float | None
    volume_l: float | None
    active: bool


class PackagingsJson(TypedDict):
    """A page of packagings, by type and size."""

    packagings: list[PackagingJson]
    pagination: PaginationJson


@api_view("GET", permission="locations.view_packaging", query=ListForm, answers={200: PackagingsJson})
def list_packagings(request: HttpRequest) -> JsonResponse:
    """The packagings in use, or the archived ones, with all the words of `q`."""
    form = checked(ListForm(request.GET))
    rows, pagination = read_page(find_packagings(form.cleaned_data["q"], archived=form.cleaned_data["archived"]), form)
    return JsonResponse({"packagings": [packaging_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission="locations.add_packaging", body=PackagingForm, answers={201: PackagingJson})
def new_packaging(request: HttpRequest) -> JsonResponse:
    """Add a packaging. A second one of the same name is refused."""
    form = checked(PackagingForm(read_body(request, PackagingForm), in_cm=True))
    return JsonResponse(packaging_json(_find(form.save().pk)), status=201)


@api_view("GET", permission="locations.view_packaging", answers={200: PackagingJson}, errors=(404,))
def read_packaging(_request: HttpRequest, packaging_id: int) -> JsonResponse:
    """One packaging."""
    return JsonResponse(packaging_json(_find(packaging_id)))


@api_view(
    "PATCH",
    permission="locations.change_packaging",
    body=PackagingForm,
    partial=True,
    answers={200: PackagingJson},
    errors=(404,),
)
def change_packaging(request: HttpRequest, packaging_id: int) -> JsonResponse:
    """Change a packaging. What is left out stays."""
    found = _find(packaging_id)
    checked(change_form(PackagingForm, read_body(request, PackagingForm), found, in_cm=True)).save()
    return JsonResponse(packaging_json(_find(packaging_id)))


@api_view("POST", permission="locations.change_packaging", body=ActiveForm, answers={200: PackagingJson}, errors=(404,))
def archive_packaging(request: HttpRequest, packaging_id: int) -> JsonResponse:
    """Archive a packaging, so that forms no longer offer it, or take it back into use."""
    found = _find(packaging_id)
    set_active(found, checked(ActiveForm(read_body(request, ActiveForm))).cleaned_data["active"])
    return JsonResponse(packaging_json(found))


packagings = by_method(GET=list_packagings, POST=new_packaging)
packaging = by_method(GET=read_packaging, PATCH=change_packaging)


def _find(packaging_id: int) -> Packaging:
    found = Packaging.objects.filter(pk=packaging_id).first()
    if found is None:
        raise NotFoundError(_("There is no such packaging."))
    return found


def packaging_json(packaging: Packaging) -> PackagingJson:
    """A packaging as its form has it."""
    return {
        "id": packaging.pk,
        "sku": packaging.sku,
        "name": packaging.name,
        "packaging_type": packaging.packaging_type_id,
        "material": packaging.material_id,
        "colour": packaging.colour_id,
        "diameter_cm": packaging.diameter_cm,
        "height_cm": packaging.height_cm,
        "volume_l": packaging.volume_l,
        "active": packaging.active,
    }
