"""Setting up a nursery of 10,000 bays: `python -m bench.pages.places [BAYS]`, with servers of its own.

Builds it, requests each page, draws it, imports as many bays, and writes docs/places.csv and its part of docs/pages.md.
"""

import csv
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # starts the servers of a test run

import django

django.setup()

from django.db import connection  # noqa: E402 - Django first
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

import demeter.wsgi  # noqa: E402, F401 - the process that is measured is prepared as the web process is
from bench.pages import setting_up  # noqa: E402
from bench.pages.fill import empty_database  # noqa: E402
from bench.pages.measuring import Measured, ask, busy_ms, describe_machine, measure, sign_in, summarise  # noqa: E402
from demeter.accounts.models import User  # noqa: E402
from locations.forms import MOST_AT_ONCE  # noqa: E402
from locations.importing.mapping import read_mapping  # noqa: E402
from locations.importing.previews import use_mapping  # noqa: E402
from locations.labels.pdf import MAX_LABELS  # noqa: E402
from locations.models import PlaceChange, StorageLocation  # noqa: E402
from locations.place_changes import undo_change  # noqa: E402
from tests.services import stop_services  # noqa: E402

BAYS = 10_000
STEPS_TAKEN = 3
STEP_MS = 20_000.0  # of what is done once and writes thousands of rows
PAGE = Path("docs/pages.md")
TABLE = Path("docs/places.csv")
Row = Mapping[str, str]


def measure_all(bays: int, tell: Callable[[str], None]) -> list[Row]:
    """Every page and step."""
    empty_database()
    client = sign_in("supervisor")
    user = User.objects.get(username="supervisor")
    made = setting_up.make_nursery(bays, user)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that one process does all of it
    rows = []
    for name, target_ms, measured in _everything(bays, client, user, made):
        rows.append(make_row(name, bays, target_ms, measured))
        tell(str(rows[-1]))
    return rows


def _everything(bays: int, client: Client, user: User, made: PlaceChange) -> Iterator[tuple[str, float, Measured]]:
    for visit in setting_up.visits_undrawn(bays, made):
        yield visit.name, visit.target_ms, measure(visit, client)
    yield f"builder, {bays:,} bays made", STEP_MS, take_steps(lambda: build(bays, client))
    yield f"labels, PDF of {MAX_LABELS}", STEP_MS, take_steps(lambda: print_labels(client))
    yield f"configure {MOST_AT_ONCE} bays, saved", STEP_MS, take_steps(lambda: configure(client))
    setting_up.draw_nursery(bays)
    kept = setting_up.keep_import(bays, user)
    use_mapping(kept, read_mapping(kept.mapping))
    for visit in setting_up.visits_drawn(bays, kept):
        yield visit.name, visit.target_ms, measure(visit, client)
    yield f"import, files of {bays:,} bays read", STEP_MS, take_steps(lambda: send_files(bays, client))
    yield f"import, {bays:,} bays previewed", STEP_MS, take_steps(lambda: preview(bays, user))
    yield f"import, {bays:,} bays written", STEP_MS, take_steps(lambda: apply(bays, client, user))


def take_steps(step: Callable[[], tuple[float, float]]) -> Measured:
    """A few times, with the queries of the first."""
    with CaptureQueriesContext(connection) as queries:
        times = [step()]
        asked = len(queries)
    return summarise([*times, *(step() for _ in range(STEPS_TAKEN - 1))], asked)


def build(bays: int, client: Client) -> tuple[float, float]:
    """Made, and undone."""
    answer = ask(client, reverse("places-build"), {}, setting_up.build_form(bays, button="make"))
    undo_change(PlaceChange.objects.latest("made_at").pk)
    return answer


def print_labels(client: Client) -> tuple[float, float]:
    """As many as one PDF holds."""
    house = StorageLocation.objects.earliest("pk").storage_area.warehouse_id
    return ask(client, f"{reverse('labels-pdf')}?warehouse_id={house}&part=1", {})


def configure(client: Client) -> tuple[float, float]:
    """One form for as many bays as it may have."""
    return ask(client, reverse("locations-configure"), {}, setting_up.configure_form())


def send_files(bays: int, client: Client) -> tuple[float, float]:
    """Uploaded, read and kept."""
    return ask(client, reverse("import-places"), {}, {"files": setting_up.import_files(bays)})


def preview(bays: int, user: User) -> tuple[float, float]:
    """The outcome of each row; no page but what its form does."""
    kept = setting_up.keep_import(bays, user)
    start, busy = time.perf_counter(), busy_ms()
    use_mapping(kept, read_mapping(kept.mapping))
    return busy_ms() - busy, (time.perf_counter() - start) * 1000


def apply(bays: int, client: Client, user: User) -> tuple[float, float]:
    """Written, and undone."""
    kept = setting_up.keep_import(bays, user)
    use_mapping(kept, read_mapping(kept.mapping))
    answer = ask(client, reverse("import-apply", args=[kept.pk]), {}, {"digest": kept.digest})
    undo_change(PlaceChange.objects.get(token=kept.pk).pk)
    return answer


def make_row(name: str, bays: int, target_ms: float, measured: Measured) -> Row:
    """As it is written to the table."""
    times = {"median ms": measured.median_ms, "95 % ms": measured.slow_ms, "target ms": target_ms}
    row = {"page": name, "bays": str(bays), **{key: f"{value:.0f}" for key, value in times.items()}}
    return row | {"queries": str(measured.queries), "clock ms": f"{measured.clock_ms:.0f}"}


def summarise_rows(rows: Sequence[Row]) -> str:
    """What docs/pages.md says of all rows."""
    slow = [row["page"] for row in rows if float(row["95 % ms"]) > float(row["target ms"])]
    answered = f"- {len(rows) - len(slow)} of {len(rows)} pages and steps answer within their target"
    return answered + (f", all but: {'; '.join(slow)}." if slow else ".")


def write_page(rows: Sequence[Row]) -> None:
    """Write docs/places.csv, and the part of docs/pages.md about it."""
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    head, _, rest = PAGE.read_text().partition("<!-- places -->\n")
    _, _, tail = rest.partition("<!-- /places -->\n")
    text = f"{describe_machine()}\n\n{summarise_rows(rows)}\n- Every row is in [places.csv](places.csv)."
    PAGE.write_text(f"{head}<!-- places -->\n{text}\n<!-- /places -->\n{tail}")


def main() -> None:
    """A database of its own, filled and dropped."""
    bays = int(sys.argv[1]) if len(sys.argv) > 1 else BAYS
    name = connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        rows = measure_all(bays, lambda text: print(text, flush=True))
        print(summarise_rows(rows))
        if bays == BAYS:
            write_page(rows)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        stop_services()


if __name__ == "__main__":
    main()
