"""The admin's filters of changes: when, who, which table, which action.

The first narrows the others: a nursery has tens of thousands of changes a year, and a page shows fifty.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from pghistory.core import event_models

from demeter.accounts.audit_log import WORDS
from demeter.accounts.models import User
from demeter.common.audit import tracked_model

Choices = list[tuple[str, StrOrPromise]]
NOBODY = "nobody"


class PeriodFilter(admin.SimpleListFilter):
    """The last 30 days unless another period is chosen."""

    title = _("when")
    parameter_name = "period"
    days = {"1": 1, "7": 7, "30": 30, "365": 365}
    default = "30"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            ("1", _("Last 24 hours")),
            ("7", _("Last 7 days")),
            ("30", _("Last 30 days")),
            ("365", _("Last year")),
            ("all", _("Ever")),
        ]

    def value(self) -> str:
        return super().value() or self.default

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without "All", as "Ever" is one of the lookups."""
        for key, words in self.lookup_choices:
            link = changelist.get_query_string({self.parameter_name: key})
            yield {"selected": self.value() == key, "query_string": link, "display": words}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.days.get(self.value())
        return queryset if days is None else queryset.filter(pgh_created_at__gte=timezone.now() - timedelta(days=days))


class PersonFilter(admin.SimpleListFilter):
    title = _("who")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        people = [(str(pk), name) for pk, name in User.objects.order_by("username").values_list("pk", "username")]
        return [(NOBODY, _("No person")), *people]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset
            case str(key) if key.isascii() and key.isdigit():
                return queryset.filter(user_id=int(key))
            case _:
                return queryset.filter(user_id=None)


class KindFilter(admin.SimpleListFilter):
    title = _("table")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        names = [(event._meta.label_lower, tracked_model(event)._meta.verbose_name) for event in event_models()]
        return sorted(((key, capfirst(str(name))) for key, name in names), key=lambda choice: str(choice[1]))

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        chosen = {key for key, _name in self.lookup_choices} & {self.value()}
        across: QuerySet[Any] = queryset.across(*map(apps.get_model, chosen)) if chosen else queryset
        return across


class WhatFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(WORDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pgh_label=self.value()) if self.value() else queryset
