"""The admin base of tables that only the pipeline and the ledger write: view, search and filter."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest
from django_stubs_ext import StrOrPromise

from demeter.common.i18n.messages import translated
from demeter.common.search import SearchedAdmin

Column = str | Callable[[Any], str]


class CalmChangeList(ChangeList):
    """A list that treats a day of the year 9999 as an invalid parameter instead of failing."""

    def get_filters(self, request: HttpRequest) -> Any:
        """Django's own fails when it computes the day after the last possible one."""
        try:
            return super().get_filters(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters from error


class ReadOnlyAdmin(SearchedAdmin[Any]):
    """Nobody can add, change or delete."""

    list_per_page = 50
    show_full_result_count = False
    # Columns with stored messages, shown in the language of the page.
    message_fields: tuple[str, ...] = ()
    # Names of the columns of a library, which has none in Spanish.
    column_names: Mapping[str, StrOrPromise] = MappingProxyType({})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CalmChangeList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [self._translated(name) for name in super().get_list_display(request)]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [self._translated(name) for name in super().get_fields(request, obj)]

    def _translated(self, name: Any) -> Column:
        if name in self.column_names:
            return _named_column(name, self.column_names[name])
        return _translated_column(self.model, name) if name in self.message_fields else name

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """False; the change page still shows the row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _named_column(name: str, title: StrOrPromise) -> Callable[[Model], Any]:
    @admin.display(description=title, ordering=name, empty_value="-")
    def column(row: Model) -> Any:
        return getattr(row, name)

    column.__name__ = name
    return column


def _translated_column(model: type[Model], name: str) -> Callable[[Model], str]:
    @admin.display(description=getattr(model._meta.get_field(name), "verbose_name", name), ordering=name)
    def column(row: Model) -> str:
        kept = getattr(row, name)
        return "; ".join(map(translated, kept)) if isinstance(kept, list) else translated(kept)

    column.__name__ = name
    return column
