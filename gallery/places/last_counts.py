"""The last count of a location and its age, for the map, its list and a location's page.

Two subqueries per location, answered by the indexes of its photos and visits: one query for all locations, for any
number of photos, and two for their intervals. The last count is that of the newest photo, with the others of its visit.
A refused count is included once somebody has signed it off, a photo with a doubtful date once somebody has corrected
it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from locations.models.places import StorageLocationQuerySet
from photos.models import S3Image
from processing.models import ProcessingSession
from processing.statuses import RunStatus
from stock.conformal import Interval, interval_around
from stock.intervals import margins_of_visits, read_learned
from stock.models import Visit


@dataclass(frozen=True)
class AgeClass:
    """Counts up to `days` old; None means no limit. `code` is for style sheets and scripts."""

    code: str
    days: int | None
    words: Promise


AGE_CLASSES = (
    AgeClass("week", 7, _("counted in the last 7 days")),
    AgeClass("month", 30, _("8 to 30 days ago")),
    AgeClass("quarter", 90, _("31 to 90 days ago")),
    AgeClass("older", None, _("more than 90 days ago")),
)
NEVER = AgeClass("never", None, _("never counted"))


@dataclass(frozen=True)
class LastCount:
    """The newest visit of a location: `plants` seen and hidden at `seen_at`.

    `image_id` is the newest of its `photos`. `is_open`: a person is asked about its photos. Only counts
    in the stock, where it is known what grows, have an `interval`.
    """

    image_id: UUID
    seen_at: datetime
    plants: int
    validated: bool
    photos: int = 1
    is_open: bool = False
    visit_id: int | None = None
    interval: Interval | None = None

    @property
    def age(self) -> AgeClass:
        """The age class of the count."""
        days = (timezone.now() - self.seen_at) / timedelta(days=1)
        return next(age for age in AGE_CLASSES if age.days is None or days <= age.days)

    @property
    def age_words(self) -> str:
        """The age in words: "today", "12 days ago"."""
        days = (timezone.localdate() - timezone.localdate(self.seen_at)).days
        return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days} if days else gettext("today")


def with_last_count(locations: StorageLocationQuerySet) -> StorageLocationQuerySet:
    """Annotate locations with their last count, for `read_last_count`."""
    counts = (
        ProcessingSession.objects.filter(
            Q(refusal="") | Q(validated=True),
            original_image__storage_location=OuterRef("pk"),
            original_image__kind=S3Image.Kind.PHOTO,
            original_image__deleted_at=None,
            original_image__date_doubt="",
            status=RunStatus.COMPLETED,
        )
        .order_by("-original_image__moment", "-original_image__image_id", "-created_at", "-pk")
        .values(
            found=JSONObject(
                image_id="original_image_id",
                seen_at="original_image__moment",
                plants="total_estimated",
                validated="validated",
            )
        )
    )
    visits = (
        Visit.objects.filter(location=OuterRef("pk"), photos__gt=0)
        .order_by("-last_at")
        .values(
            found=JSONObject(
                visit_id="pk",
                first_at="first_at",
                last_at="last_at",
                plants="quantity",
                photos="photos",
                is_open="is_open",
            )
        )
    )
    return locations.annotate(last_count=Subquery(counts[:1]), last_visit=Subquery(visits[:1]))


def read_last_count(location: object) -> LastCount | None:
    """The last count of a location, or of a named tuple, from `with_last_count`; None if it was never counted."""
    found = getattr(location, "last_count")  # noqa: B009 - an annotation, which the type does not know
    if found is None:
        return None
    last = LastCount(
        image_id=UUID(found["image_id"]),
        seen_at=datetime.fromisoformat(found["seen_at"]),
        plants=found["plants"],
        validated=found["validated"],
    )
    visit = getattr(location, "last_visit")  # noqa: B009 - as above
    if visit is None or not _happened_on(visit, last.seen_at):
        return last
    if visit["photos"] == 1:
        return replace(last, visit_id=visit["visit_id"])
    return replace(last, **{name: visit[name] for name in ("plants", "photos", "is_open", "visit_id")})


def read_last_counts(locations: Iterable[object]) -> list[LastCount | None]:
    """The last counts of several locations, as `read_last_count`, with their intervals. Two queries."""
    found = [read_last_count(location) for location in locations]
    visits = {last.visit_id for last in found if last and last.visit_id}
    margins = margins_of_visits(visits, read_learned()) if visits else {}
    return [
        replace(last, interval=interval_around(last.plants, margins.get(last.visit_id)))
        if last and last.visit_id
        else last
        for last in found
    ]


def _happened_on(visit: Mapping[str, str], moment: datetime) -> bool:
    return datetime.fromisoformat(visit["first_at"]) <= moment <= datetime.fromisoformat(visit["last_at"])
