"""The read model of the accuracy page: measures by one thing at a time, plots, alarms, and what to do next."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.accuracy.kinds import Kind, container_words, list_kinds, product_words
from gallery.accuracy.measures import (
    Answer,
    Drift,
    Judged,
    Measures,
    Missed,
    Seen,
    find_drifts,
    find_missed,
    group,
    measure,
)
from gallery.accuracy.plots import Months, Scatter, draw_months, draw_scatter
from gallery.accuracy.records import read_answers, read_recounts, read_validations
from locations.models import Packaging, Product

DAYS_OF_MONTH = 30.44
WATCHED = 500  # validated photos


class By(models.TextChoices):
    """What one row of a table is."""

    PRODUCT = "product", gettext_lazy("Product")
    CONTAINER = "container", gettext_lazy("Container")
    PHONE = "phone", gettext_lazy("Phone")
    MODEL = "model", gettext_lazy("Models")
    MONTH = "month", gettext_lazy("Month")


KEYS: Mapping[str, Callable[[Seen], Hashable]] = {
    By.PRODUCT: lambda row: row.product or 0,
    By.CONTAINER: lambda row: row.container,
    By.PHONE: lambda row: row.phone,
    By.MODEL: lambda row: row.model,
    By.MONTH: lambda row: month_of(row.moment),
}


@dataclass(frozen=True)
class Line:
    """One row: `measures` is None where no photo was judged, `asked` are the photos that were to be counted."""

    name: str
    key: str
    measures: Measures | None
    answered: int
    asked: int

    @property
    def answered_percent(self) -> float | None:
        return 100 * self.answered / self.asked if self.asked else None


@dataclass(frozen=True)
class Section:
    """What one source of truth says."""

    lines: tuple[Line, ...]
    total: Measures | None
    scatter: Scatter | None
    months: Months | None


@dataclass(frozen=True)
class Report:
    """Validated photos and blind recounts apart. The alarms are of all validated photos, whatever the period is."""

    validations: Section
    recounts: Section
    answers: Line
    missed: Missed | None
    drifts: tuple["NamedDrift", ...]
    kinds: tuple[Kind, ...]
    judged: tuple[Judged, ...]


@dataclass(frozen=True)
class NamedDrift:
    """A drift with the name of its kind."""

    name: str
    drift: Drift


def read_report(*, by: str, months: int | None) -> Report:
    """The report of photos taken in the last months; None for all."""
    since = timezone.now() - timedelta(days=months * DAYS_OF_MONTH) if months else None
    answers = read_answers(since)
    validated = read_validations(since)
    every = read_validations(None) if since else validated
    names = _Names([*answers, *validated, *every])
    return Report(
        validations=_section(validated, answers, by, names),
        recounts=_section(read_recounts(since), answers, by, names),
        answers=_line("", None, [], answers),
        missed=find_missed(every),
        drifts=tuple(NamedDrift(names.kind_of(drift), drift) for drift in find_drifts(every)),
        kinds=tuple(list_kinds()),
        judged=tuple(every),
    )


def find_alarms() -> bool:
    """Whether a person should look at the accuracy. Two queries."""
    judged = read_validations(None, most=WATCHED)
    return bool(find_missed(judged) or find_drifts(judged))


def month_of(moment: datetime) -> date:
    """The month of a moment in the nursery's time zone, as its first day."""
    return timezone.localtime(moment).date().replace(day=1)


def _section(judged: Sequence[Judged], answers: Sequence[Answer], by: str, names: "_Names") -> Section:
    rows, asked = group(judged, KEYS[by]), group(answers, KEYS[by])
    keys = list({**rows, **asked}) if judged else []
    lines = [_line(names.name(by, key), key, rows.get(key, []), asked.get(key, [])) for key in keys]
    monthly = group(judged, lambda row: month_of(row.moment))
    measured = [(month, found) for month, own in monthly.items() if (found := measure(own)) is not None]
    return Section(
        lines=tuple(sorted(lines, key=_by_key if by == By.MONTH else _most_judged_first)),
        total=measure(judged),
        scatter=draw_scatter(judged),
        months=draw_months(measured),
    )


def _by_key(line: Line) -> tuple[int, int, str]:
    return 0, 0, line.key


def _most_judged_first(line: Line) -> tuple[int, int, str]:
    return -(line.measures.n if line.measures else 0), -line.asked, line.name


def _line(name: str, key: Hashable, judged: Sequence[Judged], answers: Sequence[Answer]) -> Line:
    return Line(name, str(key), measure(judged), sum(row.is_answered for row in answers), len(answers))


class _Names:
    """What products and packagings are called; two queries."""

    def __init__(self, rows: Iterable[Seen]) -> None:
        seen = list(rows)
        products = Product.objects.in_bulk({row.product for row in seen if row.product})
        self._products = {key: product_words(product) for key, product in products.items()}
        self._packagings = Packaging.objects.in_bulk({row.packaging for row in seen if row.packaging})

    def name(self, by: str, key: object) -> str:
        match by, key:
            case By.PRODUCT, int(product):
                return self._products.get(product) or _("Several or unknown products")
            case By.CONTAINER, code:
                return container_words(str(code))
            case By.MONTH, date() as month:
                return date_format(month, "YEAR_MONTH_FORMAT")
            case By.MODEL, model:
                return str(model).partition("-")[0] or _("Unknown")
        return str(key) or _("Unknown phone")

    def kind_of(self, drift: Drift) -> str:
        product, packaging = self._products.get(drift.product or 0), self._packagings.get(drift.packaging or 0)
        parts = (product or _("Several or unknown products"), packaging, container_words(drift.container))
        return ", ".join(str(part) for part in parts if part)
