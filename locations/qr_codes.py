"""QR codes for locations that lack one."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from locations.models import StorageLocation

SHORTEST, LONGEST = 8, 20
# Letters and digits that nobody confuses when typing them.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
BATCH_ROWS = 1000


@transaction.atomic
def make_missing_qr_codes() -> int:
    """Give every location without a QR code one that is free; the number of those made."""
    locations = list(StorageLocation.objects.filter(qr_code=None).select_for_update().order_by("code"))
    for location, qr_code in zip(locations, choose_qr_codes([row.code for row in locations]), strict=True):
        location.qr_code, location.updated_at = qr_code, timezone.now()
    StorageLocation.objects.bulk_update(locations, ["qr_code", "updated_at"], batch_size=BATCH_ROWS)
    return len(locations)


def choose_qr_codes(codes: Sequence[str]) -> list[str]:
    """A free QR code for each location: its own code where that is long enough, as a label can be typed too."""
    taken = set(StorageLocation.objects.exclude(qr_code=None).values_list("qr_code", flat=True))
    chosen = []
    for code in codes:
        qr_code = code if SHORTEST <= len(code) <= LONGEST else _lengthen(code)
        while qr_code in taken:
            qr_code = _lengthen(code)
        taken.add(qr_code)
        chosen.append(qr_code)
    return chosen


def _lengthen(code: str) -> str:
    return f"{code[: LONGEST - SHORTEST]}-" + "".join(secrets.choice(LETTERS) for _letter in range(SHORTEST - 1))
