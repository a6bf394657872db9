"""`manage.py judge_models RUN --parent PID`: judges the models of a training; the training worker starts it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demeter.common.background import work_in_background
from demeter.common.exceptions import UnavailableError
from learning.judging import judge
from learning.models import TrainingRun
from learning.supervising import OUTAGE


class Command(BaseCommand):
    """In a process of its own, so that the memory of the models is given back."""

    help = "Judge the models of a training on held-out photos; the training worker runs this by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int)
        parser.add_argument("--parent", type=int, required=True, help="id of the process with which this one ends")

    def handle(self, *args: Any, **options: Any) -> None:
        work_in_background(options["parent"])
        try:
            judge(TrainingRun.objects.select_related("data_set").get(pk=options["run"]))
        except UnavailableError as error:
            raise CommandError(error.message, returncode=OUTAGE) from error
