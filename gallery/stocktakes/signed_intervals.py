"""How far the signed numbers of bays may be off, as far as their photos are still in the stock."""

from collections.abc import Iterable

from stock.conformal import Interval, interval_around
from stock.intervals import margins_of_photos, read_learned
from stock.models import BayState, StocktakeBay


def with_signed_intervals(bays: Iterable[StocktakeBay]) -> list[tuple[StocktakeBay, Interval | None]]:
    """Each bay with the interval of its stock: as far off as its count by photo. Three queries."""
    rows = list(bays)
    photos = {bay.image_id for bay in rows if bay.state == BayState.PHOTO and bay.image_id}
    margins = margins_of_photos(photos, read_learned()) if photos else {}
    return [(bay, interval_around(bay.quantity, margins.get(bay.image_id)) if bay.image_id else None) for bay in rows]
