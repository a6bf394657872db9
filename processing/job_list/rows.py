"""Jobs as shown: frozen rows, their totals, and their labels.
`processing.job_list.queries` makes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import md5
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from demeter.common.i18n.messages import Message
from photos.storage.thumbnails import thumbnail_url
from processing.job_list import progress
from processing.problems import Problem
from processing.statuses import UNFINISHED, Phase, RunStatus
from stock.conformal import Interval, Margin, add_margins, interval_around

# A row may become visible this long after the time written in it.
LATE_COMMITS = timedelta(seconds=5)
STEPS: dict[str, StrOrPromise] = {
    Phase.STORE: _("Storing"),
    Phase.LOCATE: _("Finding the location"),
    Phase.SEGMENT: _("Finding containers"),
    Phase.DETECT: _("Finding plants"),
    Phase.AGGREGATE: _("Adding up"),
}

MILESTONES: tuple[StrOrPromise, ...] = (
    "",
    _("A quarter of the photos are done."),
    _("Half of the photos are done."),
    _("Three quarters of the photos are done."),
)


@dataclass(frozen=True)
class JobRow:
    """One run of one photo, as shown. Seconds and percent are those of the moment of the query."""

    job_id: UUID
    image_id: UUID
    upload_id: UUID | None
    filename: str
    thumbnail_key: str
    thumbnail_stored_at: datetime | None
    status: str
    phase: str
    waiting: bool
    awaits_storage: bool
    stored: bool
    problem: Problem | None
    error: Message | None
    uploaded_at: datetime
    updated_at: datetime
    progress_percent: int
    remaining_seconds: int
    processing_seconds: int
    session_id: UUID
    total_detected: int | None
    total_estimated: int | None
    partial: bool
    storage_location_id: int | None
    location_name: str
    margin: Margin | None = None

    @property
    def interval(self) -> Interval | None:
        """Of the estimated number, if the count is in the stock."""
        return interval_around(self.total_estimated or 0, self.margin)

    @property
    def unfinished(self) -> bool:
        """Waiting or at work."""
        return self.status in UNFINISHED

    @property
    def needs_nobody(self) -> bool:
        """Counted, without a problem and without a container that could not be counted."""
        return self.status == RunStatus.COMPLETED and self.problem is None and not self.partial

    @property
    def step(self) -> StrOrPromise:
        """The current step, in words."""
        return STEPS.get(Phase(self.phase), _("Finishing"))

    @property
    def remaining_text(self) -> str:
        """The remaining time as a range."""
        return progress.remaining_in_words(self.remaining_seconds)

    @property
    def thumbnail_url(self) -> str:
        """The URL of the thumbnail; empty until the photo is stored."""
        return thumbnail_url(self.image_id, key=self.thumbnail_key, written_at=self.thumbnail_stored_at) or ""


@dataclass(frozen=True)
class FinishedUpload:
    """The jobs of an upload that needs nobody any more: all are counted, without a problem."""

    jobs: tuple[JobRow, ...]

    @property
    def uploaded_at(self) -> datetime:
        """When its first photo arrived."""
        return min(job.uploaded_at for job in self.jobs)

    @property
    def plants(self) -> int:
        return sum(job.total_estimated or 0 for job in self.jobs)

    @property
    def interval(self) -> Interval | None:
        """Of all their plants; None if that of one count is not known."""
        return interval_around(self.plants, add_margins(job.margin for job in self.jobs))

    @property
    def location_name(self) -> str:
        """The location of all of them; empty if there are several, or none is known."""
        names = {job.location_name for job in self.jobs}
        return names.pop() if len(names) == 1 else ""


@dataclass(frozen=True)
class JobList:
    """Jobs, newest first, and their totals. `is_cut`: there are older ones that are not shown.

    `storage_away`: some are unfinished, and S3 is known to be unavailable.
    """

    jobs: tuple[JobRow, ...]
    made_at: datetime
    is_cut: bool = False
    storage_away: bool = False

    @cached_property
    def finished_uploads(self) -> tuple[FinishedUpload, ...]:
        """The uploads to fold on a page: finished ones, but for the newest, at which its sender still looks."""
        uploads: dict[UUID | None, list[JobRow]] = {}
        for job in self.jobs:
            uploads.setdefault(job.upload_id, []).append(job)
        earlier = list(uploads.values())[1:]
        return tuple(FinishedUpload(tuple(jobs)) for jobs in earlier if all(job.needs_nobody for job in jobs))

    @property
    def open_jobs(self) -> tuple[JobRow, ...]:
        """The jobs of all other uploads."""
        folded = {upload.jobs[0].upload_id for upload in self.finished_uploads}
        return tuple(job for job in self.jobs if job.upload_id not in folded)

    def changed_since(self, moment: datetime) -> tuple[JobRow, ...]:
        """The rows that have changed on a page made at `moment`: unfinished ones, and those written since."""
        written_since = moment - LATE_COMMITS
        return tuple(job for job in self.jobs if job.unfinished or job.updated_at >= written_since)

    @cached_property
    def order(self) -> str:
        """A hash of the rows and their order, for a page to compare."""
        return md5(b"".join(job.job_id.bytes for job in self.jobs), usedforsecurity=False).hexdigest()[:12]

    @cached_property
    def overall_percent(self) -> float:
        """The mean of the jobs' percents, one decimal."""
        return progress.overall_percent([job.progress_percent for job in self.jobs])

    @property
    def remaining_text(self) -> str:
        """The time until the last of these jobs is done, as a range."""
        return progress.remaining_in_words(max((job.remaining_seconds for job in self.jobs), default=0))

    def count(self, status: str) -> int:
        """How many jobs are in a status."""
        return sum(job.status == status for job in self.jobs)

    @cached_property
    def totals(self) -> "Totals":
        """The number of photos in each state, as people see them."""
        completed = [job for job in self.jobs if job.status == RunStatus.COMPLETED]
        needing_help = sum(job.problem is not None for job in completed)
        return Totals(
            photos=len(self.jobs),
            stored=sum(job.stored for job in self.jobs),
            counted=len(completed) - needing_help,
            needing_help=needing_help,
            failed=self.count(RunStatus.FAILED),
            unfinished=sum(job.unfinished for job in self.jobs),
        )


@dataclass(frozen=True)
class Totals:
    """Photos by state: counted, counted but waiting for a person, failed, unfinished."""

    photos: int
    stored: int
    counted: int
    needing_help: int
    failed: int
    unfinished: int

    @property
    def finished(self) -> int:
        """Photos that no longer change by themselves."""
        return self.photos - self.unfinished

    @property
    def milestone(self) -> str:
        """The text to announce to screen readers: each quarter of the photos, and the end."""
        if not self.photos:
            return ""
        if not self.unfinished:
            done = ngettext("The photo is done.", "All %(number)d photos are done.", self.photos)
            return done % {"number": self.photos}
        quarters = self.finished * 4 // self.photos
        return str(MILESTONES[quarters])
