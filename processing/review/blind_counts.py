"""Counts by a person who did not see the count: stored for the accuracy of the models, they change nothing."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from demeter.accounts.models import User
from photos.models import S3Image
from processing.models import BlindCount, ProcessingSession
from processing.review.corrections import lock_counted
from processing.review.recount import model_totals
from processing.statuses import RunStatus


@transaction.atomic
def record_blind_count(*, image: S3Image, user: User, seen: int) -> BlindCount:
    """Store how many plants a person sees, beside the count at this moment. The first answer of a person stays.

    Raises ConflictError if the photo has no count, NotFoundError if it was deleted.
    """
    image, session = lock_counted(image)
    model = model_totals(session)
    answer, _is_new = BlindCount.objects.get_or_create(
        user=user,
        session=session,
        defaults={
            "image": image,
            "seen": seen,
            "model_detected": model["total_detected"],
            "model_estimated": model["total_estimated"],
            "detected": session.total_detected or 0,
            "estimated": session.total_estimated or 0,
            "model_versions": session.model_versions,
            "parameters_hash": session.parameters_hash,
        },
    )
    answer.refresh_from_db()  # for `differs`
    return answer


def differing() -> QuerySet[BlindCount]:
    """The answers that differ much from the count, of visible photos whose count nobody has signed off since."""
    answered_before = Q(validated=True, validation_date__gt=OuterRef("created_at"))
    newer = ProcessingSession.objects.filter(
        original_image=OuterRef("original_image"), status=RunStatus.COMPLETED, created_at__gt=OuterRef("created_at")
    )
    settled = ProcessingSession.objects.filter(
        answered_before, ~Exists(newer), original_image=OuterRef("image"), status=RunStatus.COMPLETED
    )
    waiting = BlindCount.objects.filter(~Exists(settled), differs=True, image__deleted_at=None)
    return waiting.annotate(difference=F("detected") - F("seen")).order_by("-pk")
