"""Stocktakes: opened for a day and a part of the nursery, followed while people count, signed and closed.

A closed one stores its numbers (`stock.stocktake_lines`), which never change. What people record later for the time
before is refused (`stock.freeze`); what photos show later is found by `changed_since`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError, NotFoundError
from locations.models import StorageArea, StorageLocation, Warehouse
from stock.batching import lock_locations
from stock.bays import ACTIVE, CONFIGURED, HELD_BEFORE, PLACES, BayPage, BayQuery, Scope, read_bays, scope_conditions
from stock.models import DERIVED_KINDS, Stocktake
from stock.models.stocktakes import StocktakeQuerySet
from stock.stocktake_lines import COUNTED_SINCE, FindSigners, store_lines

COUNTED = "visit.visit_id IS NOT NULL OR stocked.hand_at IS NOT NULL"
IN_USE = f"COALESCE(stocked.plants, 0) <> 0 OR {ACTIVE} AND ({CONFIGURED} OR {COUNTED})"
DIFFERENCES = """
    LEFT JOIN (
        SELECT batch.location_id, sum(counted_since.quantity) AS quantity
        FROM ({counted_since}) AS counted_since JOIN stock_batches AS batch ON batch.id = counted_since.batch_id
        GROUP BY batch.location_id
    ) AS changed ON changed.location_id = page.id
"""
UNCERTAIN = "NOT by_hand AND (COALESCE(is_open, FALSE) OR COALESCE(in_doubt, FALSE))"
FLAGS = {
    "missing": "counted_at IS NULL",
    "doubt": f"counted_at IS NOT NULL AND {UNCERTAIN}",
    "signed": f"counted_at IS NOT NULL AND NOT ({UNCERTAIN}) AND (by_hand OR COALESCE(signed_off, FALSE))",
    "unsigned": f"counted_at IS NOT NULL AND NOT ({UNCERTAIN}) AND NOT by_hand AND NOT COALESCE(signed_off, FALSE)",
}
# Locations whose stock at the moment of the stocktake is another now than in its lines, by the sum of the changes.
CHANGED = """
    SELECT location_id, sum(abs(change)) FROM (
        SELECT batch.id, batch.location_id, sum(part.quantity) AS change FROM (
            SELECT batch_id, quantity FROM stock_parts_before(%(before)s)
            UNION ALL
            SELECT line.batch_id, -line.quantity FROM stocktake_lines AS line
            JOIN stocktake_bays AS bay ON bay.id = line.bay_id WHERE bay.stocktake_id = %(stocktake)s
        ) AS part
        JOIN stock_batches AS batch ON batch.id = part.batch_id
        JOIN ({places}) ON location.id = batch.location_id
        WHERE ({scope}) OR location.id IN (
            SELECT location_id FROM stocktake_bays WHERE stocktake_id = %(stocktake)s)
        GROUP BY batch.id, batch.location_id HAVING sum(part.quantity) <> 0
    ) AS changed GROUP BY location_id
