"""Places in the API: the map, and what grows at a location."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django import forms
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.common.exceptions import InvalidInputError
from demeter.common.http import form_errors
from demeter.common.openapi.operations import Moment
from gallery.common import permissions
from gallery.common.api import PagedForm, PaginationJson, checked, read_body, read_entries, read_page
from gallery.common.http import time_text
from gallery.places import configuring
from gallery.places.forms import MapForm
from gallery.places.location import find_location
from gallery.places.nursery_map import MapJson
from gallery.places.nursery_map import nursery_map as draw_nursery
from locations.configuration import WITH_PRODUCTS, active_config
from locations.forms import MOST_PART_ROWS, ConfigureLocationForm
from locations.listing import MOST_TYPED
from locations.models import ConfigPart, LocationConfig, Packaging, Product, StorageLocation

VIEW = ("locations.view_storagelocation", "locations.view_locationconfig")
PART_FIELDS = ("product", "packaging", "where")


class PlantsJson(TypedDict):
    """A product in a packaging, by their numbers and SKUs; `product_id` is the word `mixed` for plants of which nobody
    has said what they are."""

    product_id: int | str
    product: str
    packaging_id: int | None
    packaging: str | None


class PartJson(PlantsJson):
    """One of several products, and where it stands: containers (`1-3, 5`), a side of the photo (`left 40 %`), the
    corners of a drawn part of it, each in percent from the left and from the top (`10 10, 60 10, 60 50`), or a share of
    all other plants (`40 %`)."""

    where: str


class ConfigurationJson(PlantsJson):
    """A cultivation cycle: what grows at the location from `started_at` until `closed_at`, `parts` excepted."""

    expected_state_id: int
    expected_state: str
    active: bool
    started_at: Moment
    closed_at: Moment | None
    notes: str
    parts: list[PartJson]


class ConfiguredJson(TypedDict):
    """What grows at a location; null if nobody has said."""

    location_id: int
    location: str
    configuration: ConfigurationJson | None


class ConfiguredAnewJson(ConfiguredJson):
    """What grows there now, and how many photos that waited for it are processed again."""

    started: int


class CyclesJson(TypedDict):
    """A page of cycles: the current one first, then the newest."""

    location_id: int
    location: str
    cycles: list[ConfigurationJson]
    pagination: PaginationJson


class PartForm(forms.Form):
    """One of several products of a location."""

    product = forms.ModelChoiceField(Product.objects.filter(active=True))
    packaging = forms.ModelChoiceField(Packaging.objects.filter(active=True), required=False)
    where = forms.CharField(
        max_length=MOST_TYPED,
        help_text="Containers (1-3, 5), a side of the photo (left 40 %), the corners of a drawn part of it in percent "
        "from the left and from the top (10 10, 60 10, 60 50), or a share (40 %).",
    )


@api_view("GET", permission="locations.view_storagelocation", query=MapForm, answers={200: MapJson})
def nursery_map(request: HttpRequest) -> JsonResponse:
    """The places of the nursery, or of one of its warehouses, with their outlines and last counts."""
    form = MapForm(request.GET)
    if not form.is_valid():
        raise form_errors(form)
    return JsonResponse(draw_nursery(form.cleaned_data["warehouse_id"]))


@api_view("GET", permission=VIEW, answers={200: ConfiguredJson})
def read_configuration(_request: HttpRequest, code: str) -> JsonResponse:
    """What grows at a location."""
    return JsonResponse(configured_json(find_location(code)))


@api_view(
    "POST",
    permission=("photos.view_s3image", *permissions.FIX_PERMISSIONS["configure"]),
    body=ConfigureLocationForm,
    lists={"parts": PartForm},
    answers={200: ConfiguredAnewJson},
    errors=(409,),
)
def configure(request: HttpRequest, code: str) -> JsonResponse:
    """Say what grows at a location: correct the current cycle (`update`), or start a new one and leave history alone.

    Photos that waited for it are processed again. Without `parts` a corrected cycle keeps those that it has; an empty
    list says that there are none. The same new cycle sent again within ten minutes changes nothing.
    """
    location = find_location(code)
    form = checked(ConfigureLocationForm(flat_parts(read_body(request, ConfigureLocationForm, "parts"))))
    user = signed_in_user(request)
    started = configuring.configure(locations=[location], values=form.cleaned_data, user=user)
    answer: ConfiguredAnewJson = {**configured_json(location), "started": started}
    return JsonResponse(answer)


configuration = by_method(GET=read_configuration, POST=configure)


@api_view("GET", permission=VIEW, query=PagedForm, answers={200: CyclesJson})
def cycles(request: HttpRequest, code: str) -> JsonResponse:
    """What has grown at a location, cycle by cycle."""
    location, form = find_location(code), checked(PagedForm(request.GET))
    rows = location.configs.select_related("product", "packaging", "expected_state").prefetch_related(WITH_PRODUCTS)
    found, pagination = read_page(rows.order_by("-active", "-started_at", "-pk"), form)
    answer: CyclesJson = {
        "location_id": location.pk,
        "location": location.code,
        "cycles": [configuration_json(row) for row in found],
        "pagination": pagination,
    }
    return JsonResponse(answer)


def flat_parts(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the rows of `parts` as the form has them. Raises InvalidInputError."""
    parts = read_entries(body, "parts", PART_FIELDS)
    flat = {name: value for name, value in body.items() if name != "parts"}
    if parts is None:
        return flat
    if len(parts) > MOST_PART_ROWS:
        raise InvalidInputError(_("At most %(most)d products can be listed.") % {"most": MOST_PART_ROWS})
    rows = {f"part{row}_{name}": part.get(name) for row, part in enumerate(parts) for name in PART_FIELDS}
    return {**flat, **rows, "parts": str(len(parts))}


def configured_json(location: StorageLocation) -> ConfiguredJson:
    """A location and its current cycle."""
    config = active_config(location)
    return {
        "location_id": location.pk,
        "location": location.code,
        "configuration": configuration_json(config) if config else None,
    }


def plants_json(row: LocationConfig | ConfigPart) -> PlantsJson:
    """What grows."""
    return {
        "product_id": "mixed" if row.product.is_mixed else row.product_id,
        "product": row.product.sku,
        "packaging_id": row.packaging_id,
        "packaging": row.packaging.sku if row.packaging else None,
    }


def configuration_json(config: LocationConfig) -> ConfigurationJson:
    """A cultivation cycle with its parts."""
    return {
        **plants_json(config),
        "expected_state_id": config.expected_state_id,
        "expected_state": config.expected_state.code,
        "active": config.active,
        "started_at": time_text(config.started_at),
        "closed_at": time_text(config.closed_at) if config.closed_at else None,
        "notes": config.notes,
        "parts": [{**plants_json(part), "where": part_words(part)} for part in config.listed_parts],
    }


def part_words(part: ConfigPart) -> str:
    """Where a part stands, in words that are read in every language."""
    return part.containers or part.outline or f"{part.side} {part.share_percent} %".strip()
