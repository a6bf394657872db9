"""Which photos reviewers count themselves before they see the count: a share of all, by their ids.

By chance, but the same for everybody and after a reload, so that nobody chooses what is counted.
"""

from hashlib import md5
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, TextField
from django.db.models.functions import MD5, Cast

from locations.nursery import read_nursery
from processing.models import BlindCount, ProcessingSession

DIGITS = 6  # of the hash that are compared


def is_due(image_id: UUID) -> bool:
    """Whether this photo is to be counted blind, and nobody has yet."""
    return _digest(image_id) < _limit() and not BlindCount.objects.filter(image_id=image_id).exists()


def due_condition(image_column: str) -> Q:
    """The same as a condition for many photos."""
    counted = BlindCount.objects.filter(image_id=OuterRef(image_column))
    return Q(Q(image_hash__lt=_limit()), ~Exists(counted))


def image_hash(image_column: str) -> MD5:
    """The expression that `due_condition` calls `image_hash`."""
    return MD5(Cast(image_column, TextField()))


def due_among(sessions: list[ProcessingSession]) -> set[UUID]:
    """The photos of these sessions that are to be counted blind; one query."""
    limit = _limit()
    chosen = {session.original_image_id for session in sessions if _digest(session.original_image_id) < limit}
    if not chosen:
        return set()
    return chosen - set(BlindCount.objects.filter(image_id__in=chosen).values_list("image_id", flat=True))


def _digest(image_id: UUID) -> str:
    return md5(str(image_id).encode(), usedforsecurity=False).hexdigest()


def _limit() -> str:
    """The hexadecimal hash below which a photo is chosen. Letters and digits compare in every collation alike."""
    percent = read_nursery()["blind_recount_percent"]
    return "g" if percent >= 100 else f"{percent * 16**DIGITS // 100:0{DIGITS}x}"
