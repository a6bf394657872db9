"""What the API of the counting plan and of stocktakes takes: places by their codes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from gallery.common.api import PagedForm
from gallery.stocktakes.forms import DaysForm
from locations.models import StorageArea, Warehouse
from stock.bays import WALK
from stock.counting_plan import URGENT_FIRST
from stock.stocktakes import Place

ORDERS = {"urgent": URGENT_FIRST, "walk": WALK}
PLAN_SHOWN = ("due", "never", "doubt", "off", "old", "all")
STOCKTAKE_SHOWN = ("missing", "doubt", "unsigned", "signed", "changed")


class PlaceForm(forms.Form):
    """A warehouse or an area by its code; neither for everything."""

    warehouse = forms.ModelChoiceField(
        queryset=Warehouse.objects.filter(active=True).defer("polygon"),
        to_field_name="code",
        required=False,
        help_text="The code of a warehouse.",
    )
    area = forms.ModelChoiceField(
        queryset=StorageArea.objects.filter(active=True, warehouse__active=True)
        .select_related("warehouse")
        .defer("polygon", "warehouse__polygon"),
        to_field_name="code",
        required=False,
        help_text="The code of an area, instead of a warehouse.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("warehouse") and cleaned.get("area"):
            self.add_error("area", _("Name a warehouse or an area, not both."))
        return cleaned

    @property
    def place(self) -> Place:
        """The place of a valid form."""
        return Place(self.cleaned_data["warehouse"], self.cleaned_data["area"])


class PlanForm(PlaceForm, PagedForm):
    """Which bays."""

    show = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in PLAN_SHOWN],
        help_text="Those that are due (by default), that have one reason, or all.",
    )
    order = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in ORDERS],
        help_text="Most urgent first (by default), or in walking order.",
    )

    @property
    def wanted(self) -> str:
        """The reason, or due; empty for all bays."""
        shown = self.cleaned_data["show"] or "due"
        return "" if shown == "all" else shown


class BaysForm(PagedForm):
    """Which bays of a stocktake."""

    show = forms.ChoiceField(
        required=False,
        choices=[(name, name) for name in STOCKTAKE_SHOWN],
        help_text="Left out: all. `changed`: whose stock of that moment is another now; of a signed stocktake alone.",
    )


class OpenForm(PlaceForm, DaysForm):
    """A new stocktake."""


class SignForm(forms.Form):
    """Sign a stocktake."""

    accepts_gaps = forms.BooleanField(required=False, help_text="Sign it although bays are missing or in doubt.")


class ReportForm(forms.Form):
    """In which language."""

    language = forms.ChoiceField(
        required=False,
        choices=[("en", "en"), ("es", "es")],
        help_text="Left out: that of the request (`Accept-Language`).",
    )
