"""`/api/v1/catalogue/containers`: trays, crates and loose pots. Lengths are in centimetres in every nursery."""

from typing import TypedDict

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, by_method
from demeter.common.exceptions import NotFoundError
from gallery.catalogue.api import ActiveForm, ListForm
from gallery.catalogue.forms import ContainerForm
from gallery.catalogue.queries import find_containers, set_active
from gallery.common.api import PaginationJson, change_form, checked, read_body, read_page
from locations.models import ContainerType


class ContainerTypeJson(TypedDict):
    """A kind of tray or crate, or loose pots. `capacity` is its cells or pots: rows times columns if it has them."""

    id: int
    code: str
    name: str
    kind: str
    rows: int | None
    columns: int | None
    capacity: int | None
    length_cm: float | None
    width_cm: float | None
    height_cm: float | None
    active: bool


class ContainerTypesJson(TypedDict):
    """A page of trays, crates and loose pots, by kind and capacity."""

    containers: list[ContainerTypeJson]
    pagination: PaginationJson


@api_view("GET", permission="locations.view_containertype", query=ListForm, answers={200: ContainerTypesJson})
def list_containers(request: HttpRequest) -> JsonResponse:
    """Trays, crates and loose pots in use, or the archived ones, with all the words of `q`."""
    form = checked(ListForm(request.GET))
    rows, pagination = read_page(find_containers(form.cleaned_data["q"], archived=form.cleaned_data["archived"]), form)
    return JsonResponse({"containers": [container_json(row) for row in rows], "pagination": pagination})


@api_view("POST", permission="locations.add_containertype", body=ContainerForm, answers={201: ContainerTypeJson})
def new_container(request: HttpRequest) -> JsonResponse:
    """Add a kind of tray or crate. A second one of the same name is refused."""
    form = checked(ContainerForm(read_body(request, ContainerForm), in_cm=True))
    return JsonResponse(container_json(_find(form.save().pk)), status=201)


@api_view("GET", permission="locations.view_containertype", answers={200: ContainerTypeJson}, errors=(404,))
def read_container(_request: HttpRequest, container_id: int) -> JsonResponse:
    """One kind of tray or crate, or loose pots."""
    return JsonResponse(container_json(_find(container_id)))


@api_view(
    "PATCH",
    permission="locations.change_containertype",
    body=ContainerForm,
    partial=True,
    answers={200: ContainerTypeJson},
    errors=(404,),
)
def change_container(request: HttpRequest, container_id: int) -> JsonResponse:
    """Change a kind of tray or crate. What is left out stays."""
    found = _find(container_id)
    checked(change_form(ContainerForm, read_body(request, ContainerForm), found, in_cm=True)).save()
    return JsonResponse(container_json(_find(container_id)))


@api_view(
    "POST",
    permission="locations.change_containertype",
    body=ActiveForm,
    answers={200: ContainerTypeJson},
    errors=(404,),
)
def archive_container(request: HttpRequest, container_id: int) -> JsonResponse:
    """Archive a kind of tray or crate, so that forms no longer offer it, or take it back into use."""
    found = _find(container_id)
    set_active(found, checked(ActiveForm(read_body(request, ActiveForm))).cleaned_data["active"])
    return JsonResponse(container_json(found))


containers = by_method(GET=list_containers, POST=new_container)
container = by_method(GET=read_container, PATCH=change_container)


def _find(container_id: int) -> ContainerType:
    found = ContainerType.objects.filter(pk=container_id).first()
    if found is None:
        raise NotFoundError(_("There is no such tray or crate."))
    return found


def container_json(container: ContainerType) -> ContainerTypeJson:
    """A tray or crate as its form has it."""
    return {
        "id": container.pk,
        "code": container.code,
        "name": container.name,
        "kind": container.kind,
        "rows": container.rows,
        "columns": container.columns,
        "capacity": container.capacity,
        "length_cm": container.length_cm,
        "width_cm": container.width_cm,
        "height_cm": container.height_cm,
        "active": container.active,
    }
