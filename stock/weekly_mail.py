"""The weekly summary by mail: what changed in the stock last week, for those named in WEEKLY_SUMMARY_TO.

`processing.periodic_tasks` calls `send_weekly_summary` every hour. The row of the week says whether it was sent, so
that it is sent once, also if the mail server was away, or several workers try at the same time.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stock.changes import Period, find_surprises, late_movements, sum_movements
from stock.conformal import Interval, interval_around
from stock.intervals import margins_by_batch
from stock.models import Difference, MovementKind, StockCount, WeeklySummary
from stock.overview import StockFilter, read_stock

WEEK = timedelta(days=7)
SHOWN = 10


def send_weekly_summary() -> bool:
    """Mail the summary of the last full week unless that was done; whether it was sent now.

    A worker that dies between the mail server's answer and the commit sends it again, with the same Message-ID.
    """
    if not (settings.EMAIL_HOST and settings.WEEKLY_SUMMARY_TO):
        return False
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday()) - WEEK
    WeeklySummary.objects.get_or_create(monday=monday)
    with transaction.atomic():
        waiting = WeeklySummary.objects.select_for_update(skip_locked=True).filter(monday=monday, sent_at=None).first()
        if waiting is None:
            return False
        with translation.override(settings.MAIL_LANGUAGE):
            compose(monday).send()
        waiting.sent_at = timezone.now()
        waiting.save(update_fields=["sent_at", "updated_at"])
    return True


def compose(monday: date) -> EmailMessage:
    """The summary of the week that begins on a Monday, in the active language."""
    sunday = monday + WEEK - timedelta(days=1)
    days = {"first": date_format(monday), "last": date_format(sunday)}
    return EmailMessage(
        subject=_("Demeter: stock from %(first)s to %(last)s") % days,
        body="\n".join(_lines(monday, sunday)),
        to=settings.WEEKLY_SUMMARY_TO,
        headers={"Message-ID": f"<stock-{monday.isoformat()}@{urlsplit(settings.SITE_URL).hostname}>"},
    )


def _lines(monday: date, sunday: date) -> list[str]:
    period = Period(_midnight(monday), _midnight(monday + WEEK))
    stock = read_stock(StockFilter(before=period.until, compared_before=period.since), limit=0).total
    flows, late = sum_movements(period, {}), late_movements(period, {})
    lines = [
        _("Stock before: %(number)s plants") % {"number": intcomma(stock.earlier)},
        _("Stock after: %(number)s plants") % {"number": _with_interval(stock.plants, stock.interval)},
    ]
    if stock.uncertain:
        lines.append(
            _("Of these, %(number)s may be wrong: their last counts are in doubt or open.")
            % {"number": intcomma(stock.uncertain)}
        )
    kinds = dict(MovementKind.choices)
    lines += ["", _("Movements: %(number)s") % {"number": intcomma(flows.total.movements)}]
    lines += [
        f"- {kinds.get(str(kind), kind)}: {_signed(flow.plants_in)} / {_signed(flow.plants_out)}"
        for kind, flow in flows.by["kind"].items()
    ]
    if late.movements:
        lines.append(
            _("Recorded for earlier dates: %(number)s movements, %(plants)s plants")
            % {"number": intcomma(late.movements), "plants": _signed(late.plants)}
        )
    return [*lines, *_surprises(period), "", _address(monday, sunday)]


def _surprises(period: Period) -> list[str]:
    found = find_surprises(period, {})
    if not found:
        return []
    words = ngettext("%(number)s count that surprises:", "%(number)s counts that surprise:", len(found))
    intervals = _intervals(found[:SHOWN])
    rows = [
        _("- %(place)s: expected %(expected)s, counted %(counted)s")
        % {
            "place": surprise.batch.location.full_name,
            "expected": intcomma(surprise.expected),
            "counted": _with_interval(surprise.counted, intervals.get((surprise.visit_id, surprise.batch_id))),
        }
        for surprise in found[:SHOWN]
    ]
    return ["", words % {"number": intcomma(len(found))}, *rows]


def _intervals(surprises: Sequence[Difference]) -> dict[tuple[int | None, int], Interval | None]:
    """The interval of each surprising count, by visit and batch. Four queries."""
    visits = [surprise.visit_id for surprise in surprises if surprise.visit_id]
    counts = StockCount.objects.in_force().filter(visit__in=visits).select_related("batch").prefetch_related("shares")
    margins = margins_by_batch(counts)
    return {
        (surprise.visit_id, surprise.batch_id): interval_around(
            surprise.counted, margins.get((surprise.visit_id, surprise.batch_id))
        )
        for surprise in surprises
    }


def _with_interval(number: int, interval: Interval | None) -> str:
    """A number as on the pages: "1,234 ± 56"."""
    if interval is None or interval.is_checked:
        return intcomma(number)
    return f"{intcomma(number)} ± {intcomma(interval.half)}"


def _address(monday: date, sunday: date) -> str:
    return f"{settings.SITE_URL}{reverse('stock-changes')}?date_from={monday}&date_to={sunday}"


def _signed(number: int) -> str:
    return f"+{intcomma(number)}" if number > 0 else intcomma(number)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
