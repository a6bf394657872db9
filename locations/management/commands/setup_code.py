"""`manage.py setup_code`: where a nursery without accounts is set up. `bin/up` and compose.yaml show it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils.http import urlencode

from demeter.accounts.first_run import is_first_run, setup_code
from locations.models import Nursery


class Command(BaseCommand):
    help = "Print the address, with its code, at which a nursery without accounts is set up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://localhost:8000", help="the address of the pages")

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing while the accounts are those of the demo."""
        if is_first_run():
            path = f"{reverse('setup')}?{urlencode({'code': setup_code()})}"
            self.stdout.write(f"Set up your nursery: {options['address']}{path}")
        elif Nursery.objects.exclude(name="").exists():
            self.stdout.write("Sign in with your own account.")
