"""The read model of jobs: what the jobs page and the API show, in four queries whatever the number of jobs.

`views` renders it, `api` maps it to JSON. A list is shared by everyone who asks for it within a second (Redis).
A photo that was processed again is shown with its latest run.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from photos.models import Upload
from photos.storage import object_store
from photos.storage.circuit_breaker import Mode
from processing.job_list import progress
from processing.job_list.progress import Queue, RunState
from processing.job_list.rows import JobList, JobRow
from processing.models import Job, JobQuerySet, ProcessingSession
from processing.problems import CATALOGUE
from processing.statuses import UNFINISHED, Phase, RunStatus
from stock.intervals import Learned, measured_counts, read_learned

VISIBLE_FOR = timedelta(hours=48)
LONGEST_LIST = 200
LONGEST_LOOK = 1000  # how far to look into the queue of all users, at each poll
LIST_CACHE_SECONDS = 1
STARTED_KEY = "jobs:started"
AVERAGES_CACHE_SECONDS = 10  # if longer, a first batch shows typical times until it is done
AVERAGED_PHOTOS = 50
# How long the highest percentage shown for a run is remembered: as long as any run may take.
PERCENT_CACHE_SECONDS = 3600

Value = TypeVar("Value")


def recent_jobs() -> JobList:
    """The newest jobs of the last 48 hours, of all users."""
    return shared_list("recent", lambda: _make_list(_recent()))


def upload_jobs(upload_session_id: UUID) -> JobList:
    """The jobs of one upload session, however old.

    Raises:
        NotFoundError: there is no such upload session.
    """

    def make() -> JobList:
        jobs = _make_list(Job.objects.filter(upload_id=upload_session_id))
        if not jobs.jobs and not Upload.objects.filter(pk=upload_session_id).exists():
            raise NotFoundError(_("There is no such upload session."))
        return jobs

    return shared_list(f"upload:{upload_session_id}", make)


def one_job(job_id: UUID) -> JobRow:
    """One job, the latest of its photo or not.

    Raises:
        NotFoundError: there is no such job.
    """

    def make() -> JobRow:
        rows = _make_rows(Job.objects.filter(pk=job_id))
        if not rows:
            raise NotFoundError(_("There is no such job."))
        return rows[0]

    return shared(f"one:{job_id}", make)


def seconds_until_done(jobs: Sequence[Job]) -> int:
    """Seconds until the last of these new jobs is done, behind the queue as it was up to a second ago."""
    now = timezone.now()
    queue, queued_at = _queue(now), min(job.created_at for job in jobs).timestamp()
    before = [moment for moment in queue.waiting_since if moment < queued_at]
    last = RunState(RunStatus.PENDING, jobs[-1].phase, waiting=True, queued_at=now.timestamp())
    return progress.remaining_seconds(last, replace(queue, waiting_since=(*before, *[queued_at] * (len(jobs) - 1))))


def shared(name: str, make: Callable[[], Value], *, seconds: int = LIST_CACHE_SECONDS) -> Value:
    """The value cached in Redis under `name`, computed if missing: many pollers cost as much as one."""
    key = f"jobs:{name}"
    kept = cache.get(key)
    if kept is None:
        kept = make()
        cache.set(key, kept, seconds)
    return cast(Value, kept)


def shared_list(name: str, make: Callable[[], Value]) -> Value:
    """Like `shared`, but never older than the newest run.

    A person who starts a run looks at the page at once, and a page without unfinished jobs does not poll.
    """
    return shared(f"{cache.get(STARTED_KEY, '')}:{name}", make)


def mark_started() -> None:
    """Record that runs were started, so that older lists are no longer used."""
    cache.set(STARTED_KEY, uuid4().hex, timeout=None)


def _recent() -> JobQuerySet:
    return Job.objects.filter(created_at__gte=timezone.now() - VISIBLE_FOR)


def _make_list(jobs: JobQuerySet) -> JobList:
    later_run = Job.objects.filter(image=OuterRef("image"), created_at__gt=OuterRef("created_at"))
    latest = jobs.filter(~Exists(later_run), image__deleted_at=None).order_by("-created_at")
    made_at = timezone.now()
    rows = _make_rows(latest[:LONGEST_LIST])
    return JobList(jobs=rows, made_at=made_at, is_cut=len(rows) == LONGEST_LIST, storage_away=_misses_the_storage(rows))


def _misses_the_storage(rows: tuple[JobRow, ...]) -> bool:
    """Whether unfinished work waits for S3: it was postponed, or the workers' breaker is open.

    The breaker alone is not enough: it opens after ten failures, and a single photo has fewer.
    """
    unfinished = [row for row in rows if row.unfinished]
    put_off = any(row.awaits_storage for row in unfinished)
    return put_off or (bool(unfinished) and object_store.breaker_mode() is not Mode.CLOSED)


# Columns that are copied to the row under the same name.
_PLAIN_COLUMNS = {
    "job_id": "job_id",
    "image_id": "image_id",
    "upload_id": "image__upload_id",
    "filename": "image__original_filename",
    "status": "status",
    "phase": "phase",
    "awaits_storage": "awaits_storage",
    "error": "error",
    "uploaded_at": "image__created_at",
    "updated_at": "updated_at",
    "session_id": "session__session_id",
    "total_detected": "session__total_detected",
    "total_estimated": "session__total_estimated",
    "partial": "session__partial",
    "storage_location_id": "session__storage_location_id",
}
_STATE_COLUMNS = ("status", "phase", "held_by", "created_at", "phase_started_at", "tiles_done", "tiles_total")
_OTHER_COLUMNS = (
    "problem",
    "started_at",
    "finished_at",
    "image__stored_at",
    "image__s3_key_thumbnail",
    "image__thumbnail_stored_at",
    "session__storage_location__name",
    "session__storage_location__storage_area__name",
    "session__storage_location__storage_area__warehouse__name",
)


def _make_rows(jobs: JobQuerySet) -> tuple[JobRow, ...]:
    measured = measured_counts(session_id=OuterRef("session__session_id"))
    columns = {*_PLAIN_COLUMNS.values(), *_STATE_COLUMNS, *_OTHER_COLUMNS}
    records = list(jobs.annotate(measured=Subquery(measured)).values(*columns, "measured"))
    learned = read_learned() if any(record["measured"] for record in records) else Learned({})
    now = timezone.now()
    if not any(record["status"] in UNFINISHED for record in records):
        return tuple(_make_row(record, Queue(), learned, now) for record in records)
    queue = _queue(now)
    return _never_backwards(tuple(_make_row(record, queue, learned, now) for record in records))


def _make_row(record: dict[str, Any], queue: Queue, learned: Learned, now: datetime) -> JobRow:
    run = _run_state(record, now)
    started, finished = record["started_at"], record["finished_at"]
    return JobRow(
        **{name: record[column] for name, column in _PLAIN_COLUMNS.items()},
        thumbnail_key=record["image__s3_key_thumbnail"] or "",
        thumbnail_stored_at=record["image__thumbnail_stored_at"],
        waiting=run.waiting,
        stored=record["image__stored_at"] is not None,
        problem=CATALOGUE.get(record["problem"]),
        progress_percent=progress.percent_done(run, queue.averages),
        remaining_seconds=progress.remaining_seconds(run, queue) if run.status in UNFINISHED else 0,
        processing_seconds=round((finished - started).total_seconds()) if started and finished else 0,
        location_name=_location_name(record),
        margin=learned.margin_of(record["measured"]),
    )


def _run_state(record: dict[str, Any], now: datetime) -> RunState:
    since = record["phase_started_at"]
    return RunState(
        status=record["status"],
        phase=record["phase"],
        waiting=not record["held_by"] and record["phase"] in (Phase.STORE, Phase.LOCATE),
        queued_at=record["created_at"].timestamp(),
        seconds_in_phase=(now - since).total_seconds() if since else 0.0,
        tiles_done=record["tiles_done"],
        tiles_total=record["tiles_total"],
    )


def _location_name(record: dict[str, Any]) -> str:
    """The location as `StorageLocation.full_name` has it; empty without one."""
    place = "session__storage_location__"
    names = (
        record[f"{place}storage_area__warehouse__name"],
        record[f"{place}storage_area__name"],
        record[f"{place}name"],
    )
    return " - ".join(name for name in names if name)


def _queue(now: datetime) -> Queue:
    """The unfinished work of all users, which decides how long a photo waits; of a long queue only its front."""

    def make() -> Queue:
        unfinished = Job.objects.unfinished().order_by("created_at")
        runs = [_run_state(record, now) for record in unfinished.values(*_STATE_COLUMNS)[:LONGEST_LOOK]]
        further, newest = _count_beyond(unfinished) if len(runs) == LONGEST_LOOK else (0, 0.0)
        return Queue(
            waiting_since=tuple(run.queued_at for run in runs if run.waiting),
            further=further,
            newest=newest,
            at_work=tuple(run for run in runs if not run.waiting),
            averages=shared("averages", _measured_averages, seconds=AVERAGES_CACHE_SECONDS),
        )

    return shared("queue", make)


def _count_beyond(unfinished: JobQuerySet) -> tuple[int, float]:
    """How many jobs are behind the front of the queue, nearly all of them waiting, and when the last was queued."""
    found = unfinished.aggregate(number=Count("pk"), newest=Max("created_at"))
    return max(0, found["number"] - LONGEST_LOOK), found["newest"].timestamp() if found["newest"] else 0.0


def _measured_averages() -> dict[str, float]:
    """Seconds of each phase over the last photos that went through every phase."""
    counted = ProcessingSession.objects.filter(status=RunStatus.COMPLETED, detections_from=None).order_by("-created_at")
    return progress.average_seconds(list(counted.values_list("phase_seconds", flat=True)[:AVERAGED_PHOTOS]))


def _never_backwards(rows: tuple[JobRow, ...]) -> tuple[JobRow, ...]:
    """Rows with at least the percentage shown before: averages change, and after a lost worker a phase restarts."""
    keys = {row.job_id: f"jobs:percent:{row.job_id}" for row in rows if row.status == RunStatus.PROCESSING}
    shown = cache.get_many(keys.values())
    percents = {
        row.job_id: max(row.progress_percent, shown.get(keys[row.job_id], 0)) for row in rows if row.job_id in keys
    }
    risen = {keys[job_id]: percent for job_id, percent in percents.items() if percent != shown.get(keys[job_id])}
    if risen:
        cache.set_many(risen, PERCENT_CACHE_SECONDS)
    return tuple(replace(row, progress_percent=percents.get(row.job_id, row.progress_percent)) for row in rows)
