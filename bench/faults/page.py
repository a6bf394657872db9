"""Keeps the results of both commands in faults.json, and writes faults.md and faults.csv from them."""

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.accuracy.markdown import table
from bench.faults.breakages import SERVES_PAGES

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
PAGE = """# Faults

`python -m bench.faults` breaks one part of Demeter after the other while photos are uploaded, stored and counted, and
compares every row with an undisturbed run of the same pictures. It runs the real PostgreSQL, Valkey, SeaweedFS,
gunicorn, workers and beat, restarted by the supervisor of `bin/up`, with the trained models on small synthetic
pictures. Leases are seconds instead of minutes (`bench/faults/settings.py`); the circuit breaker and the retries after
an outage of the storage have their real times. Measured on {cores} cores shared with other work.
"""
CAMPAIGN = """## Every part killed, stopped or starved

{rounds} rounds of {photos} photos (seed {seed}), one fault in each, at a random moment. An undisturbed round takes
{undisturbed_seconds:.0f} s.

{table}
Each fault has a row in [faults.csv](faults.csv).

- *Killed*: `kill -9` of one process, or of all of a program. *Stopped*: SIGSTOP for {pause} s.
- *Lost*: a photo that was not acknowledged, is not in S3 byte for byte, or whose job did not complete.
- *Stuck*: done later than an undisturbed run plus twice the longest lease ({lease:.0f} s) after the fault.
- *Double*: two rows, jobs or sets of boxes of one photo, or a ledger that differs from the stock.
- *Counted differently*: any count, problem or location that differs from the undisturbed run.
- *Swept*: files in staging that no row names, left by a killed web process. Their uploads were not acknowledged, the
  page sent them again, and the sweep removes the files within the hour.
"""
PAGES = """- *Pages*: what a worker, a supervisor and an administrator who are signed in load meanwhile. They may be
  slow or fail while the web or the database is down, and none may be a 500. Of the {others} pages beside other faults
  {slow} took over 2 s, the slowest {longest:.1f} s.
"""
AWAY = """## The storage down for {away_seconds:.0f} seconds

{photos} photos are uploaded while SeaweedFS is stopped (`python -m bench.faults.storage_away`); the circuit breaker's
transitions are in [faults.json](faults.json).

| | |
|---|---|
| photos acknowledged while the storage was down | {received_while_away} of {photos} |
| failed requests of the upload | {failures} |
| slowest answer to an upload | {slowest_answer:.1f} s |
| loads of the upload page while the storage was down, failed | {page_loads}, {page_failures} |
| photos in S3 when it came back | {stored_at_return} |
| all in S3, byte for byte, after it came back | {stored_after:.0f} s |
| all counted after it came back | {counted_after:.0f} s |
| photos shown as failed meanwhile | {seen_failed} |
| lost, double, left in staging | {lost}, {double}, {left_over} |
"""
FOUND = """## Faults that were found and fixed

- Earlier, each photo waited for its own retry after an outage: 5 of 20 photos were done 123 to 143 s late after
  SeaweedFS was killed for a second, and the last of 100 photos was stored 591 s after an outage of five minutes. Now
  recovery checks the storage while photos wait for it, and all of them continue once it answers.
- PostgreSQL was killed while eight photos were being stored. Celery could not store that the tasks had failed, dropped
  their messages without acknowledging them, and the io worker took no more work: 11 photos stayed in staging until a
  restart. Now a result that cannot be stored is left out (`demeter/common/celery_results.py`).
- Photos that were being counted took the processors from the pages: 6 of 15,500 took over 2 s, at most 2.4 s, and the
  first page of a new web process 6.9 s. Now the workers that count leave the processors to others
  (`demeter/common/background.py`), and a web process is warm before its first visitor.
"""


def write_report(folder: Path, part: str, figures: Figures) -> None:
    """Replace one part of faults.json (`campaign` or `away`) and write the page and the table from both."""
    file = folder / "faults.json"
    report = json.loads(file.read_text()) if file.is_file() else {}
    report[part] = figures
    file.write_text(json.dumps(report, indent=1) + "\n")
    (folder / "faults.md").write_text(make_page(report))
    if "campaign" in report:
        (folder / "faults.csv").write_text(make_csv(report["campaign"]["breakages"]))


def make_page(report: Figures) -> str:
    """faults.md."""
    parts = [PAGE.format(cores=os.cpu_count())]
    if "campaign" in report:
        parts.append(_campaign_part(report["campaign"]))
    if "away" in report:
        parts.append(AWAY.format(**report["away"]))
    return "\n".join([*parts, FOUND])


def make_csv(breakages: Mapping[str, Figures]) -> str:
    """faults.csv: a line for each fault."""
    heads, rows, _totals = _rows(breakages)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["fault", *heads], *rows])
    return text.getvalue()


def show_table(breakages: Mapping[str, Figures]) -> str:
    """The table with its totals, for a terminal."""
    heads, rows, totals = _rows(breakages)
    return table(["fault", *heads], [*rows, ["all", *totals]])


def _campaign_part(figures: Figures) -> str:
    heads, _lines, totals = _rows(figures["breakages"])
    rounds, photos = totals[:2]
    text = CAMPAIGN.format(
        **{
            **figures,
            "rounds": rounds,
            "photos": photos // rounds,
            "table": table(["in all rounds", ""], list(zip(heads, totals, strict=True))[1:]),
        }
    )
    return text + _pages_part(figures["breakages"]) if COLUMNS["pages"] in heads else text


def _pages_part(breakages: Mapping[str, Figures]) -> str:
    others = [own for name, own in breakages.items() if not name.startswith(SERVES_PAGES)]
    return PAGES.format(
        others=sum(own["pages"] for own in others),
        slow=sum(own["slow_pages"] for own in others),
        longest=max(own["longest_page"] for own in others),
    )


def _rows(breakages: Mapping[str, Figures]) -> tuple[list[str], list[list[Any]], list[Any]]:
    """The columns that were measured, a line for each fault, and the totals."""
    columns = [column for column in COLUMNS if any(column in own for own in breakages.values())]
    rows = [[name, *(own.get(column, 0) for column in columns)] for name, own in breakages.items()]
    totals: list[Any] = []
    for column in columns:
        values = [own.get(column, 0) for own in breakages.values()]
        totals.append(max(values) if column.startswith("longest") else sum(values))
    return [COLUMNS[column] for column in columns], rows, totals
