"""Forms of documents: what they share, and one form for each line. Spreadsheets and the API have forms of their own."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from demeter.common.i18n.numbers import PriceField, TypedWholeField
from gallery.common.days import check_moment
from gallery.common.prices import price_label
from gallery.movements.kinds import Kind
from gallery.upload.forms import ACCEPTED_FILES, LocationField
from locations.configuration import active_config
from locations.models import Packaging, Product, ProductState, StorageLocation
from stock.lines import MOST_PLANTS, Line, Plants
from stock.models import DESCRIPTION_FIELDS, LossReason, StockBatch

MOST_LINES = 20
NO_PACKAGING = "none"


class DocumentForm(forms.Form):
    """What all lines share. `key` is made when the form is shown, so that sending it twice records once."""

    kind = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)
    happened_at = forms.DateTimeField(
        required=False,
        label=_("When"),
        help_text=_("If empty: the present time."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(required=False, max_length=2000, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))
    picture = forms.FileField(
        required=False,
        label=_("Photo"),
        help_text=_("Goes with the note and is not counted."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FILES}),
    )

    def clean_happened_at(self) -> datetime | None:
        return check_moment(self.cleaned_data["happened_at"])


class BatchField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the batches of a location."""

    widget = forms.RadioSelect

    def label_from_instance(self, obj: StockBatch) -> str:
        parts = [str(obj.product), *([str(obj.packaging)] if obj.packaging else []), str(obj.state)]
        number = obj.quantity_current
        plants = ngettext("%(number)s plant", "%(number)s plants", number) % {"number": intcomma(number)}
        return f"{' · '.join(parts)}: {plants}"


