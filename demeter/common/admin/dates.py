"""Date and time in the admin, with a label for each of the two fields, which Django leaves out."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import models
from django.utils.translation import gettext_lazy as _


class NamedSplitDateTime(AdminSplitDateTime):
    """Two fields that a screen reader can distinguish; their group has the label."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        for widget, name in zip(self.widgets, (_("Date"), _("Time")), strict=True):
            widget.attrs["aria-label"] = name


# For `formfield_overrides` of a ModelAdmin or an inline.
NAMED_DATES: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {
    models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": NamedSplitDateTime}
}
