"""What may be asked of the gallery: one form behind the page and the API."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from gallery.queries import GalleryFilter
from locations.models import Warehouse
from processing.problems import CATALOGUE

PER_PAGE = 50
MAX_PER_PAGE = 100
MAX_PAGE = 1_000_000
ISO_DATE = ["%Y-%m-%d"]
CALENDAR = forms.DateInput(attrs={"type": "date"}, format=ISO_DATE[0])
PERIODS = (("", "Any time"), ("7", "Last 7 days"), ("30", "Last 30 days"))
STATUSES = (
    ("all", "All photos"),
    ("success", "Ready"),
    ("errors", "Needs attention"),
    *((problem.code, f"Only: {problem.title}") for problem in CATALOGUE.values()),
)


class GalleryFilterForm(forms.Form):
    """Filters and the page. `days` is the preset of the last 7 or 30 days; dates are whole days in UTC."""

    q = forms.CharField(label="Search", required=False, max_length=100)
    status = forms.ChoiceField(label="Status", choices=STATUSES, required=False)
    days = forms.TypedChoiceField(label="Period", choices=PERIODS, coerce=int, empty_value=None, required=False)
    date_from = forms.DateField(label="From", input_formats=ISO_DATE, required=False, widget=CALENDAR)
    date_to = forms.DateField(label="To", input_formats=ISO_DATE, required=False, widget=CALENDAR)
    warehouse_id = forms.ModelMultipleChoiceField(
        label="Warehouses",
        queryset=Warehouse.objects.order_by("name").defer("polygon"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    page = forms.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)
    per_page = forms.IntegerField(min_value=1, max_value=MAX_PER_PAGE, required=False)

    def clean(self) -> dict[str, Any]:
        """The two dates in their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        date_from, date_to = cleaned.get("date_from"), cleaned.get("date_to")
        if date_from and date_to and date_to < date_from:
            self.add_error("date_to", "The end must not be before the beginning.")
        return cleaned

    @property
    def wanted(self) -> GalleryFilter:
        """The valid form as the read model's filter."""
        cleaned = self.cleaned_data
        beginnings = [_midnight(cleaned["date_from"])] if cleaned["date_from"] else []
        if cleaned["days"]:
            beginnings.append(timezone.now() - timedelta(days=cleaned["days"]))
        return GalleryFilter(
            since=max(beginnings, default=None),
            before=_midnight(cleaned["date_to"]) + timedelta(days=1) if cleaned["date_to"] else None,
            warehouse_ids=tuple(warehouse.pk for warehouse in cleaned["warehouse_id"]),
            status=cleaned["status"] or "all",
            text=cleaned["q"],
        )

    @property
    def narrows(self) -> bool:
        """Whether any photo may be left out."""
        return self.wanted != GalleryFilter()

    @property
    def page_number(self) -> int:
        """The page asked for, else the first."""
        return self.cleaned_data["page"] or 1

    @property
    def page_size(self) -> int:
        """Photos a page."""
        return self.cleaned_data["per_page"] or PER_PAGE


class UuidsField(forms.TypedMultipleChoiceField):
    """Any UUIDs; which of them exist is the query's business."""

    def valid_value(self, value: Any) -> bool:
        """Judged by `coerce` alone."""
        return True


class UnfinishedForm(forms.Form):
    """The unfinished photos of one page of cards."""

    page = forms.IntegerField(min_value=1, max_value=MAX_PAGE)
    image_id = UuidsField(coerce=UUID)

    def clean_image_id(self) -> list[UUID]:
        """No more than a page can hold."""
        image_ids: list[UUID] = self.cleaned_data["image_id"]
        if len(image_ids) > MAX_PER_PAGE:
            raise forms.ValidationError(f"At most {MAX_PER_PAGE} photos at a time.")
        return image_ids


class PhotosForm(forms.Form):
    """Named photos, to be deleted or brought back together."""

    image_ids = UuidsField(coerce=UUID)

    def clean_image_ids(self) -> list[UUID]:
        """No more than a page can hold."""
        image_ids: list[UUID] = self.cleaned_data["image_ids"]
        if len(image_ids) > MAX_PER_PAGE:
            raise forms.ValidationError(f"At most {MAX_PER_PAGE} photos at a time.")
        return image_ids


class PageForm(forms.Form):
    """A page of a list."""

    page = forms.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
