"""The site of the admin: its start page lists what people edit, one page of its own what Demeter records."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.common.admin.readonly import ReadOnlyAdmin

App = dict[str, Any]
RECORDS = "records"


class DemeterAdminSite(AdminSite):
    """Tables that nobody edits are on the page of records only."""

    site_header = "Demeter"
    site_title = "Demeter"
    index_title = gettext_lazy("Configuration and records")

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """With the page of records."""
        return [path("records/", self.admin_view(self.records), name=RECORDS), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What people edit, and a link to the records. The page of a single app lists all of its tables."""
        apps: list[App] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        edited = self._select(apps, lambda table: not self._is_record(table))
        return [*edited, *self._link_to_records(apps)]

    def records(self, request: HttpRequest) -> HttpResponse:
        """The tables that Demeter writes, to read and search, by app."""
        context = {
            **self.each_context(request),
            "title": _("Records"),
            "app_list": self._select(super().get_app_list(request), self._is_record),
        }
        return TemplateResponse(request, "admin/records.html", context)

    def _is_record(self, table: dict[str, Any]) -> bool:
        return isinstance(self._registry[table["model"]], ReadOnlyAdmin)

    def _select(self, apps: list[App], is_wanted: Callable[[dict[str, Any]], bool]) -> list[App]:
        selected = [{**app, "models": [table for table in app["models"] if is_wanted(table)]} for app in apps]
        return [app for app in selected if app["models"]]

    def _link_to_records(self, apps: list[App]) -> list[App]:
        if not self._select(apps, self._is_record):
            return []
        address = reverse(f"{self.name}:{RECORDS}")
        table = {
            "name": _("Photos, counts, stock, changes"),
            "object_name": RECORDS,
            "admin_url": address,
            "view_only": True,
        }
        return [{"name": _("Records, only to read"), "app_label": RECORDS, "app_url": address, "models": [table]}]
