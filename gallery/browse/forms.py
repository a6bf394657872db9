"""The gallery's parameters: the same forms for the page and the API."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from demeter.accounts.models import User
from gallery.browse.cursor import Cursor, read_cursor
from gallery.browse.fields import PlainSelect, SingleQueryChoiceField, SingleQueryMultipleChoiceField
from gallery.browse.queries import GalleryFilter, find_photos
from gallery.common.days import CALENDAR, ISO_DATE, midnight, next_day
from gallery.common.forms import MAX_PAGE, MAX_PER_PAGE, MOST_AT_ONCE, PER_PAGE, UuidsField
from locations.models import Product, StorageArea, StorageLocation, Warehouse
from processing.problems import CATALOGUE

PERIODS = (("", _("Any time")), ("7", _("Last 7 days")), ("30", _("Last 30 days")))
SHORT_NUMBER = re.compile("[0-9]{1,9}")
CHOSEN = ("area_id", "location_id", "product_id", "uploader_id")
STATUSES = (
    ("all", _("All photos")),
    ("success", _("Ready")),
    ("errors", _("Needs attention")),
    *((problem.code, format_lazy(_("Only {problem}"), problem=problem.title)) for problem in CATALOGUE.values()),
)
REVIEWS = (
    ("", _("Signed off or not")),
    ("signed", _("Signed off")),
    ("unsigned", _("Not signed off")),
    ("doubtful", _("In doubt")),
)


def areas_of(warehouse_ids: Sequence[str]) -> QuerySet[StorageArea]:
    """The areas of these warehouses with their names."""
    areas = StorageArea.objects.select_related("warehouse").order_by("warehouse__sort_key", "sort_key")
    return areas.filter(warehouse_id__in=warehouse_ids).only("name", "warehouse__name")


class GalleryFilterForm(forms.Form):
    """Filters. `days` is the preset of the last 7 or 30 days; dates are whole days of the nursery."""

    field_order = (
        "q",
        "status",
        "review",
        "days",
        "uploader_id",
        "date_from",
        "date_to",
        "area_id",
        "product_id",
        "warehouse_id",
    )

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(label=_("Status"), choices=STATUSES, required=False, widget=PlainSelect)
    review = forms.ChoiceField(label=_("Review"), choices=REVIEWS, required=False, widget=PlainSelect)
    days = forms.TypedChoiceField(
        label=_("Period"), choices=PERIODS, coerce=int, empty_value=None, required=False, widget=PlainSelect
    )
    date_from = forms.DateField(label=_("From"), input_formats=ISO_DATE, required=False, widget=CALENDAR)
    date_to = forms.DateField(label=_("To"), input_formats=ISO_DATE, required=False, widget=CALENDAR)
    warehouse_id = SingleQueryMultipleChoiceField(
        label=_("Warehouses"), queryset=Warehouse.objects.order_by("sort_key").only("name"), required=False
    )
    area_id = SingleQueryChoiceField(
        label=_("Area"), queryset=StorageArea.objects.all(), required=False, empty_label=_("Any area")
    )
    product_id = SingleQueryChoiceField(
        label=_("Product"),
        queryset=Product.objects.order_by("common_name").only("common_name", "scientific_name", "is_mixed"),
        required=False,
        empty_label=_("Any product"),
    )
    uploader_id = SingleQueryChoiceField(
        label=_("Uploaded by"),
        queryset=User.objects.order_by("username").only("username"),
        required=False,
        empty_label=_("Anyone"),
    )
    location_id = forms.ModelChoiceField(
        label=_("Location"), queryset=StorageLocation.objects.with_names(), required=False, widget=forms.HiddenInput
    )
    per_page = forms.IntegerField(min_value=1, max_value=MAX_PER_PAGE, required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, **options: Any) -> None:
        """Offer areas for selected warehouses only: a nursery has hundreds."""
        super().__init__(data, **options)
        chosen = [word for word in data.getlist("warehouse_id") if SHORT_NUMBER.fullmatch(word)]
        areas = self.fields["area_id"]
        if chosen and isinstance(areas, forms.ModelChoiceField):
            areas.queryset = areas_of(chosen)
        else:
            areas.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        date_from, date_to = cleaned.get("date_from"), cleaned.get("date_to")
        if date_from and date_to and date_to < date_from:
            self.add_error("date_to", _("The end must not be before the start."))
        return cleaned

    @property
    def wanted(self) -> GalleryFilter:
        cleaned = self.cleaned_data
        beginnings = [midnight(cleaned["date_from"])] if cleaned["date_from"] else []
        if cleaned["days"]:
            beginnings.append(timezone.now() - timedelta(days=cleaned["days"]))
        return GalleryFilter(
            since=max(beginnings, default=None),
            before=midnight(next_day(cleaned["date_to"])) if cleaned["date_to"] else None,
            warehouse_ids=tuple(warehouse.pk for warehouse in cleaned["warehouse_id"]),
            **{name: cleaned[name].pk if cleaned[name] else None for name in CHOSEN},
            status=cleaned["status"] or "all",
            review=cleaned["review"],
            text=cleaned["q"],
        )

    @property
    def narrows(self) -> bool:
        """Whether any filter is set."""
        return self.wanted != GalleryFilter()

    @property
    def page_size(self) -> int:
        return self.cleaned_data["per_page"] or PER_PAGE


class NumberedPageForm(GalleryFilterForm):
    """Filters and the number of a page, for the API."""

    page = forms.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)

    @property
    def page_number(self) -> int:
        return self.cleaned_data["page"] or 1


class CursorField(forms.CharField):
    """A position in the gallery's order."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Cursor | None:
        word = super().clean(value)
        try:
            return read_cursor(word) if word else None
        except ValueError as error:
            raise forms.ValidationError(_("This page does not exist.")) from error


