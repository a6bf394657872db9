"""`manage.py count_shadows --parent PID`: counts new photos in the shadow; the training worker starts it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demeter.common.background import work_in_background
from demeter.common.exceptions import UnavailableError
from learning.shadow import count_due
from processing.runtime.weights import WeightsError


class Command(BaseCommand):
    """In a process of its own, so that the memory of the models is given back."""

    help = "Count new photos with the models in the shadow; the training worker runs this by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--parent", type=int, required=True, help="id of the process with which this one ends")

    def handle(self, *args: Any, **options: Any) -> None:
        work_in_background(options["parent"])
        try:
            self.stdout.write(f"{count_due()} photos counted in the shadow")
        except (UnavailableError, WeightsError) as error:
            raise CommandError(str(error)) from error
