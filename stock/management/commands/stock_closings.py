"""`manage.py stock_closings`: add the closings that are due, check all of them, or make them anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from stock.closings import add_closings, check_closings, rebuild_closings


class Command(BaseCommand):
    help = "Add the closings of the stock ledger that are due; --check compares them with the movements."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--check", action="store_true", help="compare all closings and totals with the movements")
        what.add_argument(
            "--rebuild", action="store_true", help="correct the totals and replace all closings by new ones"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            faults = check_closings()
            if faults:
                raise CommandError(
                    f"{faults.balances} balances of closings and {faults.batches} totals of batches are not the sum of "
                    f"their rows, and {faults.visits} visits have the wrong time. "
                    "`manage.py stock_closings --rebuild` corrects them."
                )
            self.stdout.write("All closings and totals are the sum of their movements.")
        else:
            made = rebuild_closings() if options["rebuild"] else add_closings()
            self.stdout.write(f"{made} closings added.")
