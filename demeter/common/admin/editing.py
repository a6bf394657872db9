"""The admin base of tables that people edit: a form submitted twice by a double tap is saved once."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse

from demeter.common.search import SearchedAdmin

Row = TypeVar("Row", bound=models.Model)


class OneByOneAdmin(admin.ModelAdmin[Row]):
    """Serialises the forms of a table, so that a second submission sees the row of the first.

    Otherwise both would be valid, and the second would raise a database error or create a second row.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Wait until the previous form is saved."""
        with transaction.atomic():
            if request.method == "POST":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.model._meta.db_table])
            return super().changeform_view(request, *args, **options)


class EditedAdmin(OneByOneAdmin[Row], SearchedAdmin[Row]):
    """The base for most tables."""
