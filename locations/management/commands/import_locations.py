"""`manage.py import_locations FILE...`: places from a map program or a table into Demeter, with a report."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError

from locations.importing.importer import ImportPlan, import_files
from locations.importing.mapping import LAYERS, ImportMapping, read_mapping_file
from locations.importing.values import RefusedError


class Command(BaseCommand):
    """Calls `locations.importing.importer.import_files`."""

    help = "Import warehouses, areas and locations from GeoJSON, CSV or XLSX files (see docs/locations.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="foreign=own",
            help="map a foreign property (or layer) name to Demeter's own; may be repeated",
        )
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE.json", help="a mapping saved on the page of the import"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mapping = _read_mapping(options["mapping"]) if options["mapping"] else None
        renames = dict(_read_rename(text) for text in options["map"])
        with pghistory.context(command="import_locations"):
            plan = import_files(options["files"], renames=renames, mapping=mapping)
        self.stdout.write(describe_plan(plan))
        if plan.refused:
            raise CommandError(f"{len(plan.refused)} refused; everything else was imported.")


def _read_mapping(path: Path) -> ImportMapping:
    try:
        return read_mapping_file(path.read_bytes())
    except (OSError, RefusedError) as error:
        raise CommandError(f"{path}: {error}") from error


def _read_rename(text: str) -> tuple[str, str]:
    foreign, separator, own = text.partition("=")
    if not (separator and foreign and own):
        raise CommandError(f'--map expects foreign=own, not "{text}"')
    return foreign, own


def describe_plan(plan: ImportPlan) -> str:
    """Counts for each layer, the codes that changed, what to look at, and each refusal with its reason."""
    counts = {(layer, kind): plan.codes(kind, layer) for layer in LAYERS for kind in ("made", "changed", "unchanged")}
    lines = [
        f"{layer}: {len(counts[layer, 'made'])} made, {len(counts[layer, 'changed'])} changed, "
        f"{len(counts[layer, 'unchanged'])} unchanged"
        for layer in LAYERS
    ]
    lines += [f"changed {code}" for layer in LAYERS for code in counts[layer, "changed"]]
    lines += [f"look at {doubt.in_english()}" for doubt in plan.doubts]
    lines += [f"refused {refused}" for refused in plan.refused]
    return "\n".join(lines)
