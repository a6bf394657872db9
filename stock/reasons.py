"""The reasons of losses that every nursery begins with."""

from typing import Any

from stock.models import LossReason
from stock.models.documents import FIRST_REASONS


def add_first_reasons(**_signal: Any) -> None:
    """Create those that are missing; safe to repeat. What the nursery renamed or switched off stays so."""
    for code, name in FIRST_REASONS.items():
        LossReason.objects.get_or_create(code=code, defaults={"name": name})