class LineForm(forms.Form):
    """One line of a document of this kind at this location; fields that the kind does not need are left out."""

    batch = BatchField(queryset=StockBatch.objects.none(), label=_("Which plants"), empty_label=None)
    product = forms.ModelChoiceField(queryset=Product.objects.filter(active=True), label=_("Product"))
    packaging = forms.ModelChoiceField(
        queryset=Packaging.objects.filter(active=True),
        required=False,
        label=_("Packaging"),
        empty_label=_("No packaging"),
    )
    state = forms.ModelChoiceField(queryset=ProductState.objects.filter(active=True), label=_("State"))
    direction = forms.ChoiceField(
        choices=[("fewer", _("Take away")), ("more", _("Add"))],
        initial="fewer",
        label=_("Add or take away"),
        widget=forms.RadioSelect,
    )
    quantity = TypedWholeField(label=_("How many"), min_value=1, max_value=MOST_PLANTS)
    loss_reason = forms.ModelChoiceField(
        queryset=LossReason.objects.filter(active=True), label=_("Why"), widget=forms.RadioSelect, empty_label=None
    )
    to_location = LocationField(
        queryset=StorageLocation.objects.active(),
        to_field_name="code",
        label=_("To which bay"),
        help_text=_("Code or name"),
        widget=forms.TextInput(attrs={"list": "bays", "autocomplete": "off", "autocapitalize": "characters"}),
    )
    to_packaging = forms.ChoiceField(required=False, label=_("Into which packaging"))
    to_state = forms.ModelChoiceField(
        queryset=ProductState.objects.filter(active=True),
        required=False,
        label=_("State afterwards"),
        empty_label=_("As before"),
    )
    to_product = forms.ModelChoiceField(
        queryset=Product.objects.filter(active=True),
        required=False,
        label=_("Product afterwards (a graft)"),
        empty_label=_("As before"),
    )
    unit_price = PriceField(label=_("Price of one plant"), required=False)

    def __init__(self, *args: Any, kind: Kind, location: StorageLocation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind, self.location = kind, location
        # The first count by hand of a location makes its batch.
        self.asks_product = kind.comes_in or (kind.code == "count" and not batches_at(location).exists())
        for name in set(self.fields) - fields_of(kind, asks_product=self.asks_product):
            del self.fields[name]
        if self.asks_product:
            self._begin_with_configuration()
        else:
            self._offer_batches()
        if "unit_price" in self.fields:
            self.fields["unit_price"].label = price_label(self._currencies())
        if kind.moves:
            self.fields["to_location"].initial = location.code if kind.code == "transplant" else None
        if "to_packaging" in self.fields:
            packagings = [(str(row.pk), row.name) for row in Packaging.objects.filter(active=True)]
            choices = [("", _("As before")), (NO_PACKAGING, _("No packaging")), *packagings]
            self.fields["to_packaging"].choices = choices  # type: ignore[attr-defined]
        if kind.code == "count":
            self.fields["quantity"] = TypedWholeField(label=_("How many"), min_value=0, max_value=MOST_PLANTS)

    def _begin_with_configuration(self) -> None:
        config = active_config(self.location)
        if config is not None:
            values = {"product": config.product, "packaging": config.packaging, "state": config.expected_state}
            self.initial = {**values, **self.initial}

    def _currencies(self) -> set[str]:
        """Of the prices of the plants that are here, or of all that can be chosen if the form asks for the product."""
        if self.asks_product:
            return set(
                Product.objects.filter(active=True).order_by("currency").values_list("currency", flat=True).distinct()
            )
        return {batch.product.currency for batch in batches_at(self.location)}

    def _offer_batches(self) -> None:
        field = self.fields["batch"]
        batches = batches_at(self.location)
        field.queryset = batches  # type: ignore[attr-defined]
        filled = [batch for batch in batches if batch.quantity_current]
        if len(filled) == 1:
            field.initial = filled[0]

    def as_line(self) -> Line:
        """The line, once the form is valid."""
        values = self.cleaned_data
        if self.asks_product:
            plants: StockBatch | Plants = Plants(self.location, values["product"], values["packaging"], values["state"])
        else:
            plants = values["batch"]
        price = values.get("unit_price")
        return Line(
            plants,
            -values["quantity"] if values.get("direction") == "fewer" else values["quantity"],
            self._destination() if self.kind.moves else None,
            values.get("loss_reason"),
            None if price is None else Decimal(str(price)).quantize(Decimal("0.01")),
        )

    def _destination(self) -> Plants:
        values, batch = self.cleaned_data, self.cleaned_data["batch"]
        chosen = values.get("to_packaging") or ""
        chosen_packaging = None if chosen in ("", NO_PACKAGING) else Packaging.objects.get(pk=chosen)
        return Plants(
            values["to_location"],
            values.get("to_product") or batch.product,
            chosen_packaging if chosen else batch.packaging,
            values.get("to_state") or batch.state,
        )


def fields_of(kind: Kind, *, asks_product: bool) -> set[str]:
    """The fields of a line of this kind."""
    names = {"quantity"} | ({"product", "packaging", "state"} if asks_product else {"batch"})
    extra = {
        "loss": {"loss_reason"},
        "sale": {"unit_price"},
        "planting": {"unit_price"},
        "adjustment": {"direction"},
        "transfer": {"to_location"},
        "transplant": {"to_location", "to_packaging", "to_state", "to_product"},
    }
    return names | extra.get(kind.code, set())


def batches_at(location: StorageLocation) -> QuerySet[StockBatch]:
    """The batches that plants can leave: with plants, or of the current cycle. Those with most plants first."""
    here = StockBatch.objects.filter(Q(quantity_current__gt=0) | Q(config__active=True), location=location)
    return here.select_related("product", "packaging", "state").order_by("-quantity_current", "pk")


LineFormSet = forms.formset_factory(LineForm, extra=0, min_num=1, max_num=MOST_LINES, absolute_max=MOST_LINES)


class SheetForm(forms.Form):
    """A spreadsheet of movements."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )


class DescribeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What people say about a batch; its numbers come from the ledger."""

    class Meta:
        model = StockBatch
        fields = DESCRIPTION_FIELDS
        widgets = {
            **{
                name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                for name in DESCRIPTION_FIELDS
                if "_on" in name
            },
            "notes": forms.Textarea(attrs={"rows": 3}),
        }
