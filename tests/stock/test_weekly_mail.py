"""The weekly summary by mail: sent once, in the language that was set, and again when the mail server was away."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from stock.models import MovementKind, WeeklySummary
from stock.weekly_mail import compose, send_weekly_summary
from tests.stock.factories import StockBatchFactory, StockMovementFactory

TO = ["owner@nursery.example"]


@pytest.fixture(autouse=True)
def _mail(settings) -> None:
    settings.EMAIL_HOST = "mail.example"
    settings.WEEKLY_SUMMARY_TO = TO
    settings.SITE_URL = "https://demeter.example"


def last_monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday() + 7)


def sell(quantity: int, *, of: int = 100) -> None:
    """On the Wednesday of last week, from a batch of `of` plants."""
    batch = StockBatchFactory()
    moment = timezone.make_aware(datetime.combine(last_monday() + timedelta(days=2), datetime.min.time()))
    StockMovementFactory(batch=batch, quantity=of, happened_at=moment - timedelta(days=30))
    StockMovementFactory(batch=batch, quantity=-quantity, kind=MovementKind.SALE, happened_at=moment)


@pytest.mark.django_db
def test_last_week_is_mailed_once():
    sell(1234, of=2345)
    assert [send_weekly_summary(), send_weekly_summary()] == [True, False]
    [sent] = mail.outbox
    assert sent.to == TO
    monday = last_monday()
    for words in (
        "Stock before: 2,345 plants",
        "Stock after: 1,111 plants",
        "- Sale: 0 / -1,234",
    ):
        assert words in sent.body
    address = f"https://demeter.example/stock/changes/?date_from={monday}&date_to={monday + timedelta(days=6)}"
    assert address in sent.body
    assert sent.extra_headers["Message-ID"] == f"<stock-{monday}@demeter.example>"
    assert WeeklySummary.objects.get(monday=monday).sent_at is not None


@pytest.mark.django_db
def test_without_a_mail_server_or_recipients_nothing_is_sent(settings):
    settings.WEEKLY_SUMMARY_TO = []
    assert not send_weekly_summary()
    settings.WEEKLY_SUMMARY_TO, settings.EMAIL_HOST = TO, ""
    assert not send_weekly_summary()
    assert (mail.outbox, WeeklySummary.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_a_mail_server_that_was_away_gets_it_an_hour_later(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_arguments: object, **_options: object) -> int:
        raise SMTPException("away")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(SMTPException):
            send_weekly_summary()
    assert WeeklySummary.objects.get().sent_at is None
    assert send_weekly_summary()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_it_once():
    def send() -> bool:
        try:
            return send_weekly_summary()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = [future.result() for future in [pool.submit(send) for _ in range(2)]]
    assert sorted(sent) == [False, True] or sent == [True, False]
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_an_empty_week_is_told_too():
    assert "Movements: 0" in compose(last_monday()).body
