"""The photos of an upload that wait for the same fix, one after the other: which one is shown, and which comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms

from gallery.common.permissions import FIX_PERMISSIONS
from photos.models import S3Image
from processing.problems import Problem
from processing.statuses import UNFINISHED
from processing.worklist import AT_ONCE


class SeriesForm(forms.Form):
    """How many photos of the series were fixed before the one that is shown."""

    fixed = forms.IntegerField(min_value=0, max_value=AT_ONCE, required=False)


@dataclass(frozen=True)
class Series:
    """The shown photo is number `position` of `total`, of which `fixed` do not wait any more."""

    fixed: int
    position: int
    total: int
    next_id: UUID | None


def read_fixed(values: Mapping[str, str]) -> int:
    """How many were fixed before, from the address or the form; nonsense means none."""
    form = SeriesForm(values)
    return (form.cleaned_data["fixed"] or 0) if form.is_valid() else 0


def find_series(image: S3Image, problem: Problem, *, fixed: int) -> Series:
    """Where a photo stands among those of its upload with this problem, whether or not it still has it. One query."""
    here = (image.created_at, image.pk)
    waiting = _find_waiting(image, problem)
    earlier = [other for moment, other in waiting if (moment, other) < here]
    later = [other for moment, other in waiting if (moment, other) > here]
    position = fixed + len(earlier) + 1
    return Series(fixed, position, position + len(later), next(iter([*later, *earlier]), None))


def _find_waiting(image: S3Image, problem: Problem) -> Sequence[tuple[datetime, UUID]]:
    """When the photos of the same upload with this problem came, in that order."""
    if image.upload_id is None or problem.fix not in FIX_PERMISSIONS:
        return []
    waiting = S3Image.objects.to_do().filter(problem=problem.code, upload=image.upload_id)
    found = waiting.exclude(jobs__status__in=UNFINISHED).order_by("created_at", "pk")
    return list(found.values_list("created_at", "pk")[:AT_ONCE])
