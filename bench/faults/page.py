"""Keeps the figures of both commands in faults.json and writes faults.md from them."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.accuracy.markdown import table

Figures = Mapping[str, Any]
COLUMNS = {
    "rounds": "rounds",
    "photos": "photos",
    "longest_fault": "longest fault, s",
    "longest_after_fault": "longest until all were done after it, s",
    "lost": "lost",
    "stuck": "stuck",
    "double": "double",
    "different": "counted differently",
    "left_over": "left in staging",
    "swept": "swept",
    "pages": "pages",
    "longest_page": "slowest page, s",
    "slow_pages": "pages over 2 s",
    "failed_pages": "pages failed",
    "status_500": "of these 500",
}
HEAD = """# Faults

What becomes of photos when parts of Demeter die, written by `python -m bench.faults` on {cores} cores shared with other
work. Real PostgreSQL, Valkey, SeaweedFS, gunicorn, workers and beat, restarted by the supervisor of `bin/up`; the
trained models on small synthetic pictures. The leases are seconds instead of minutes (`bench/faults/settings.py`); the
circuit breaker and the retries after an outage of the storage have their real times.
"""
CAMPAIGN = """## The campaign

{rounds} rounds of {photos} photos, seed {seed}. In each one fault, at a moment drawn by the seed, while photos are
uploaded, stored and counted; then all rows are compared with an undisturbed run of the same pictures by the same
servers ({undisturbed_seconds:.0f} s).

{table}
*Killed*: `kill -9` of one process or of all of a program. *Stopped*: SIGSTOP for {pause} s. *Lost*: a photo that was
not acknowledged, is not in S3 byte for byte, or whose job did not complete. *Stuck*: done later than twice the longest
lease ({lease:.0f} s) after the fault and the time of an undisturbed run. *Double*: two rows, jobs or sets of boxes of
one photo, or a ledger that is not the stock. *Different*: any count, problem or place that differs from the undisturbed
run. *Swept*: files in staging that no row names, left by a web process killed in the middle; they are not photos that
were acknowledged, and the sweep removes them within the hour. *Pages*: what a worker, a supervisor and an administrator
who are signed in load meanwhile (gallery, review, map, stock, jobs and others). They are slow or fail while web or
database are away, and must not otherwise; none may be a 500.
"""
AWAY = """## The storage away for {away_seconds:.0f} seconds

{photos} photos are uploaded while SeaweedFS is stopped (`python -m bench.faults.storage_away`).

| | |
|---|---|
| photos acknowledged by the upload while the storage was away | {received_while_away} of {photos} |
| failed requests of the upload | {failures} |
| slowest answer to an upload | {slowest_answer:.1f} s |
| loads of the upload page while the storage was away, failed | {page_loads}, {page_failures} |
| photos in S3 when it came back | {stored_at_return} |
| all in S3, byte for byte, after it came back | {stored_after:.0f} s |
| all counted after it came back | {counted_after:.0f} s |
| photos shown as failed meanwhile | {seen_failed} |
| lost, double, left in staging | {lost}, {double}, {left_over} |

The breaker in the log:

    {transitions}
"""


FOUND = """## What it found

Before these figures, with seed 1: after SeaweedFS was killed for a second the breaker opened, and 5 of 20 photos were
done 123 to 143 s after they were due, because each waited for its own retry; after an outage of five minutes the last
of 100 photos was stored 591 s after the storage was back. Since then recovery asks the storage while anything waits for
it, and all of it goes on when it answers.

With seed 21, round 89: PostgreSQL was killed while eight photos were being stored. Celery could not store that these
tasks had failed, dropped their messages without acknowledging them, and the io worker waited for eight answers that
would never come: 11 photos stayed in staging until somebody would have started the worker again. Since then a result
that cannot be stored is left out (`demeter/common/celery_results.py`).

A file that was swept was being staged when its web process was killed. The page had no answer and sent the photo again.
"""


def write_report(folder: Path, part: str, figures: Figures) -> None:
    """Replace one part of faults.json (`campaign` or `away`) and write the page from both."""
    file = folder / "faults.json"
    report = json.loads(file.read_text()) if file.is_file() else {}
    report[part] = figures
    file.write_text(json.dumps(report, indent=1) + "\n")
    (folder / "faults.md").write_text(make_page(report))


def make_page(report: Figures) -> str:
    """faults.md."""
    parts = [HEAD.format(cores=os.cpu_count())]
    if "campaign" in report:
        parts.append(_campaign_part(report["campaign"]))
    if "away" in report:
        away = report["away"]
        parts.append(AWAY.format(**{**away, "transitions": "\n    ".join(away["transitions"])}))
    return "\n".join([*parts, FOUND])


def _campaign_part(figures: Figures) -> str:
    rows, totals = _rows(figures["breakages"])
    return CAMPAIGN.format(
        **{
            **figures,
            "rounds": totals[0],
            "photos": totals[1] // totals[0],
        },
        table=table(["fault", *COLUMNS.values()], [*rows, ["**all**", *totals]]),
    )


def show_table(breakages: Mapping[str, Figures]) -> str:
    """The table alone, for a terminal."""
    rows, totals = _rows(breakages)
    return table(["fault", *COLUMNS.values()], [*rows, ["all", *totals]])


def _rows(breakages: Mapping[str, Figures]) -> tuple[list[list[Any]], list[Any]]:
    """A line for each fault, and their sums."""
    rows = [[name, *(own.get(column, 0) for column in COLUMNS)] for name, own in breakages.items()]
    totals = [sum(own.get(column, 0) for own in breakages.values()) for column in COLUMNS]
    for place, column in enumerate(COLUMNS):
        if column.startswith("longest"):
            totals[place] = max(own.get(column, 0) for own in breakages.values())
    return rows, totals
