"""`manage.py verify_evidence PACK.zip`: the program that is in each pack, from an installation that one trusts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.evidence.verifier import main


class Command(BaseCommand):
    """Uses neither the database nor the network."""

    help = "Verify an evidence pack: its files against its manifest, and its numbers against each other."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pack", help="the ZIP")
        parser.add_argument("--fingerprint", default="", help="the one that the nursery has on record")

    def handle(self, *args: Any, **options: Any) -> None:
        status = main([options["pack"], "--fingerprint", options["fingerprint"]])
        if status:
            raise CommandError("Something is wrong with this pack.", returncode=status)
