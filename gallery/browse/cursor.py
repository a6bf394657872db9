"""*Pure*: the position of a photo in the gallery's order, as a cursor in URLs of the next page.

The order is by moment of the photo and id, both descending. A cursor stays valid when photos are added or deleted.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORD = re.compile(r"(\d{1,17})-([0-9a-f]{32})")


@dataclass(frozen=True)
class Cursor:
    """A position in the order; `moment` is aware, to the microsecond."""

    moment: datetime
    image_id: UUID

    def __str__(self) -> str:
        return f"{(self.moment - EPOCH) // timedelta(microseconds=1)}-{self.image_id.hex}"


def read_cursor(word: str) -> Cursor:
    """Parse a cursor. Raises ValueError if it is invalid."""
    found = WORD.fullmatch(word)
    if found is None:
        raise ValueError("not a place in the gallery")
    try:
        return Cursor(EPOCH + timedelta(microseconds=int(found[1])), UUID(hex=found[2]))
    except OverflowError as error:
        raise ValueError("not a moment") from error
