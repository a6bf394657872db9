"""Which models count a photo: those promoted for what grows there, else those promoted for all, else the shipped ones.

Workers ask before each photo, so that a promotion needs no restart. Models that cannot be loaded (a file is missing or
damaged here and in the store) are noted as a fault, which the page Models shows, and the shipped ones count instead.
The containers of one photo are always counted by one pair: the one that its run names.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from processing.models import ModelFault, Promotion, TrainedModels
from processing.runtime.inference import Models, read_models
from processing.runtime.stored_weights import fetch_models
from processing.runtime.weights import WEIGHT_NAMES, WeightsError, read_weights

logger = logging.getLogger(__name__)
MOST_LOADED = 3
TRY_AGAIN_SECONDS = 300.0
_failed: dict[int, float] = {}


@dataclass(frozen=True)
class Choice:
    """Models to count with (None: the shipped ones), and the SHA-256 of their weights by name."""

    models: Models | None
    versions: Mapping[str, str]


def shipped_versions() -> dict[str, str]:
    """The SHA-256 of the shipped weights by name."""
    return {name: read_weights(name).sha256 for name in WEIGHT_NAMES}


def promoted_for(category_id: int | None) -> TrainedModels | None:
    """What was promoted for a category, or for all; None for the shipped models."""
    rows = Promotion.objects.in_force().select_related("trained")
    own = rows.filter(category=category_id).first() if category_id else None
    found = own or rows.filter(category=None).first()
    return found.trained if found else None


def choose(category_id: int | None) -> Choice:
    """The models for a photo of this category.

    Raises UnavailableError if they are not here and the storage is away.
    """
    trained = promoted_for(category_id)
    if trained is not None:
        try:
            return Choice(_load(trained), versions_of(trained))
        except WeightsError:
            logger.exception("models %s cannot be loaded; the shipped ones count instead", trained)
    return Choice(None, shipped_versions())


def versions_of(trained: TrainedModels | None) -> dict[str, str]:
    """The SHA-256 of weights by name; those of the shipped ones for None."""
    if trained is None:
        return shipped_versions()
    return {"segmenter": trained.segmenter_sha256, "detector": trained.detector_sha256}


def models_of(versions: Mapping[str, str] | None) -> Models | None:
    """The models that a run began with (None: the shipped ones).

    Raises WeightsError if they cannot be had any more, UnavailableError if the storage is away.
    """
    if not versions or dict(versions) == shipped_versions():
        return None
    trained = TrainedModels.objects.filter(
        detector_sha256=versions.get("detector", ""), segmenter_sha256=versions.get("segmenter", "")
    ).first()
    if trained is None:
        raise WeightsError(f"The models of this run are not here any more: {dict(versions)}")
    return _load(trained)


def _load(trained: TrainedModels) -> Models:
    """The models, loaded once in each process. After a failure nobody tries again for some minutes."""
    if time.monotonic() - _failed.get(trained.pk, -TRY_AGAIN_SECONDS) < TRY_AGAIN_SECONDS:
        raise WeightsError(f"The models {trained} could not be loaded a moment ago")
    try:
        models = _loaded(trained.pk)
    except WeightsError as error:
        _failed[trained.pk] = time.monotonic()
        ModelFault.objects.update_or_create(trained=trained, defaults={"reason": str(error)})
        raise
    if _failed.pop(trained.pk, None) is not None or ModelFault.objects.filter(trained=trained).exists():
        ModelFault.objects.filter(trained=trained).delete()
    return models


@lru_cache(maxsize=MOST_LOADED)
def _loaded(trained_id: int) -> Models:
    try:
        return read_models(fetch_models(TrainedModels.objects.get(pk=trained_id)))
    except (OSError, RuntimeError, ValueError) as error:  # whole files that the runtime does not take
        raise WeightsError(f"The models cannot be loaded: {error}") from error


def forget_loaded() -> None:
    """For tests: load again, and try again."""
    _loaded.cache_clear()
    _failed.clear()