class ScrollForm(GalleryFilterForm):
    """Filters and where to continue: with older photos (`after`) or newer ones (`before`)."""

    after = CursorField(required=False)
    before = CursorField(required=False)


class UnfinishedForm(forms.Form):
    """The unfinished photos of one page of cards; `first` is the photo after which the fragment is named."""

    first = forms.UUIDField()
    image_id = UuidsField(coerce=UUID)

    def clean_image_id(self) -> list[UUID]:
        """No more than a page can hold."""
        image_ids: list[UUID] = self.cleaned_data["image_id"]
        if len(image_ids) > MAX_PER_PAGE:
            raise forms.ValidationError(_("At most %(most)d photos at a time."), params={"most": MAX_PER_PAGE})
        return image_ids


class PhotosForm(forms.Form):
    """Photos to delete or restore together, for the API."""

    most: ClassVar[int] = MAX_PER_PAGE

    image_ids = UuidsField(coerce=UUID)

    def clean_image_ids(self) -> list[UUID]:
        """No more than can be handled at once."""
        image_ids: list[UUID] = self.cleaned_data["image_ids"]
        if len(image_ids) > self.most:
            raise forms.ValidationError(_("At most %(most)d photos at a time."), params={"most": self.most})
        return image_ids


class SelectionForm(PhotosForm):
    """Photos selected on the grid: their boxes, or with `all_found` everything that the filters found.

    That includes photos on later pages, at most MOST_AT_ONCE, but none that arrived after the page was made
    (`seen_at`).
    """

    most = MOST_AT_ONCE

    image_ids = UuidsField(coerce=UUID, required=False)
    all_found = forms.BooleanField(required=False)
    seen_at = forms.DateTimeField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("all_found"):
            cleaned["image_ids"] = self._find_all(cleaned.get("seen_at"))
        if not cleaned.get("image_ids") and not self.errors:
            raise forms.ValidationError(_("Choose at least one photo."))
        return cleaned

    def _find_all(self, seen_at: datetime | None) -> list[UUID]:
        form = GalleryFilterForm(QueryDict(self.data.get("filters", "")))
        if not form.is_valid() or seen_at is None:
            raise forms.ValidationError(_("Some filters could not be read. Show the photos again."))
        found = find_photos(form.wanted).filter(created_at__lte=seen_at)
        return list(found.values_list("pk", flat=True)[: self.most])
