"""The freeze: what happened before the moment of a closed stocktake can no longer be recorded at its places.

Counts by photo are not refused, because they show what is there: a closed stocktake keeps its own numbers, and says
that the stock has changed since (`stock.stocktakes`).
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from demeter.common.exceptions import ConflictError
from locations.models import StorageLocation
from stock.models import Stocktake


def refuse_frozen(places: Collection[int], happened_at: datetime) -> None:
    """Raise ConflictError if a closed stocktake has signed the stock of one of these locations after this moment.

    The caller holds the locks of the locations, as does whoever closes a stocktake.
    """
    later = Stocktake.objects.closed().filter(moment__gt=happened_at)
    if not later.exists():
        return
    for location in StorageLocation.objects.filter(pk__in=places).select_related("storage_area"):
        found = later.filter(
            Q(warehouse=None, area=None)
            | Q(warehouse=location.storage_area.warehouse_id)
            | Q(area=location.storage_area_id)
            | Q(bays__location=location)
        )
        stocktake = found.order_by("-moment").first()
        if stocktake is not None:
            words = _(
                "%(location)s belongs to stocktake %(number)s, which was signed with its stock of %(moment)s. Nothing "
                "earlier can be recorded or undone there: record it with a later date, or as an adjustment of today."
            )
            moment = date_format(timezone.localtime(stocktake.moment), "DATETIME_FORMAT")
            raise ConflictError(words % {"location": location.name, "number": stocktake.number, "moment": moment})
