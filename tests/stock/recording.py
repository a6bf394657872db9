"""Documents and counts in one line each, for tests of the ledger."""

import uuid
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Sum
from django.utils import timezone

from locations.models import LocationConfig
from stock.documents import record_document, undo_document
from stock.ledger import record_count
from stock.lines import Header, Line, Plants
from stock.models import (
    PAIRED_KINDS,
    DocumentSource,
    LossReason,
    MovementKind,
    StockBatch,
    StockDocument,
    StockMovement,
    Visit,
)
from tests.factories import UserFactory
from tests.photos.factories import S3ImageFactory

RUNNING_STOCK = """
    SELECT * FROM (
        SELECT batch_id, happened_at, sum(sum(quantity)) OVER (PARTITION BY batch_id ORDER BY happened_at) AS stock
        FROM stock_movements GROUP BY batch_id, happened_at
    ) AS moments WHERE stock < 0
"""
NOON = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)


def hours(number: float) -> datetime:
    return NOON + timedelta(hours=number)


def header(kind, *, hour=None, key=None, user=None, note="") -> Header:
    return Header(
        MovementKind(kind),
        None if hour is None else hours(hour),
        user or UserFactory(),
        key or uuid.uuid4().hex,
        DocumentSource.PAGE,
        note,
    )


def plants_of(config: LocationConfig, **other) -> Plants:
    """What the location is configured for, unless something else is said."""
    given = {"product": config.product, "packaging": config.packaging, "state": config.expected_state, **other}
    return Plants(config.location, **given)


def record(kind, plants, quantity, *, to=None, hour=0, key=None, user=None, note="", price=None) -> StockDocument:
    """A document of one line."""
    reason = LossReason.objects.get(code="FROST") if kind == MovementKind.DEATH else None
    line = Line(plants, quantity, to, reason, price)
    return record_document(header(kind, hour=hour, key=key, user=user, note=note), [line]).document


def hand_count(plants, quantity, *, hour=0, user=None) -> StockDocument:
    return record("conteo", plants, quantity, hour=hour, user=user)


def undo(document, *, user=None) -> StockDocument:
    user = user or UserFactory(supervisor=True)
    return undo_document(number=document.pk, user=user, key=uuid.uuid4().hex, source=DocumentSource.PAGE).document


def photo(config, quantity, *, image=None, session=None, hour=0, user=None, uncalibrated=None):
    return record_count(
        image_id=(image or S3ImageFactory()).pk,
        session_id=session or uuid.uuid4(),
        location=config.location,
        config=config,
        quantity=quantity,
        quantity_empty=0,
        user=user,
        happened_at=hours(hour),
        uncalibrated=uncalibrated,
    )


def hours_ago(number: float) -> float:
    """The hour of `hours` that was so many hours ago."""
    return (timezone.now() - timedelta(hours=number) - NOON).total_seconds() / 3600


def stock_at(batch: StockBatch, hour: float = 10**5) -> int:
    return batch.movements.filter(happened_at__lte=hours(hour)).aggregate(n=Sum("quantity", default=0))["n"]


def assert_newest_visits_are_known() -> None:
    """Every visit with photos is the newest of its location from its last photo on, until that of the next."""
    visits = list(Visit.objects.order_by("location", "last_at", "pk"))
    with_photos = [visit for visit in visits if visit.photos]
    assert [visit.newest_during for visit in visits if not visit.photos] == [None] * (len(visits) - len(with_photos))
    for visit, following in zip(with_photos, [*with_photos[1:], None], strict=False):
        is_last = following is None or following.location_id != visit.location_id
        until = None if is_last else following.last_at
        newest = DateTimeTZRange(visit.last_at, until, "(]")
        assert visit.newest_during == newest or (visit.newest_during.isempty and until == visit.last_at), visit


def assert_ledger_is_sound() -> None:
    """Stock is the sum of the movements, never negative, and whatever is moved arrives. What the database keeps for
    the sums of the nursery is what its rows say."""
    for batch in StockBatch.objects.annotate(total=Sum("movements__quantity", default=0)):
        assert batch.quantity_current == batch.total, batch
        unexplained = batch.differences.values_list("unexplained", flat=True)
        assert batch.quantity_unexplained == sum(map(abs, unexplained)), batch
    assert_newest_visits_are_known()
    with connection.cursor() as cursor:
        cursor.execute(RUNNING_STOCK)
        assert cursor.fetchall() == []
    pairs = StockMovement.objects.filter(kind__in=PAIRED_KINDS).order_by().values("document", "line")
    assert all(row["total"] == 0 for row in pairs.annotate(total=Sum("quantity")))
