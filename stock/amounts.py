"""*Pure*: sums of stock, what they are worth, and how sure they are."""

from dataclasses import dataclass
from decimal import Decimal

from stock.conformal import Interval


@dataclass(frozen=True)
class Value:
    """What plants are worth at the prices of their products, in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Amounts:
    """Plants, and how many of them are signed off, counted in the last 30 days, uncertain...

    `earlier` is the stock at the date that is compared. `unexplained` are the plants, too many or too few, by which
    counts until then differ from what was expected and that nobody has explained. `unpriced` are the plants whose
    product has no price. `interval` is None where it is not known of all plants, of which `unmeasured` are counted
    without.
    """

    plants: int
    earlier: int
    batches: int
    signed_off: int
    recent: int
    uncertain: int
    unexplained: int
    never_counted: int
    unpriced: int
    values: tuple[Value, ...] = ()
    unmeasured: int = 0
    interval: Interval | None = None

    @property
    def change(self) -> int:
        """Plants more than at the date that is compared."""
        return self.plants - self.earlier

    @property
    def is_uncertain(self) -> bool:
        """Whether the number may be wrong."""
        return self.uncertain > 0

    @property
    def signed_off_percent(self) -> int | None:
        return percent(self.signed_off, self.plants)

    @property
    def recent_percent(self) -> int | None:
        return percent(self.recent, self.plants)

    @property
    def uncertain_percent(self) -> int | None:
        return percent(self.uncertain, self.plants)

    @property
    def never_counted_percent(self) -> int | None:
        return percent(self.never_counted, self.plants)

    @property
    def unpriced_percent(self) -> int | None:
        return percent(self.unpriced, self.plants)


def percent(part: int, whole: int) -> int | None:
    """Whole percent; 0 and 100 only for none and all. None of nothing."""
    if whole <= 0:
        return None
    return part * 100 // whole if part in (0, whole) else min(99, max(1, round(part * 100 / whole)))
