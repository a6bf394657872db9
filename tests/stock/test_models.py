from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from stock.models import MovementKind, StockBatch, StockMovement
from tests.locations.factories import LocationConfigFactory
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db


def test_movement_cannot_be_updated():
    movement = StockMovementFactory()
    with pytest.raises(IntegrityError, match="append-only: UPDATE refused"), transaction.atomic():
        StockMovement.objects.filter(pk=movement.pk).update(quantity=99)
    movement.reason = "better"
    with pytest.raises(IntegrityError, match="append-only: UPDATE refused"), transaction.atomic():
        movement.save()
    movement.refresh_from_db()
    assert (movement.quantity, movement.reason) == (10, None)


def test_movement_cannot_be_deleted():
    movement = StockMovementFactory()
    with pytest.raises(IntegrityError, match="append-only: DELETE refused"), transaction.atomic():
        movement.delete()
    assert StockMovement.objects.filter(pk=movement.pk).exists()


def test_ledger_cannot_be_emptied():
    StockMovementFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL demeter.ledger_may_be_emptied = off")
        with pytest.raises(IntegrityError, match="append-only: TRUNCATE refused"), transaction.atomic():
            cursor.execute("TRUNCATE stock_movements CASCADE")
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"quantity": 0},
        {"kind": "magic"},
        {"source_type": "rumour"},
        {"kind": MovementKind.PLANTING, "quantity": -1},
        {"kind": MovementKind.SALE, "quantity": 1},
        {"unit_price": Decimal("-0.01")},
        {"photo": True, "image_id": None},
        {"photo": True, "session_id": None},
        {"photo": True, "source_type": "manual"},
    ],
)
def test_movement_that_makes_no_sense_is_refused(fields):
    with pytest.raises(IntegrityError, match="stockmovement_"), transaction.atomic():
        StockMovementFactory(**fields)


def test_reversal_may_have_the_other_sign_but_happens_once():
    sale = StockMovementFactory(sale=True)
    StockMovementFactory(batch=sale.batch, kind=MovementKind.SALE, quantity=3, reverses=sale)
    with pytest.raises(IntegrityError, match="reverses"), transaction.atomic():
        StockMovementFactory(batch=sale.batch, kind=MovementKind.SALE, quantity=3, reverses=sale)


@pytest.mark.parametrize("packaging", ["pot", None])
def test_one_batch_per_cycle_product_and_packaging(packaging):
    config = LocationConfigFactory() if packaging else LocationConfigFactory(packaging=None)
    StockBatchFactory(config=config)
    with pytest.raises(IntegrityError, match="stockbatch_one_per_cycle_and_product"), transaction.atomic():
        StockBatchFactory(config=config)
    assert StockBatch.objects.count() == 1


def test_kinds_have_a_name_in_the_language_of_the_user():
    with override("en"):
        assert str(MovementKind.TRANSPLANT.label) == "Transplant"
    assert MovementKind.values == [
        "plantar", "sembrar", "trasplante", "muerte", "ventas", "foto", "ajuste", "manual_init",
        "traslado", "conteo", "faltante",
    ]  # fmt: skip
