"""Sets up Django, whose models the product's own functions need, and runs the command."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
django.setup()

from bench.learning.command import main  # noqa: E402 - Django first

main()
