"""The admin base of tables that people write: a form that a double tap sends twice is saved once."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse

from demeter.common.search import SearchedAdmin

Row = TypeVar("Row", bound=models.Model)


class OneByOneAdmin(admin.ModelAdmin[Row]):
    """Saves the forms of a table one after the other, so that the second of two finds what the first has made.

    At once, both would be found right, and the second be an error of the database, or a second row.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        """Wait until the form before is saved."""
        with transaction.atomic():
            if request.method == "POST":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.model._meta.db_table])
            return super().changeform_view(request, *args, **options)


class EditedAdmin(OneByOneAdmin[Row], SearchedAdmin[Row]):
    """The usual base."""
