"""Which evidence packs were made, and what they can be made of."""

from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from processing.models import EvidencePack
from stock.models import Stocktake

NAMES = ("opened_by", "closed_by", "warehouse", "area__warehouse")


def find_stocktake(number: int) -> Stocktake:
    """A stocktake with the names that its evidence needs. Raises NotFoundError."""
    found = Stocktake.objects.select_related(*NAMES).filter(pk=number).first()
    if found is None:
        raise NotFoundError(_("There is no stocktake with this number."))
    return found


def find_pack(fingerprint: str) -> EvidencePack:
    """The pack with this fingerprint that was made here. Raises NotFoundError."""
    found = EvidencePack.objects.select_related("made_by").filter(fingerprint=fingerprint).first()
    if found is None:
        raise NotFoundError(_("No evidence pack with this fingerprint was made here."))
    return found
