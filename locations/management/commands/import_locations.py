"""`manage.py import_locations FILE.geojson...`: places from a map program into Demeter, with a report."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError

from locations.importing.geojson import LAYERS
from locations.importing.importer import ImportReport, import_files


class Command(BaseCommand):
    """Calls `locations.importing.importer.import_files`."""

    help = "Import warehouses, areas and locations from GeoJSON files (docs/locations.md names the properties)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.geojson")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="foreign=own",
            help="map a foreign property (or layer) name to Demeter's own; may be repeated",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with pghistory.context(command="import_locations"):
            report = import_files(options["files"], renames=dict(_read_rename(text) for text in options["map"]))
        self.stdout.write(describe_report(report))
        if report.refused:
            raise CommandError(f"{len(report.refused)} refused; everything else was imported.")


def _read_rename(text: str) -> tuple[str, str]:
    foreign, separator, own = text.partition("=")
    if not (separator and foreign and own):
        raise CommandError(f'--map expects foreign=own, not "{text}"')
    return foreign, own


def describe_report(report: ImportReport) -> str:
    """Counts for each layer, the codes that changed, what to look at, and each refusal with its reason."""
    lines = [
        f"{layer}: {len(report.made[layer])} made, {len(report.changed[layer])} changed, "
        f"{len(report.unchanged[layer])} unchanged"
        for layer in LAYERS
    ]
    lines += [f"changed {code}" for layer in LAYERS for code in report.changed[layer]]
    lines += [f"look at {doubt}" for doubt in report.doubts]
    lines += [f"refused {refused}" for refused in report.refused]
    return "\n".join(lines)
