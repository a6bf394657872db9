"""`manage.py backup DIR`: the database and all photos into one folder, while everything runs; safe to repeat."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demeter.common.database_dump import DumpError
from demeter.common.exceptions import UnavailableError
from photos.backup import make_backup


class Command(BaseCommand):
    help = "Writes the database, the originals and staged photos into a folder; copies only new files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            report = make_backup(folder)
        except (DumpError, UnavailableError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{report.photos} photos are in {folder}; {report.files} files were new.")
        if report.faulty:
            raise CommandError("Missing or changed originals: " + ", ".join(report.faulty))
