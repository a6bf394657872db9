"""A photo's status as a badge: an icon and a label, never colour alone."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from photos.models import S3Image
from photos.statuses import ImageStatus
from processing.problems import CATALOGUE, INTERNAL_ERROR, Problem
from processing.statuses import RunStatus

Tone = Literal["ready", "working", "waiting", "warning", "error"]


@dataclass(frozen=True)
class Badge:
    """`tone` names the colour class, `icon` a symbol of `_icons.html`; `problem` is the problem it links to."""

    tone: Tone
    icon: str
    label: StrOrPromise
    problem: Problem | None = None

    @property
    def unfinished(self) -> bool:
        """Whether the badge will change by itself."""
        return self.tone in ("working", "waiting")


READY = Badge("ready", "check", _("Ready"))
PROCESSING = Badge("working", "working", _("Processing"))
WAITING = Badge("waiting", "clock", _("Waiting"))
SIGNED_OFF = Badge("ready", "review", _("Signed off"))
IN_DOUBT = Badge("warning", "info", _("In doubt"))


def problem_of(image: S3Image) -> Problem | None:
    """The catalogue's entry for a failed photo; an unknown code counts as a processing error."""
    if image.status != ImageStatus.FAILED:
        return None
    return CATALOGUE.get(image.problem, INTERNAL_ERROR)


def badge_of(image: S3Image, *, newest_run: str | None) -> Badge:
    """Blue while a run is unfinished, green when ready, yellow for problems that a person can fix, red for failures.

    `newest_run` is the status of the photo's newest session: the photo itself does not change before the run starts.
    """
    if newest_run == RunStatus.PENDING:
        return WAITING
    if newest_run == RunStatus.PROCESSING:
        return PROCESSING
    problem = problem_of(image)
    if problem is not None:
        return Badge(problem.severity, problem.severity, problem.title, problem)
    return READY if image.status == ImageStatus.READY else WAITING
