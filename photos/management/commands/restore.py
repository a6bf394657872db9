"""`manage.py restore DIR`: what `backup` wrote, into a Demeter without photos."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demeter.common.database_dump import DumpError
from demeter.common.exceptions import UnavailableError
from photos.backup import BackupError, restore_backup


class Command(BaseCommand):
    help = "Restores a backup: the photos, each compared with its checksum, then the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            report = restore_backup(folder)
        except (BackupError, DumpError, UnavailableError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{report.photos} photos are back; {report.files} files were written.")
        if report.faulty:
            raise CommandError("Missing or changed originals: " + ", ".join(report.faulty))
