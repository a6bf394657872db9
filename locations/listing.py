"""Reads where one of several products stands, as people type it: "1-3, 5", "left 40 %", "10 10, 60 10, 60 50" (the
corners of a drawn part of the photo), "40 %"."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from locations.configuration import ListedPart
from locations.models import ConfigPart, Packaging, PhotoSide, Product
from locations.models.container_numbers import read_numbers, write_numbers
from locations.models.photo_parts import (
    MOST_CORNERS,
    Corners,
    Fault,
    corners_of_side,
    do_overlap,
    find_fault,
    read_corners,
    write_corners,
)

MOST_TYPED = 1000  # characters
SHARE = re.compile(r"(?:([^\W\d]+)\s+)?([0-9]{1,3})\s*%")
CORNER_AMONG_OTHERS = re.compile(r"[0-9]\s+[0-9]")
AXES = ((PhotoSide.LEFT, PhotoSide.RIGHT), (PhotoSide.TOP, PhotoSide.BOTTOM))
LONGEST_CONTAINERS = ConfigPart._meta.get_field("containers").max_length or 0
FAULTS: Mapping[Fault, StrOrPromise] = {
    "outside": gettext_lazy("Corners are from 0 to 100 percent, from the left and from the top of the photo."),
    "few": gettext_lazy("A drawn part needs at least three corners."),
    "many": gettext_lazy("A drawn part has at most %(most)d corners."),
    "small": gettext_lazy("The drawn part has hardly any area. Move its corners apart."),
    "crossing": gettext_lazy(
        "The edges of the drawn part cross. Give its corners one after another, all the way round."
    ),
}


def read_part(product: Product, packaging: Packaging | None, where: str) -> ListedPart:
    """A product with where it stands; sides are understood in the person's language and in English.

    Raises ValidationError if it cannot be read, or if what is drawn is no part of a photo.
    """
    share = _read_share(where)
    if share is not None:
        return ListedPart(product, packaging, "", share[1], share[0])
    corners = _read_drawn(where)
    if corners:
        check_corners(corners, [])
        return ListedPart(product, packaging, outline=write_corners(corners))
    try:
        containers = write_numbers(read_numbers(where))
    except ValueError:
        containers = ""
    if not containers:
        words = _(
            "Write containers (1-3), a side of the photo (%(side)s 40 %%), the corners of a drawn part "
            "(10 10, 60 10, 60 50) or a share (40 %%)."
        )
        raise ValidationError(words % {"side": PhotoSide.LEFT.label})
    if len(containers) > LONGEST_CONTAINERS:
        raise ValidationError(_("These are too many containers to list one by one. Write ranges, such as 1-30."))
    return ListedPart(product, packaging, containers)


def find_corners(where: str) -> Corners:
    """The part of the photo that is typed, even if it is a faulty one; empty if none is."""
    share = _read_share(where)
    return corners_of_side(*share) if share and share[0] else _read_drawn(where)


def _read_share(where: str) -> tuple[str, int] | None:
    """The side, or an empty word for a share of all, and the percent."""
    share = SHARE.fullmatch(where.strip())
    sides = {name.lower(): side.value for side in PhotoSide for name in (str(side.label), side.value)}
    word = (share[1] or "").lower() if share else ""
    if share is None or not 1 <= int(share[2]) <= 100 or word not in ("", *sides):
        return None
    return sides.get(word, ""), int(share[2])


def _read_drawn(where: str) -> Corners:
    try:
        return read_corners(where) if CORNER_AMONG_OTHERS.search(where) else ()
    except ValueError:
        return ()


def write_where(part: ListedPart) -> str:
    """What `read_part` reads, in the person's language."""
    side = str(PhotoSide(part.side).label) if part.side else ""
    return part.containers or part.outline or f"{side} {part.share_percent} %".strip()


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
    if part.corners:
        others = [other for other in listed if not (part.side and other.side)]  # sides have been compared
        check_corners(part.corners, [(str(other.product), other.corners) for other in others])
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


def check_corners(corners: Corners, others: Iterable[tuple[str, Corners]]) -> None:
    """Raise ValidationError if this is no part of a photo, or if it overlaps one of the others (product, corners): a
    plant stands in one of them."""
    fault = find_fault(corners)
    if fault is not None:
        raise ValidationError(str(FAULTS[fault]) % {"most": MOST_CORNERS})
    for product, known in others:
        if find_fault(known) is None and do_overlap(corners, known):
            words = _("This part of the photo overlaps that of %(product)s. Draw them beside each other.")
            raise ValidationError(words % {"product": product})
