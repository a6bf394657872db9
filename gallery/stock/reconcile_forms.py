"""The forms of reconciliation: which differences to list, and what to say about one."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from demeter.accounts.models import User
from demeter.common.i18n.numbers import TypedNumberField, TypedWholeField
from gallery.browse.fields import SingleQueryChoiceField
from gallery.common.days import midnight, next_day
from gallery.common.forms import PageForm
from gallery.common.prices import price_label
from gallery.stock.deciding import Said
from gallery.stock.forms import KeyField, PastDateField
from gallery.stock.reconciling import Status, Wanted
from locations.models import Product, Warehouse
from photos.dates import EARLIEST, is_storable
from stock.changes import Period
from stock.decisions import Explanation
from stock.lines import MOST_PLANTS
from stock.models import WITH_DOCUMENT, DecisionKind, Difference, LossReason
from stock.shrinkage import By

DAYS = 90
MOST_PRICE = 9_999_999_999


class PeriodForm(PageForm):
    """From one day to another, both included; the last DAYS by default."""

    date_from = PastDateField(label=_("From"))
    date_to = PastDateField(label=_("To"))
    warehouse_id = SingleQueryChoiceField(
        label=_("Warehouse"),
        queryset=Warehouse.objects.order_by("name").only("name"),
        required=False,
        empty_label=_("Any warehouse"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "date_from" in cleaned and "date_to" in cleaned and self.last < self.first:
            self.add_error("date_to", _("The end must not be before the start."))
        return cleaned

    @property
    def last(self) -> date:
        """The last day."""
        return self.cleaned_data["date_to"] or timezone.localdate()

    @property
    def first(self) -> date:
        """The first day."""
        return self.cleaned_data["date_from"] or max(self.last - timedelta(days=DAYS - 1), EARLIEST.date())

    @property
    def period(self) -> Period:
        return Period(midnight(self.first), midnight(next_day(self.last)))


class ReconcileForm(PeriodForm):
    """Which differences to list."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(choices=Status.choices, required=False, widget=forms.HiddenInput)
    mine = forms.BooleanField(required=False, widget=forms.HiddenInput)
    location_id = KeyField()

    field_order = ("q", "date_from", "date_to", "warehouse_id")

    def wanted_by(self, user: User) -> Wanted:
        """What a valid form asks for."""
        values = self.cleaned_data
        return Wanted(
            period=self.period,
            status=values["status"] or Status.OPEN,
            text=values["q"],
            warehouse=values["warehouse_id"].pk if values["warehouse_id"] else None,
            location=values["location_id"],
            assigned_to=user if values["mine"] else None,
        )


class ShrinkageForm(PeriodForm):
    """The shrinkage of a period, by product, place or month."""

    by = forms.ChoiceField(choices=By.choices, required=False, widget=forms.HiddenInput)

    @property
    def by_what(self) -> str:
        return self.cleaned_data["by"] or By.PRODUCT

    @property
    def conditions(self) -> dict[str, object]:
        """Of the batches."""
        warehouse = self.cleaned_data["warehouse_id"]
        return {"batch__location__storage_area__warehouse": warehouse} if warehouse else {}


class AboutForm(forms.Form):
    """What every decision names: how many plants were unexplained on the page, and a key made when it was shown."""

    kind: DecisionKind
    about = forms.IntegerField(widget=forms.HiddenInput, min_value=-MOST_PLANTS, max_value=MOST_PLANTS)
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)

    @property
    def said(self) -> Said:
        """What a valid form says."""
        values = self.cleaned_data
        return Said(self.kind, values.get("reason", ""), values.get("assigned_to"))


class ExplainForm(AboutForm):
    """So many were sold, were lost or came in."""

    quantity = TypedWholeField(label=_("How many"), min_value=1, max_value=MOST_PLANTS)
    loss_reason = forms.ModelChoiceField(
        queryset=LossReason.objects.filter(active=True), label=_("Why"), widget=forms.RadioSelect, empty_label=None
    )
    unit_price = TypedNumberField(label=_("Price of one plant"), required=False, min_value=0, max_value=MOST_PRICE)
    happened_at = forms.DateTimeField(
        required=False,
        label=_("When"),
        help_text=_("Leave empty for the time of the count."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(required=False, max_length=2000, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, kind: DecisionKind, product: Product, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self.fields["unit_price"].label = price_label([product.currency])
        if kind != DecisionKind.LOST:
            del self.fields["loss_reason"]
        if kind != DecisionKind.SOLD:
            del self.fields["unit_price"]

    def clean_happened_at(self) -> Any:
        moment = self.cleaned_data["happened_at"]
        if moment is not None and not is_storable(moment):
            raise forms.ValidationError(_("This date cannot be right."))
        return moment

    @property
    def said(self) -> Said:
        return Said(self.kind, explanation=explain_by(self.kind, self.cleaned_data["key"], self.cleaned_data))


class AcceptForm(AboutForm):
    """Accept what is unexplained."""

    kind = DecisionKind.ACCEPTED
    reason = forms.CharField(max_length=2000, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who is active and may look at the stock."""

    def __init__(self) -> None:
        people = User.objects.filter(is_active=True).order_by("username")
        super().__init__(queryset=people, required=False, label=_("Who"), empty_label=_("Nobody in particular"))

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class AssignForm(AboutForm):
    """Make it somebody's task."""

    kind = DecisionKind.ASSIGNED
    assigned_to = PersonField()


class RecountForm(AssignForm):
    """The place is to be counted again."""

    kind = DecisionKind.RECOUNT
    reason = forms.CharField(required=False, max_length=2000, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


def explain_by(kind: DecisionKind, key: str, values: Mapping[str, Any]) -> Explanation:
    """What the fields of a valid form say about plants that were sold, were lost or came in."""
    price = values.get("unit_price")
    return Explanation(
        kind=kind,
        quantity=values["quantity"],
        key=key,
        happened_at=values["happened_at"],
        note=values["reason"],
        loss_reason=values.get("loss_reason"),
        unit_price=None if price is None else Decimal(str(price)).quantize(Decimal("0.01")),
    )


def forms_for(difference: Difference, key: str, sent: str = "", data: Any = None) -> dict[str, AboutForm]:
    """The forms of what can be said about an unexplained difference; `sent` is the one that `data` is for."""
    kinds = [DecisionKind.SOLD, DecisionKind.LOST] if difference.unexplained < 0 else [DecisionKind.CAME_IN]
    if sent in WITH_DOCUMENT and not difference.unexplained:
        kinds = [DecisionKind(sent)]  # sent again, after it had been explained
    made: dict[str, AboutForm] = {}
    first = {"about": difference.unexplained, "quantity": abs(difference.unexplained), "key": key}
    for kind in (*kinds, DecisionKind.RECOUNT, DecisionKind.ACCEPTED, DecisionKind.ASSIGNED):
        options: dict[str, Any] = {"auto_id": f"id_{kind}_%s", "label_suffix": "", "initial": first}
        options |= {"data": data} if kind == sent else {}
        match kind:
            case DecisionKind.RECOUNT:
                made[kind] = RecountForm(**options)
            case DecisionKind.ACCEPTED:
                made[kind] = AcceptForm(**options)
            case DecisionKind.ASSIGNED:
                made[kind] = AssignForm(**options | {"initial": {**first, "assigned_to": difference.assigned_to_id}})
            case _:
                made[kind] = ExplainForm(kind=kind, product=difference.batch.product, **options)
    return made
