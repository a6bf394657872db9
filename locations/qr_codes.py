"""QR codes for locations that lack one."""

import secrets

from django.db import transaction
from django.utils import timezone

from locations.models import StorageLocation

SHORTEST, LONGEST = 8, 20
# Without those that are easily taken for another.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
BATCH_ROWS = 1000


@transaction.atomic
def make_missing_qr_codes() -> int:
    """Give every location without a QR code one that is free; the number of those made."""
    taken = set(StorageLocation.objects.exclude(qr_code=None).values_list("qr_code", flat=True))
    locations = list(StorageLocation.objects.filter(qr_code=None).select_for_update().order_by("code"))
    for location in locations:
        location.qr_code = _choose(location.code, taken)
        location.updated_at = timezone.now()
        taken.add(location.qr_code)
    StorageLocation.objects.bulk_update(locations, ["qr_code", "updated_at"], batch_size=BATCH_ROWS)
    return len(locations)


def _choose(code: str, taken: set[str | None]) -> str:
    """The location's own code where it is long enough and free, so that a label can be typed too."""
    qr_code = code if SHORTEST <= len(code) <= LONGEST else _lengthen(code)
    while qr_code in taken:
        qr_code = _lengthen(code)
    return qr_code


def _lengthen(code: str) -> str:
    return f"{code[: LONGEST - SHORTEST]}-" + "".join(secrets.choice(LETTERS) for _letter in range(SHORTEST - 1))
