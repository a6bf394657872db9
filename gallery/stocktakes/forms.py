"""The parameters of the counting plan and the walk, and the forms that open and close a stocktake."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.common.days import CALENDAR, ISO_DATE, midnight, next_day
from gallery.common.forms import PageForm
from locations.models import StorageArea, Warehouse
from stock.bays import Scope
from stock.stocktakes import Place

LARGEST_KEY = 2**63 - 1
FURTHEST = timedelta(days=366)


class PlaceField(forms.ChoiceField):
    """Everything, a warehouse (`warehouse:3`) or an area (`area:12`); a value that does not exist is refused."""

    def __init__(self) -> None:
        super().__init__(label=_("Places"), required=False, choices=list_places)

    def clean(self, value: Any) -> Place:
        kind, _colon, key = str(super().clean(value)).partition(":")
        match kind:
            case "warehouse":
                return Place(warehouse=Warehouse.objects.defer("polygon").get(pk=key))
            case "area":
                areas = StorageArea.objects.select_related("warehouse").defer("polygon", "warehouse__polygon")
                return Place(area=areas.get(pk=key))
        return Place()


def list_places() -> Iterator[tuple[Any, Any]]:
    """Everything, then the warehouses with their areas in natural order."""
    yield "", _("All places")
    areas = StorageArea.objects.filter(active=True, warehouse__active=True).select_related("warehouse")
    ordered = areas.order_by("warehouse__sort_key", "warehouse_id", "sort_key").defer("polygon", "warehouse__polygon")
    for warehouse, found in groupby(ordered, key=lambda area: area.warehouse):
        whole = (f"warehouse:{warehouse.pk}", gettext("All of %(name)s") % {"name": warehouse.name})
        yield warehouse.name, [whole, *((f"area:{area.pk}", f"{warehouse.name} - {area.name}") for area in found)]


def scope_of(place: Place) -> Scope:
    """The keys of a place."""
    return Scope(place.warehouse.pk if place.warehouse else None, place.area.pk if place.area else None)


class PlanForm(PageForm):
    """Which bays: of some places, with one reason, or all of them."""

    place = PlaceField()
    show = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ("due", "never", "doubt", "off", "old", "all")],
        widget=forms.HiddenInput,
    )

    @property
    def wanted(self) -> str:
        """The reason, or due; empty for all bays."""
        shown = self.cleaned_data["show"] or "due"
        return "" if shown == "all" else shown


class WalkForm(forms.Form):
    """The due bays of some places, or the missing ones of a stocktake, from the one after `after` on."""

    place = PlaceField()
    stocktake = forms.IntegerField(min_value=1, max_value=LARGEST_KEY, required=False)
    after = forms.CharField(max_length=32, required=False)


class StocktakeForm(PageForm):
    """Which bays of a stocktake."""

    show = forms.ChoiceField(
        required=False, choices=[(name, name) for name in ("missing", "doubt", "unsigned", "signed", "changed")]
    )


class DaysForm(forms.Form):
    """When the counts of a stocktake begin, and whose stock is signed."""

    counted_from = forms.DateField(
        label=_("Counts from"),
        input_formats=ISO_DATE,
        widget=CALENDAR,
        help_text=_("Photos and counts by hand from this day on belong to the stocktake."),
    )
    day = forms.DateField(
        label=_("Date of the stocktake"),
        input_formats=ISO_DATE,
        widget=CALENDAR,
        help_text=_("The stock at the end of this day is signed, for example of the last day of the year."),
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if abs(day - timezone.localdate()) > FURTHEST:
            raise forms.ValidationError(_("Choose a day within a year from today."))
        return day

    @property
    def start(self) -> datetime:
        """When the first day begins."""
        return midnight(self.cleaned_data["counted_from"])

    @property
    def end(self) -> datetime:
        """When the last day ends."""
        return end_of(self.cleaned_data["day"])


class OpenForm(DaysForm):
    """A new stocktake."""

    place = PlaceField()

    field_order = ("place", "counted_from", "day")


class CloseForm(forms.Form):
    """Sign a stocktake, also with gaps."""

    accepts_gaps = forms.BooleanField(required=False)


def end_of(day: date) -> datetime:
    """The end of a day in the nursery's time zone."""
    return midnight(next_day(day))
