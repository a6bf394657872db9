"""What the page Models and the API say about data sets."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from demeter.common.exceptions import NotFoundError
from learning.data_sets import read_corrected
from learning.exchange.exporting import LAYOUTS, Layout
from learning.models import DataSet, Source, TrainingRun

ROWS_A_PAGE = 20


@dataclass(frozen=True)
class Ready:
    """How many photos the next version would have, and how many are left out because they judge models."""

    photos: int
    shipped: int


def read_ready() -> Ready:
    """As of now."""
    corrected = read_corrected()
    return Ready(len(corrected.sessions), corrected.shipped)


def last_name() -> str:
    """The name of the newest data set of the gallery's photos."""
    return DataSet.objects.filter(source=Source.PHOTOS).values_list("name", flat=True).first() or ""


def list_data_sets(page: int) -> Page[DataSet]:
    """Every version, newest first."""
    return Paginator(DataSet.objects.select_related("made_by"), ROWS_A_PAGE).get_page(page)


def find_data_set(data_set_id: int) -> DataSet:
    """Raises NotFoundError."""
    found = DataSet.objects.filter(pk=data_set_id).first()
    if found is None:
        raise NotFoundError(_("There is no data set with this number."))
    return found


def find_run(run_id: int) -> TrainingRun:
    """Raises NotFoundError."""
    found = TrainingRun.objects.select_related("data_set", "requested_by", "cancelled_by").filter(pk=run_id).first()
    if found is None:
        raise NotFoundError(_("There is no training with this number."))
    return found


def find_layout(name: str) -> Layout:
    """Raises NotFoundError."""
    for layout in LAYOUTS:
        if layout == name:
            return layout
    raise NotFoundError(_("There is no such layout."))
