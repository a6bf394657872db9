"""Models in the shadow: they count new photos beside the live models, and nothing follows from their counts.

The training worker does it when it has nothing else to do, in a process that takes what others leave
(`manage.py count_shadows`). At most one training is in the shadow.
"""

import logging
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.common.exceptions import ConflictError, NotFoundError
from learning.figures import share_off
from learning.models import RunState, ShadowCount, TrainingRun
from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import UnreadablePictureError
from photos.storage.object_store import OriginalLostError, read_original
from processing.models import ProcessingSession
from processing.pipeline.beside import count_beside
from processing.pipeline.photo_count import open_picture
from processing.review.outcome import config_of
from processing.review.recount import model_totals
from processing.runtime.inference import read_models
from processing.runtime.stored_weights import fetch_models
from processing.statuses import RunStatus
from stock.models import Validation

logger = logging.getLogger(__name__)
AT_ONCE = 20


@dataclass(frozen=True)
class Shadow:
    """What the counts in the shadow say so far. Shares are of the live count, or of the true number where `judged`
    photos were validated since."""

    photos: int
    live: int
    total: int
    difference: float
    seconds: float
    judged: int
    live_error: float
    error: float


def switch_shadow(run_id: int, *, on: bool) -> TrainingRun:
    """Let the models of a training count in the shadow, or no longer.

    Raises NotFoundError, or ConflictError if another training is in the shadow, or this one has no models.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # two at once would not see each other
            cursor.execute("LOCK TABLE training_runs IN SHARE ROW EXCLUSIVE MODE")
        run = TrainingRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            raise NotFoundError(_("There is no training with this number."))
        if on and run.state != RunState.TRAINED:
            raise ConflictError(_("This training has no models."))
        other = TrainingRun.objects.filter(in_shadow=True).exclude(pk=run_id).first()
        if on and other is not None:
            raise ConflictError(_("Training %(number)d is on trial. End that trial first.") % {"number": other.pk})
        if on and not run.in_shadow:
            run.shadow_since = timezone.now()
        run.in_shadow = on
        run.save(update_fields=["in_shadow", "shadow_since", "updated_at"])
        return run


def has_due() -> bool:
    """Whether a photo waits to be counted in the shadow."""
    run = TrainingRun.objects.filter(in_shadow=True).first()
    return run is not None and due_sessions(run).exists()


def due_sessions(run: TrainingRun) -> QuerySet[ProcessingSession]:
    """Counts since the models are in the shadow that they have not counted, newest first."""
    counted = ShadowCount.objects.filter(run=run, session_id=OuterRef("session_id"))
    return ProcessingSession.objects.filter(
        ~Exists(counted),
        status=RunStatus.COMPLETED,
        created_at__gte=run.shadow_since,
        original_image__deleted_at=None,
        original_image__stored_at__isnull=False,
    ).order_by("-created_at")


def count_due() -> int:
    """Count what waits, at most AT_ONCE; how many. In a process of its own, which loads the models.

    Raises WeightsError if the models cannot be had, UnavailableError if the storage is away.
    """
    run = TrainingRun.objects.select_related("trained").filter(in_shadow=True).first()
    if run is None or run.trained is None:
        return 0
    models, counted = None, 0
    for session in due_sessions(run).select_related("original_image", "storage_location")[:AT_ONCE]:
        models = models or read_models(fetch_models(run.trained))
        try:
            photo = open_picture(read_original(session.original_image), decode=decode_picture)
            found = count_beside(photo, config_of(session), models)
        except (OriginalLostError, UnreadablePictureError):
            logger.warning("photo %s cannot be counted in the shadow", session.original_image_id)
            continue
        _note(run, session, total=found.total, refused=found.refused, seconds=found.seconds)
        counted += 1
    return counted


def _note(run: TrainingRun, session: ProcessingSession, **columns: Any) -> None:
    """Two processes may have counted the same."""
    ShadowCount.objects.get_or_create(
        run=run,
        session_id=session.session_id,
        defaults={
            "image_id": session.original_image_id,
            "live": model_totals(session)["total_estimated"] or 0,
            **columns,
        },
    )


def read_shadow(run: TrainingRun) -> Shadow | None:
    """What the models of a training counted in the shadow; None if nothing yet."""
    rows = list(run.shadow_counts.values_list("session_id", "live", "total", "seconds"))
    if not rows:
        return None
    known = Validation.objects.in_force().filter(session_id__in=[row[0] for row in rows])
    truths = dict(known.values_list("session_id", "truth"))
    judged = [(live, total, truths[session_id]) for session_id, live, total, _seconds in rows if session_id in truths]
    return Shadow(
        photos=len(rows),
        live=sum(row[1] for row in rows),
        total=sum(row[2] for row in rows),
        difference=fmean(share_off(total, live) for _session_id, live, total, _seconds in rows),
        seconds=fmean(row[3] for row in rows),
        judged=len(judged),
        live_error=fmean(abs(share_off(live, truth)) for live, _total, truth in judged) if judged else 0.0,
        error=fmean(abs(share_off(total, truth)) for _live, total, truth in judged) if judged else 0.0,
    )
