"""The tasks of beat that look after the stock ledger."""

import logging

import pytest

from demeter.celery import app
from processing import periodic_tasks
from stock.models import Closing, ClosingBalance, WeeklySummary
from tests.stock.factories import StockBatchFactory, StockMovementFactory

pytestmark = pytest.mark.django_db


def test_beat_runs_them_on_a_queue_that_is_served():
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    tasks = (periodic_tasks.close_stock, periodic_tasks.check_stock, periodic_tasks.mail_weekly_summary)
    assert {task.name for task in tasks} <= names
    assert {app.amqp.router.route({}, task.name)["queue"].name for task in tasks} == {"io"}


def test_a_wrong_closing_is_told_and_rebuilt(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stock.closings.MOVEMENTS_PER_CLOSING", 1)
    batch = StockBatchFactory()
    movement = StockMovementFactory(batch=batch, quantity=10)
    closing = Closing.objects.create(moment=movement.happened_at.replace(hour=23))
    ClosingBalance.objects.create(closing=closing, batch=batch, quantity=11)
    with caplog.at_level(logging.ERROR):
        periodic_tasks.check_stock()
    assert "1 balances of stock closings and 1 totals" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        periodic_tasks.check_stock()
    assert not caplog.records


def test_nothing_is_due_in_an_empty_nursery():
    periodic_tasks.close_stock()
    periodic_tasks.check_stock()
    periodic_tasks.mail_weekly_summary()
    assert (Closing.objects.count(), WeeklySummary.objects.count()) == (0, 0)