"""


@dataclass(frozen=True)
class Place:
    """The part of the nursery that a stocktake covers: a warehouse, an area, or neither for everything."""

    warehouse: Warehouse | None = None
    area: StorageArea | None = None


@dataclass(frozen=True)
class Opened:
    """An open stocktake, and whether it was opened just now or the same request had opened it before."""

    stocktake: Stocktake
    is_new: bool


@transaction.atomic
def open_stocktake(*, day: date, counted_from: datetime, end_of_day: datetime, place: Place, user: User) -> Opened:
    """Open a stocktake. Counts from `counted_from` until `end_of_day` belong to it. Sent twice, it is opened once.

    Raises:
        InvalidInputError: its counts would begin after its end, or in the future.
        ConflictError: an open one covers some of these places.
    """
    if counted_from >= end_of_day:
        raise InvalidInputError(_("The counts must begin before the end of the date of the stocktake."))
    if counted_from > timezone.now():
        raise InvalidInputError(_("The counts cannot begin in the future."))
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE stocktakes IN SHARE ROW EXCLUSIVE MODE")  # two at once would not see each other
    other = _overlapping(place).first()
    same = day, counted_from, place.warehouse, place.area, user
    if other is not None and same == (
        other.day,
        other.counted_from,
        other.warehouse,
        other.area,
        other.opened_by,
    ):
        return Opened(other, is_new=False)
    if other is not None:
        words = _("Stocktake %(number)s of these places is still open. Close or discard it first.")
        raise ConflictError(words % {"number": other.number})
    opened = Stocktake.objects.create(
        day=day, counted_from=counted_from, warehouse=place.warehouse, area=place.area, opened_by=user
    )
    return Opened(opened, is_new=True)


@transaction.atomic
def discard_stocktake(pk: int) -> None:
    """Delete an open stocktake; counts and stock stay as they are. Raises as `close_stocktake`."""
    _lock(pk).delete()


def read_progress(
    stocktake: Stocktake,
    *,
    until: datetime,
    wanted: str = "",
    after: str = "",
    skipped: int = 0,
    limit: int | None = None,
) -> BayPage:
    """The bays of an open stocktake as they are until that moment, in walking order, with one of FLAGS or all."""
    query = BayQuery(
        scope=Scope(stocktake.warehouse_id, stocktake.area_id),
        in_use=IN_USE,
        differences=DIFFERENCES.format(counted_since=COUNTED_SINCE),
        flags=FLAGS,
        wanted=wanted,
        after=after,
        held=HELD_BEFORE,
        since=stocktake.counted_from,
        before=until,
        parameters={"derived": list(DERIVED_KINDS)},
    )
    return read_bays(query, skipped=skipped, limit=limit)


@transaction.atomic
def close_stocktake(
    pk: int, *, end_of_day: datetime, user: User, accepts_gaps: bool, find_signers: FindSigners
) -> Stocktake:
    """Store the numbers of a stocktake and sign it. No document of its places is written meanwhile.

    Raises:
        NotFoundError: there is no such stocktake.
        ConflictError: it is closed already, or its day has not come.
        InvalidInputError: bays are missing or in doubt, and nobody accepted that.
    """
    stocktake = _lock(pk)
    if stocktake.day > timezone.localdate():
        words = _("This stocktake is for %(day)s. Close it on that day or later.")
        raise ConflictError(words % {"day": date_format(stocktake.day, "DATE_FORMAT")})
    lock_locations(_locations_of(stocktake))
    stocktake.closed_at = timezone.now()
    stocktake.moment = min(end_of_day, stocktake.closed_at)
    stocktake.closed_by = user
    found = read_progress(stocktake, until=stocktake.moment)
    if (found.totals["missing"] or found.totals["doubt"]) and not accepts_gaps:
        raise InvalidInputError(_("Bays are missing or in doubt. Confirm that the stocktake is closed all the same."))
    stocktake.save()
    store_lines(stocktake, found.bays, find_signers)
    return stocktake


def changed_since(stocktake: Stocktake) -> dict[int, int]:
    """How many plants of each location were counted or corrected later for the time before a closed stocktake's moment,
    so that its numbers are no longer those of the ledger."""
    scope = scope_conditions(Scope(stocktake.warehouse_id, stocktake.area_id))
    statement = CHANGED.format(places=PLACES, scope=" AND ".join(scope) or "TRUE")
    parameters = {
        "before": stocktake.moment,
        "stocktake": stocktake.pk,
        "warehouse_id": stocktake.warehouse_id,
        "area_id": stocktake.area_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return {location: int(plants) for location, plants in cursor.fetchall()}


def _lock(pk: int) -> Stocktake:
    stocktake = Stocktake.objects.select_for_update().filter(pk=pk).first()
    if stocktake is None:
        raise NotFoundError(_("There is no stocktake with this number."))
    if stocktake.closed_at is not None:
        raise ConflictError(_("This stocktake is closed already."))
    return stocktake


def _overlapping(place: Place) -> StocktakeQuerySet:
    """The open stocktakes that cover some of these places."""
    found = Stocktake.objects.open()
    if place.area is not None:
        return found.filter(Q(warehouse=None, area=None) | Q(warehouse=place.area.warehouse_id) | Q(area=place.area))
    if place.warehouse is not None:
        return found.filter(
            Q(warehouse=None, area=None) | Q(warehouse=place.warehouse) | Q(area__warehouse=place.warehouse)
        )
    return found


def _locations_of(stocktake: Stocktake) -> list[int]:
    locations = StorageLocation.objects.all()
    if stocktake.warehouse_id is not None:
        locations = locations.filter(storage_area__warehouse=stocktake.warehouse_id)
    if stocktake.area_id is not None:
        locations = locations.filter(storage_area=stocktake.area_id)
    return list(locations.values_list("pk", flat=True))
