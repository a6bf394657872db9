"""The parameters of the stock pages: the same forms for pages, files and the API."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.browse.fields import SingleQueryChoiceField
from gallery.common.days import CALENDAR, ISO_DATE, midnight, next_day
from gallery.common.forms import MAX_PER_PAGE, PER_PAGE, PageForm
from locations.models import Warehouse
from photos.dates import EARLIEST
from stock.overview import Group, StockFilter

LARGEST_KEY = 2**63 - 1
# Narrowed by following a row; 0 means none (no packaging, no size).
NARROWED = ("warehouse_id", "area_id", "location_id", "product_id", "packaging_id", "state_id", "size_id")


class PastDateField(forms.DateField):
    """A day up to today."""

    widget = CALENDAR

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=ISO_DATE, required=False, **options)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("Choose today or an earlier day."))
        if day is not None and day < EARLIEST.date():
            raise forms.ValidationError(_("Choose a later day."))
        return day


class KeyField(forms.IntegerField):
    """The key of a row, hidden; one that does not exist finds nothing."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=LARGEST_KEY, required=False)


class StockForm(PageForm):
    """Which stock: `as_of` the end of a day (today by default), compared with another day, summed by `group`."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    as_of = PastDateField(label=_("As of"))
    compare = PastDateField(label=_("Compared with"))
    warehouse_id = SingleQueryChoiceField(
        label=_("Warehouse"),
        queryset=Warehouse.objects.order_by("sort_key").only("name"),
        required=False,
        empty_label=_("Any warehouse"),
    )
    group = forms.ChoiceField(choices=Group.choices, required=False, widget=forms.HiddenInput)
    area_id = KeyField()
    location_id = KeyField()
    product_id = KeyField()
    packaging_id = KeyField()
    state_id = KeyField()
    size_id = KeyField()
    per_page = forms.IntegerField(min_value=1, max_value=MAX_PER_PAGE, required=False, widget=forms.HiddenInput)

    @property
    def day(self) -> date:
        """The day at whose end the stock is read."""
        return self.cleaned_data["as_of"] or timezone.localdate()

    @property
    def chosen(self) -> Mapping[str, int]:
        """The filters that are set, by column."""
        warehouse = self.cleaned_data["warehouse_id"]
        values = {**self.cleaned_data, "warehouse_id": warehouse.pk if warehouse else None}
        return {name: values[name] for name in NARROWED if values[name] is not None}

    @property
    def wanted(self) -> StockFilter:
        compare = self.cleaned_data["compare"]
        return StockFilter(
            before=midnight(next_day(self.day)),
            compared_before=midnight(next_day(compare)) if compare else None,
            group=self.cleaned_data["group"] or Group.ITEM,
            text=self.cleaned_data["q"],
            chosen=self.chosen,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything but the grouping is set."""
        return bool(self.chosen or self.cleaned_data["q"])

    @property
    def page_number(self) -> int:
        return self.cleaned_data["page"] or 1

    @property
    def page_size(self) -> int:
        return self.cleaned_data["per_page"] or PER_PAGE


class BayForm(PageForm):
    """The stock of one location at the end of a day, and perhaps the movements of one batch alone."""

    as_of = PastDateField(label=_("As of"))
    batch_id = KeyField()

    @property
    def day(self) -> date:
        """The day at whose end the stock is read."""
        return self.cleaned_data["as_of"] or timezone.localdate()


class ChangesForm(PageForm):
    """What happened from one day to another, both included; the last seven days by default."""

    date_from = PastDateField(label=_("From"))
    date_to = PastDateField(label=_("To"))
    warehouse_id = SingleQueryChoiceField(
        label=_("Warehouse"),
        queryset=Warehouse.objects.order_by("sort_key").only("name"),
        required=False,
        empty_label=_("Any warehouse"),
    )
    kind = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    area_id = KeyField()
    product_id = KeyField()
    user_id = KeyField()

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
        return self.cleaned_data["date_from"] or max(self.last - timedelta(days=6), EARLIEST.date())
