"""Reads where one of several products stands, as people type it: "1-3, 5", "left 40 %", "40 %"."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from locations.configuration import ListedPart
from locations.models import Packaging, PhotoSide, Product
from locations.models.container_numbers import read_numbers, write_numbers

SHARE = re.compile(r"(?:([^\W\d]+)\s+)?([0-9]{1,3})\s*%")
AXES = ((PhotoSide.LEFT, PhotoSide.RIGHT), (PhotoSide.TOP, PhotoSide.BOTTOM))


def read_part(product: Product, packaging: Packaging | None, where: str) -> ListedPart:
    """A product with where it stands; sides are understood in the person's language and in English.

    Raises ValidationError if it cannot be read.
    """
    share = SHARE.fullmatch(where.strip())
    sides = {name.lower(): side.value for side in PhotoSide for name in (str(side.label), side.value)}
    word = (share[1] or "").lower() if share else ""
    if share and 1 <= int(share[2]) <= 100 and word in ("", *sides):
        return ListedPart(product, packaging, "", int(share[2]), sides.get(word, ""))
    try:
        numbers = read_numbers(where)
    except ValueError:
        numbers = frozenset()
    if not numbers:
        words = _("Write containers (1-3), a side of the photo (%(side)s 40 %%) or a share (40 %%).")
        raise ValidationError(words % {"side": PhotoSide.LEFT.label})
    return ListedPart(product, packaging, write_numbers(numbers))


def write_where(part: ListedPart) -> str:
    """What `read_part` reads, in the person's language."""
    side = str(PhotoSide(part.side).label) if part.side else ""
    return part.containers or f"{side} {part.share_percent} %".strip()


def check_part(part: ListedPart, listed: Sequence[ListedPart]) -> None:
    """Raise ValidationError if a part contradicts those listed before it."""
    if any((part.product, part.packaging) == (other.product, other.packaging) for other in listed):
        raise ValidationError(_("This product is listed twice. Write all its containers into one row."))
    numbers = read_numbers(part.containers)
    for other in listed:
        twice = sorted(numbers & read_numbers(other.containers))
        if twice:
            raise ValidationError(_("Container %(number)d is listed twice.") % {"number": twice[0]})
    if part.side:
        _check_side(part, listed)
    elif sum(other.share_percent or 0 for other in (*listed, part) if not other.side) > 100:
        raise ValidationError(_("The shares are more than 100 % together."))


def _check_side(part: ListedPart, listed: Sequence[ListedPart]) -> None:
    """Sides of one photo must not overlap."""
    used = {other.side: other.share_percent or 0 for other in listed if other.side}
    axis = next(axis for axis in AXES if part.side in axis)
    if any(side not in axis for side in used):
        raise ValidationError(_("Use either left and right, or top and bottom: other sides overlap."))
    if part.side in used or sum(used.values()) + (part.share_percent or 0) > 100:
        raise ValidationError(_("The sides overlap: together they are more than the photo, or one is listed twice."))
