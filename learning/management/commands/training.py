"""`manage.py training list | start | cancel`: the trainings of the page Models, from the command line."""

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from demeter.common.exceptions import DomainError
from learning.models import DataSet, TrainingRun
from learning.runs import ask_for_run, cancel_run
from learning.tasks import send_run


class Command(BaseCommand):
    """Each action is one call of `learning.runs`."""

    help = "Trainings of the models on your own photos: list, start and cancel them (see docs/models.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every training, newest first")
        start = actions.add_parser("start", help="queue a training on a version of a data set")
        start.add_argument("data_set", type=int, metavar="NUMBER", help="as `data_set list` shows it")
        cancel = actions.add_parser("cancel", help="end a training")
        cancel.add_argument("training", type=int, metavar="NUMBER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _list(self, _options: dict[str, Any]) -> None:
        for run in TrainingRun.objects.select_related("data_set"):
            self.stdout.write(describe(run))

    def _start(self, options: dict[str, Any]) -> None:
        data_set = DataSet.objects.filter(pk=options["data_set"]).first()
        if data_set is None:
            raise CommandError("There is no data set with this number; `data_set list` shows them.")
        with transaction.atomic():
            run = ask_for_run(data_set, user=None)
            transaction.on_commit(partial(send_run, run.pk), robust=True)
        self.stdout.write(describe(run))

    def _cancel(self, options: dict[str, Any]) -> None:
        self.stdout.write(describe(cancel_run(options["training"], user=None)))


def describe(run: TrainingRun) -> str:
    """One line for a training."""
    line = f"{run.pk}: {run.data_set}, {run.state}, {run.percent} %, {run.seconds / 60:.0f} minutes"
    return f"{line}: {run.error.in_english()}" if run.error else line
