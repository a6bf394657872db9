"""Correct a count, undo, redo, add a note, sign it off.

The pages of the gallery call this, and `proposals` beside it when one is accepted. Each function locks the photo's row,
as a finishing run does, so that corrections and runs of one photo are serialised. Corrections belong to the photo; the
newest counted session shows them, and the stock follows.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from photos.models import S3Image
from processing.counting.corrections import SAME_PLACE_SHARE, MarkAction
from processing.models import Correction, ProcessingSession
from processing.models.corrections import CLASS_WORDS
from processing.review.division import divide_count
from processing.review.outcome import before_calibration, config_of, follow_sign_off, tell_stock
from processing.review.recount import ReviewedPhoto, read_reviewed, recount
from processing.review.validation import follow_validation
from processing.statuses import RunStatus
from stock import ledger

NOTE_LENGTH = 2000
TWICE_WITHIN = timedelta(minutes=1)
# A tap selects the plant whose box it hits: half a side from the centre, three quarters towards a corner.
TAP_SIDES = 0.75

NOTHING_THERE: Mapping[str, StrOrPromise] = {
    "remove": gettext_lazy("There is nothing left to remove here."),
    "retype": gettext_lazy("There is nothing left to change here."),
}


def counted_session(image: S3Image) -> ProcessingSession | None:
    """The newest session of a photo that has counts."""
    counted = ProcessingSession.objects.filter(original_image=image, status=RunStatus.COMPLETED)
    return counted.order_by("-created_at", "-pk").first()


@transaction.atomic
def correct(
    *,
    image: S3Image,
    user: User,
    action: MarkAction,
    x: float,
    y: float,
    class_id: int,
    sent_as: UUID | None = None,
    reach_sides: float = TAP_SIDES,
) -> Correction:
    """Record a correction at a position (shares of the upright photo's width and height) and recount.

    For remove and retype the exact position of the mark is stored, so that a later run finds it again; `class_id` is
    the class added, removed or changed to. A browser that missed the answer sends the correction again with the same
    `sent_as`, and the first one is returned. `reach_sides` is how far from the position a mark to correct may be.

    Raises:
        InvalidInputError: the position is outside the photo.
        ConflictError: there is no count, nothing to correct here, or it is already so.
    """
    image, session = lock_counted(image)
    sent_before = Correction.objects.filter(user=user, sent_as=sent_as).first() if sent_as else None
    if sent_before is not None:
        if (sent_before.image_id, sent_before.action, sent_before.class_id) != (image.pk, action, class_id):
            raise ConflictError(_("Another correction was sent with this id. Choose a new one."))
        return sent_before
    photo = read_reviewed(image, session)
    x, y = find_place(photo, x=x, y=y, action=action, class_id=class_id, reach_sides=reach_sides)
    correction = Correction.objects.create(
        image=image, user=user, action=action, class_id=class_id, x=x, y=y, sent_as=sent_as
    )
    _recount(session, photo.plus(correction), user)
    return correction


@transaction.atomic
def note(*, image: S3Image, user: User, text: str) -> Correction:
    """Add a note to a photo's count; the same note again within a minute was submitted twice.

    Raises InvalidInputError for an empty note, ConflictError without a count.
    """
    text = text.strip()
    if not text or len(text) > NOTE_LENGTH:
        raise InvalidInputError(_("A note has 1 to %(most)d characters.") % {"most": NOTE_LENGTH})
    image, session = lock_counted(image)
    said = image.corrections.in_force().filter(user=user, action=Correction.Action.NOTE, text=text)
    twice = said.filter(created_at__gt=timezone.now() - TWICE_WITHIN).first()
    if twice is not None:
        return twice
    correction = Correction.objects.create(image=image, user=user, action=Correction.Action.NOTE, text=text)
    _recount(session, read_reviewed(image, session), user)
    return correction


@transaction.atomic
def undo(*, image: S3Image, user: User, named: UUID | int | None = None) -> Correction:
    """Undo this user's newest correction of the photo that is in force, or the one that is named: by its number or by
    the id that it was sent with. A named one is undone once, however often the request is sent.

    Raises:
        NotFoundError: the user has made no such correction here.
        ConflictError: there is nothing to undo.
    """
    image, session = lock_counted(image)
    undoable = image.corrections.undoable(user)
    if named is not None:
        wanted = _find_named(image, user, named)
        if wanted.undone_at is not None:
            return wanted
        undoable = undoable.filter(pk=wanted.pk)
    correction = undoable.first()
    if correction is None:
        raise ConflictError(_("You have nothing to undo on this photo."))
    correction.undone_at = timezone.now()
    correction.save(update_fields=["undone_at"])
    _recount(session, read_reviewed(image, session), user)
    return correction


@transaction.atomic
def redo(*, image: S3Image, user: User, named: UUID | int | None = None) -> Correction:
    """Redo the correction that this user undid last, or the one that is named as in `undo`.

    Raises NotFoundError as `undo`, ConflictError if there is none. Corrections undone before a newer one stay undone.
    """
    image, session = lock_counted(image)
    redoable = image.corrections.redoable(user)
    if named is not None:
        wanted = _find_named(image, user, named)
        if wanted.undone_at is None:
            return wanted
        redoable = redoable.filter(pk=wanted.pk)
    correction = redoable.first()
    if correction is None:
        raise ConflictError(_("You have nothing to redo on this photo."))
    correction.undone_at = None
    correction.save(update_fields=["undone_at"])
    _recount(session, read_reviewed(image, session), user)
    return correction


@transaction.atomic
def sign_off(*, image: S3Image, user: User, seen: int) -> ProcessingSession:
    """Sign off a photo's count.

    `seen` is the total that the person saw. A sign-off overrides the refusal of the run: the person has counted.

    Raises:
        ConflictError: there is no count, or it has changed.
    """
    image, session = lock_counted(image)
    if session.total_estimated != seen:
        changed = _("The count has changed to %(number)s in the meantime. Check it again.")
        raise ConflictError(changed % {"number": number_format(session.total_estimated or 0, force_grouping=True)})
    session.validated, session.validated_by_user, session.validation_date = True, user, timezone.now()
    _save_validation(session)
    follow_sign_off(image, session, user=user)
    follow_validation(session)
    return session


@transaction.atomic
def reopen_count(*, image: S3Image, user: User) -> ProcessingSession:
    """Withdraw a sign-off; a count that the run had refused is refused again. Raises ConflictError without a count."""
    image, session = lock_counted(image)
    session.validated, session.validated_by_user, session.validation_date = False, None, None
    _save_validation(session)
    follow_sign_off(image, session, user=user)
    follow_validation(session)
    return session


def lock_counted(image: S3Image) -> tuple[S3Image, ProcessingSession]:
    """The photo, locked until the transaction ends, and the session shown as its count."""
    locked = S3Image.objects.select_for_update(no_key=True).filter(pk=image.pk, deleted_at=None).first()
    if locked is None:
        raise NotFoundError(_("This photo was deleted."))
    session = counted_session(locked)
    if session is None:
        raise ConflictError(_("This photo has no count yet."))
    return locked, session


def _find_named(image: S3Image, user: User, named: UUID | int) -> Correction:
    name = Q(sent_as=named) if isinstance(named, UUID) else Q(pk=named)
    found = image.corrections.filter(name, user=user).first()
    if found is None:
        raise NotFoundError(_("You have made no such correction of this photo."))
    return found


def find_place(
    photo: ReviewedPhoto, *, x: float, y: float, action: MarkAction, class_id: int, reach_sides: float = TAP_SIDES
) -> tuple[float, float]:
    """The position to record, as shares of the photo: the centre of a corrected mark, or the tap for an added one.

    Raises:
        InvalidInputError: the position is outside the photo.
        ConflictError: there is nothing to correct here, or it is already so.
    """
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise InvalidInputError(_("This position is outside the photo."))
    width, height = photo.found.resolution_wh
    nearest = photo.corrected.nearest
    if action == "add":
        if nearest(x * width, y * height, within_sides=SAME_PLACE_SHARE, class_id=class_id) is not None:
            raise _so_already(class_id)
        return x, y
    wanted = class_id if action == "remove" else None
    index = nearest(x * width, y * height, within_sides=reach_sides, class_id=wanted)
    if index is None:
        raise ConflictError(str(NOTHING_THERE[action]))
    if action == "retype" and photo.corrected.class_id[index] == class_id:
        raise _so_already(class_id)
    centre_x, centre_y = photo.corrected.centres[index]
    return min(1.0, max(0.0, centre_x / width)), min(1.0, max(0.0, centre_y / height))


def _so_already(class_id: int) -> ConflictError:
    return ConflictError(_("This is already counted as %(thing)s.") % {"thing": CLASS_WORDS[class_id]})


def _recount(session: ProcessingSession, photo: ReviewedPhoto, user: User) -> None:
    """Update the totals and, if this session counts as stock, the ledger; a lost sign-off restores the refusal."""
    was_validated = session.validated
    if not recount(session, photo):
        return
    if session.refusal and was_validated:
        follow_sign_off(session.original_image, session, user=user)
    else:
        config = config_of(session, lock=True)
        ledger.correct_count(
            image_id=session.original_image_id,
            session_id=session.session_id,
            quantity=session.total_estimated or 0,
            quantity_empty=session.total_empty_containers or 0,
            user=user,
            config=config,
            portions=divide_count(session, config) if config else (),
            uncalibrated=before_calibration(session),
        )
        if was_validated:
            tell_stock(session)
    if was_validated:
        follow_validation(session)


def _save_validation(session: ProcessingSession) -> None:
    session.save(update_fields=["validated", "validated_by_user", "validation_date", "updated_at"])
