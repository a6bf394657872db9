"""Imports the stand-in of a large nursery through the pages of the import: `python -m bench.large_import [BAYS]`.

On servers of its own. Prints what was made, that the same files change nothing when they are imported again, and the
seconds of each against the target; ends with an error where one of them is not as it must be.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")  # starts the servers of a test run

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - Django first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from bench.large_nursery import BAYS, BEDS, HOUSES  # noqa: E402
from demeter.accounts.models import User  # noqa: E402
from demeter.accounts.roles import SUPERVISOR  # noqa: E402
from tests.gallery.imports.steps import apply, counts, go_on, large_files, send  # noqa: E402
from tests.services import stop_services  # noqa: E402

TARGET_SECONDS = 20.0


@dataclass(frozen=True)
class Result:
    """One pass through the pages: the outcomes of the preview, and the seconds of preview and import."""

    counts: dict[str, int]
    preview_seconds: float
    import_seconds: float

    @property
    def is_in_time(self) -> bool:
        """Whether preview and import together keep to the target."""
        return self.preview_seconds + self.import_seconds <= TARGET_SECONDS

    def __str__(self) -> str:
        outcomes = ", ".join(f"{number:,} {kind}" for kind, number in self.counts.items())
        return f"{outcomes}; preview {self.preview_seconds:.1f} s, import {self.import_seconds:.1f} s"


def import_once(client: Client, bays: int) -> Result:
    """Send the files, take the columns as guessed, and import what the preview shows, if there is anything."""
    files = large_files(bays)
    start = time.monotonic()
    preview = go_on(client, send(client, *files))
    previewed = time.monotonic()
    found = counts(preview)
    if found["made"] or found["changed"]:
        apply(client, preview)
    return Result(found, previewed - start, time.monotonic() - previewed)


def import_twice(client: Client, bays: int, tell: Callable[[str], None]) -> bool:
    """Whether all was made in time, and the second time nothing changed."""
    places = HOUSES + HOUSES * len(BEDS) + bays
    first = import_once(client, bays)
    tell(f"first: {first}")
    second = import_once(client, bays)
    tell(f"again: {second}")
    tell(f"target: preview and import within {TARGET_SECONDS:.0f} s")
    nothing = {"made": 0, "changed": 0, "refused": 0}
    is_right = first.counts == nothing | {"made": places, "unchanged": 0}
    return is_right and second.counts == nothing | {"unchanged": places} and first.is_in_time and second.is_in_time


def main() -> None:
    """A database of its own, dropped afterwards."""
    bays = int(sys.argv[1]) if len(sys.argv) > 1 else BAYS
    setup_test_environment()  # so that answers keep their forms
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        user = User.objects.create_user("supervisor")
        user.groups.add(Group.objects.get(name=SUPERVISOR))
        client = Client()
        client.force_login(user)
        is_right = import_twice(client, bays, lambda text: print(text, flush=True))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        stop_services()
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
