"""The read model of the page of changes: stock at both ends of a period, and what came between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from gallery.common.forms import PER_PAGE
from gallery.stock.forms import ChangesForm
from locations.models import Product, StorageArea, Warehouse
from stock.amounts import Amounts
from stock.changes import (
    Flow,
    Flows,
    LateMovements,
    Period,
    find_movements,
    find_surprises,
    late_movements,
    sum_movements,
)
from stock.models import Difference, MovementKind, StockMovement
from stock.overview import StockFilter, read_stock

SHOWN = 10
STOCK_FILTERS = ("warehouse_id", "area_id", "product_id")


@dataclass(frozen=True)
class NamedFlow:
    """What one kind, product, place or person changed; `column` and `key` narrow the page to it."""

    column: str
    key: str | int
    name: str
    flow: Flow


@dataclass(frozen=True)
class FlowTable:
    """The largest rows of one column; `left_out` is the number of those that are not shown."""

    title: str
    rows: tuple[NamedFlow, ...]
    left_out: int


@dataclass(frozen=True)
class ChangesReport:
    """What changed during a period. `stock` has the plants at its end, and as `earlier` those at its start."""

    stock: Amounts
    flows: Flows
    tables: tuple[FlowTable, ...]
    late: LateMovements
    surprises: Sequence[Difference]
    movements: Page[StockMovement]

    @property
    def is_empty(self) -> bool:
        return not (self.flows.total.movements or self.late.movements)


def read_changes(period: Period, chosen: Mapping[str, str | int], *, page: int = 1) -> ChangesReport:
    """The report of a period, narrowed to `chosen` (columns of `stock.changes.SUMMED`)."""
    stocked = {name: int(value) for name, value in chosen.items() if name in STOCK_FILTERS}
    stock = read_stock(StockFilter(before=period.until, compared_before=period.since, chosen=stocked), limit=0).total
    flows = sum_movements(period, chosen)
    movements = find_movements(period, chosen).select_related("batch__product", "batch__location", "user")
    paginator = Paginator(movements.order_by("-happened_at", "-created_at", "-movement_id"), PER_PAGE)
    paginator.count = flows.total.movements
    return ChangesReport(
        stock=stock,
        flows=flows,
        tables=_tables(flows, chosen),
        late=late_movements(period, chosen),
        surprises=find_surprises(period, stocked),
        movements=paginator.get_page(page),
    )


def chosen_by(form: ChangesForm) -> dict[str, str | int]:
    """The filters that are set in a valid form."""
    cleaned = form.cleaned_data
    warehouse = cleaned["warehouse_id"]
    chosen = {**cleaned, "warehouse_id": warehouse.pk if warehouse else None}
    names = ("kind", "warehouse_id", "area_id", "product_id", "user_id")
    return {name: chosen[name] for name in names if chosen[name]}


def name_of(column: str, key: str | int | None) -> str:
    """The name of one filter."""
    return _names(column, [key]).get(key, f"#{key}")


def _tables(flows: Flows, chosen: Mapping[str, object]) -> tuple[FlowTable, ...]:
    """By kind, place, product and person; areas inside a chosen warehouse, else warehouses."""
    place = "area_id" if "warehouse_id" in chosen else "warehouse_id"
    titles = {"kind": _("By kind"), place: _("By place"), "product_id": _("By product"), "user_id": _("By person")}
    return tuple(_table(title, column, flows) for column, title in titles.items() if column not in chosen)


def _table(title: str, column: str, flows: Flows) -> FlowTable:
    largest = list(flows.by[column].items())[:SHOWN]
    names = _names(column, [key for key, _flow in largest])
    rows = tuple(NamedFlow(column, key or "", names.get(key, f"#{key}"), flow) for key, flow in largest)
    return FlowTable(title, rows, len(flows.by[column]) - len(rows))


def _names(column: str, keys: Iterable[str | int | None]) -> dict[str | int | None, str]:
    known = [key for key in keys if key is not None]
    match column:
        case "kind":
            return {value: str(label) for value, label in MovementKind.choices}
        case "product_id":
            return {product.pk: product.common_name for product in Product.objects.filter(pk__in=known)}
        case "warehouse_id":
            return dict(Warehouse.objects.filter(pk__in=known).values_list("pk", "name"))
        case "area_id":
            areas = StorageArea.objects.filter(pk__in=known).select_related("warehouse")
            return {area.pk: str(area) for area in areas.defer("polygon", "warehouse__polygon")}
    users: dict[str | int | None, str] = {None: "Demeter"}
    users.update((user.pk, user.get_full_name() or user.get_username()) for user in User.objects.filter(pk__in=known))
    return users
