"""Counts that a person knows, by counting the plants themselves: what factors and intervals are learned from. They
change no count."""

from django.db import transaction
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from photos.models import S3Image
from processing.review.corrections import lock_counted
from processing.review.validation import follow_validation, record_truth
from stock.intervals import withdraw_validation
from stock.models import Validation, ValidationSource


@transaction.atomic
def record_known_count(*, image: S3Image, user: User, plants: int) -> Validation:
    """Note how many plants a photo really shows; a later number replaces an earlier one.

    Raises ConflictError for a photo without a count, or whose count nothing can be learned from; NotFoundError if it
    was deleted.
    """
    _image, session = lock_counted(image)
    validation = record_truth(session, truth=plants, source=ValidationSource.KNOWN, user=user)
    if validation is None:
        refused = _("%(photo)s: its count is refused, partial or of an earlier version. Process the photo again first.")
        raise ConflictError(refused % {"photo": image.original_filename})
    return validation


@transaction.atomic
def withdraw_known_count(*, image: S3Image) -> bool:
    """Take a known count back; a corrected and signed-off count is learned from again. False if there was none."""
    image, session = lock_counted(image)
    was_known = withdraw_validation(image.pk, sources=[ValidationSource.KNOWN])
    follow_validation(session)
    return was_known
