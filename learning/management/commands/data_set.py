"""`manage.py data_set list | make | export | import`: the data sets of the page Models, from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demeter.common.exceptions import DomainError
from learning.data_sets import make_data_set
from learning.exchange.exporting import LAYOUTS, export_data_set
from learning.exchange.importing import import_data_set
from learning.models import DataSet

DEFAULT_NAME = "nursery"


class Command(BaseCommand):
    """Each action is one call of `learning`."""

    help = "Data sets of corrected photos: list, make, export and import them (see docs/models.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every version, newest first")
        make = actions.add_parser("make", help="a new version of the photos that are corrected and signed off")
        make.add_argument("--name", default=DEFAULT_NAME)
        export = actions.add_parser("export", help="write a version as ZIP")
        export.add_argument("data_set", type=int, metavar="NUMBER", help="as listed")
        export.add_argument("layout", choices=LAYOUTS)
        export.add_argument("file", type=Path, metavar="FILE.zip")
        imported = actions.add_parser("import", help="read a COCO or YOLO data set from a ZIP")
        imported.add_argument("file", type=Path, metavar="FILE.zip")
        imported.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error

    def _list(self, _options: dict[str, Any]) -> None:
        for data_set in DataSet.objects.all():
            self.stdout.write(describe(data_set))

    def _make(self, options: dict[str, Any]) -> None:
        self.stdout.write(describe(make_data_set(name=options["name"], user=None)))

    def _export(self, options: dict[str, Any]) -> None:
        data_set = DataSet.objects.filter(pk=options["data_set"]).first()
        if data_set is None:
            raise CommandError("There is no data set with this number; `data_set list` shows them.")
        parts = export_data_set(data_set, options["layout"])
        unfinished = options["file"].with_name(f"{options['file'].name}.new")
        with unfinished.open("wb") as file:
            for part in parts:
                file.write(part)
        unfinished.replace(options["file"])

    def _import(self, options: dict[str, Any]) -> None:
        with options["file"].open("rb") as file:
            self.stdout.write(describe(import_data_set(file, name=options["name"], user=None)))


def describe(data_set: DataSet) -> str:
    """One line for a version."""
    return (
        f"{data_set.pk}: {data_set}, {data_set.photo_count} photos ({data_set.held_out_count} held out), "
        f"{data_set.plant_count} plants, {data_set.product_count} products, {data_set.place_count} places"
    )
