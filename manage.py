#!/usr/bin/env python3
"""Django's command line for Demeter."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command with Demeter's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demeter.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
