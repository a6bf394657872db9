"""`manage.py issue_token USERNAME NAME`: print a new API token on standard output, once."""

from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demeter.accounts.models import User
from demeter.accounts.tokens import issue_token


class Command(BaseCommand):
    help = "Issue an API token for a user and print it; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print only the token."""
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['username']!r}.")
        with pghistory.context(command="issue_token"):
            self.stdout.write(issue_token(user=user, name=options["name"]))
