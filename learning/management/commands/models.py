"""`manage.py models list | promote | roll-back`: which models are in use, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demeter.common.exceptions import DomainError
from learning.promoting import promote, roll_back
from locations.models import ProductCategory
from processing.models import Promotion


class Command(BaseCommand):
    """Each action is one call of `learning.promoting`."""

    help = "Models in use: list them, promote those of a training, roll a promotion back (see docs/models.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every promotion in force, newest first")
        promotion = actions.add_parser("promote", help="count new photos with the models of a training")
        promotion.add_argument("training", type=int, metavar="NUMBER", help="as `training list` shows it")
        promotion.add_argument("--category", help="the name of a category of products; left out: all of them")
        back = actions.add_parser("roll-back", help="count new photos with the models before")
        back.add_argument("promotion", type=int, metavar="NUMBER", help="as `models list` shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action'].replace('-', '_')}")(options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _list(self, _options: dict[str, Any]) -> None:
        for row in Promotion.objects.in_force().select_related("category", "trained"):
            self.stdout.write(describe(row))

    def _promote(self, options: dict[str, Any]) -> None:
        category = None
        if options["category"]:
            category = ProductCategory.objects.filter(name=options["category"]).first()
            if category is None:
                names = ", ".join(ProductCategory.objects.order_by("name").values_list("name", flat=True))
                raise CommandError(f"There is no category {options['category']}. The categories are: {names}.")
        self.stdout.write(describe(promote(options["training"], category=category, user=None)))

    def _roll_back(self, options: dict[str, Any]) -> None:
        self.stdout.write(describe(roll_back(options["promotion"], user=None)))


def describe(row: Promotion) -> str:
    """One line for a promotion."""
    ended = f", rolled back {row.ended_at:%Y-%m-%d %H:%M}" if row.ended_at else ""
    return f"{row.pk}: {row.category or 'all products'}, {row.trained}, {row.promoted_at:%Y-%m-%d %H:%M}{ended}"
