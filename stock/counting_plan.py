"""Which bays should be counted next, and why: never counted, too long ago, a surprising count, or one in doubt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stock.bays import ACTIVE, CONFIGURED, WALK, Bay, BayPage, BayQuery, Scope, read_bays, read_flags

DUE_AFTER = timedelta(days=30)


class Reason(models.TextChoices):
    """Why a bay is due."""

    NEVER = "never", _("Never counted")
    DOUBT = "doubt", _("In doubt or open")
    OFF = "off", _("Surprising count")
    OLD = "old", _("More than 30 days ago")


IN_USE = f"{ACTIVE} AND (COALESCE(stocked.plants, 0) <> 0 OR {CONFIGURED})"
# What the photos of the last visit changed in the stock.
DIFFERENCES = """
    LEFT JOIN LATERAL (
        SELECT sum(movement.quantity) AS quantity
        FROM stock_batches AS batch JOIN stock_movements AS movement ON movement.batch_id = batch.id
        WHERE batch.location_id = page.id AND movement.kind = 'foto'
            AND movement.happened_at >= visit.first_at AND movement.happened_at <= visit.last_at
    ) AS changed ON visit.id IS NOT NULL
"""
# The last count surprises while it differs from what was expected by more than chance (`stock.differences`), until a
# person explains the difference or signs the count off.
SURPRISES = """COALESCE(
    visit_id IN (SELECT visit_id FROM stock_differences WHERE unexplained <> 0 AND visit_id IS NOT NULL), FALSE
)"""
REASONS: Mapping[str, str] = {
    Reason.NEVER: "counted_at IS NULL",
    Reason.DOUBT: "NOT by_hand AND (COALESCE(is_open, FALSE) OR COALESCE(in_doubt, FALSE))",
    Reason.OFF: f"NOT by_hand AND NOT COALESCE(signed_off, FALSE) AND {SURPRISES}",
    Reason.OLD: "COALESCE(counted_at < %(old)s, FALSE)",
}
DUE = {"due": " OR ".join(REASONS)}
NUMBER_OF_REASONS = " + ".join(f"{name}::int" for name in REASONS)
URGENT_FIRST = f"{NUMBER_OF_REASONS} DESC, value DESC NULLS LAST, plants DESC, counted_at NULLS FIRST, {WALK}"


@dataclass(frozen=True)
class PlannedBay:
    """A bay and why it is due; no reason if it is not."""

    bay: Bay
    reasons: tuple[Reason, ...]

    @property
    def expected(self) -> int | None:
        """What the last count was compared with; None if nothing was expected, or it was a count by hand."""
        bay = self.bay
        if bay.counted is None or bay.by_hand or bay.counted - bay.difference <= 0:
            return None
        return bay.counted - bay.difference

    @property
    def error(self) -> int | None:
        """By how many plants the last count differed from what was expected."""
        return None if self.expected is None else self.bay.difference


def read_plan(scope: Scope, *, wanted: str = "due", order: str = URGENT_FIRST, skipped: int = 0, limit: int) -> BayPage:
    """The bays with one of REASONS, those that are due, or all (""); those with most reasons first, then by value."""
    return read_bays(_query(scope, wanted=wanted, order=order), skipped=skipped, limit=limit)


def read_route(scope: Scope, *, after: str = "", limit: int) -> BayPage:
    """The due bays in walking order, from the one after the bay with the code `after` on."""
    return read_bays(_query(scope, wanted="due", order=WALK, after=after), limit=limit)


def planned(bays: Iterable[Bay]) -> list[PlannedBay]:
    """The bays with their reasons."""
    return [PlannedBay(bay, _reasons(bay.flags)) for bay in bays]


def due_bays(scope: Scope) -> dict[int, tuple[Reason, ...]]:
    """The reasons of every due bay, by the key of its location."""
    found = read_flags(_query(scope, wanted="due", order=WALK))
    return {location: _reasons(flags) for location, flags in found.items()}


def _reasons(flags: frozenset[str]) -> tuple[Reason, ...]:
    return tuple(reason for reason in Reason if reason in flags)


def _query(scope: Scope, *, wanted: str, order: str, after: str = "") -> BayQuery:
    return BayQuery(
        scope=scope,
        in_use=IN_USE,
        differences=DIFFERENCES,
        flags=REASONS,
        combined=DUE,
        order=order,
        wanted=wanted,
        after=after,
        parameters={"old": timezone.now() - DUE_AFTER},
    )
