"""Actions on all photos that need attention for one cause: run them again, or dismiss them.

`gallery.todo.views` calls this. A hundred thousand photos are handled in parts, so that no request takes minutes.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import InvalidInputError
from photos.models import PhotoEvent, S3Image
from photos.statuses import PhotoAction
from processing.jobs import Restarted, reprocess_photos
from processing.messages import AGAIN_FOR
from processing.problems import CATALOGUE, Problem

AT_ONCE = 500


def retry_cause(*, code: str, user: User) -> Restarted:
    """Run the photos that have waited longest for this cause again, at most AT_ONCE.
    Raises InvalidInputError: no such cause."""
    problem = _find(code)
    waiting = S3Image.objects.to_do().filter(problem=code).order_by("created_at")
    image_ids = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    return reprocess_photos(image_ids=image_ids, user=user, reason=AGAIN_FOR(problem=problem.code))


@transaction.atomic
def acknowledge_cause(*, code: str, user: User) -> int:
    """Dismiss the photos that have waited longest for this cause, at most AT_ONCE; how many.
    Raises InvalidInputError.

    They keep their problem and can still be fixed; a new run ends the dismissal.
    """
    _find(code)
    waiting = S3Image.objects.to_do().filter(problem=code).order_by("created_at")
    images = list(waiting.select_for_update(skip_locked=True)[:AT_ONCE])
    S3Image.objects.filter(pk__in=[image.pk for image in images]).update(acknowledged_at=timezone.now())
    PhotoEvent.objects.bulk_create(
        PhotoEvent(image=image, action=PhotoAction.ACKNOWLEDGED, user=user) for image in images
    )
    return len(images)


def _find(code: str) -> Problem:
    if code not in CATALOGUE:
        raise InvalidInputError(_("There is no such cause."))
    return CATALOGUE[code]
