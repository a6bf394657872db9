"""Which models count: promoted for a group, for all, or shipped; what is missing or damaged stops nothing."""

import pytest
from django.utils import timezone

from locations.models import ProductCategory
from photos.storage import object_store
from photos.storage.keys import model_key
from processing.models import ModelFault, Promotion
from processing.runtime import inference, registry
from processing.runtime.weights import WeightsError
from tests.learning.factories import TrainedModelsFactory
from tests.locations.factories import ProductFactory
from tests.processing.fakes import PaintedDetector, PaintedSegmenter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    registry.forget_loaded()
    yield
    registry.forget_loaded()


@pytest.fixture
def loads(monkeypatch) -> list[str]:
    """Models load without files; which, in order."""
    loaded: list[str] = []

    def read(folder):
        loaded.append(folder)
        return inference.Models(PaintedDetector(), PaintedSegmenter(), {})

    monkeypatch.setattr(registry, "fetch_models", str)
    monkeypatch.setattr(registry, "read_models", read)
    return loaded


def promote(category=None, **fields) -> Promotion:
    return Promotion.objects.create(category=category, trained=TrainedModelsFactory(), figures={}, **fields)


def test_without_a_promotion_the_shipped_models_count(loads):
    assert registry.choose(None) == registry.choose(7) == registry.Choice(None, registry.shipped_versions())
    assert loads == []


def test_a_group_has_its_own_models_and_the_rest_the_general_ones(loads):
    category = ProductFactory().family.category
    general, own = promote(), promote(category)
    assert registry.choose(category.pk).versions["detector"] == own.trained.detector_sha256
    assert registry.choose(None).versions["detector"] == general.trained.detector_sha256
    assert registry.choose(category.pk + 1).versions["detector"] == general.trained.detector_sha256
    assert len(loads) == 2


def test_a_promotion_and_its_end_need_no_restart(loads):
    category: ProductCategory = ProductFactory().family.category
    assert registry.choose(category.pk).models is None
    first, second = promote(category), promote(category)
    assert registry.choose(category.pk).versions["detector"] == second.trained.detector_sha256
    Promotion.objects.filter(pk=second.pk).update(ended_at=timezone.now())
    assert registry.choose(category.pk).versions["detector"] == first.trained.detector_sha256
    Promotion.objects.filter(pk=first.pk).update(ended_at=timezone.now())
    assert registry.choose(category.pk).models is None


def test_missing_weights_are_said_and_the_shipped_models_go_on():
    """As after the restore of a backup that lacks them."""
    row = promote()
    row.trained.description.update(_description("0" * 64))
    _replace_description(row)
    assert registry.choose(None) == registry.Choice(None, registry.shipped_versions())
    assert "is missing in the storage" in ModelFault.objects.get().reason
    assert registry.choose(None).models is None  # and does not ask the storage again for each photo


def test_damaged_weights_are_said_and_loaded_once_they_are_whole(monkeypatch, loads):
    row = promote()
    whole = []

    def fetch(trained):
        if not whole:
            raise WeightsError("A file is damaged in the storage")
        return str(trained)

    monkeypatch.setattr(registry, "fetch_models", fetch)
    assert registry.choose(None).models is None
    assert "damaged" in ModelFault.objects.get(trained=row.trained).reason
    whole.append(True)
    assert registry.choose(None).models is None  # some minutes have to pass
    monkeypatch.setattr(registry, "TRY_AGAIN_SECONDS", 0.0)
    assert registry.choose(None).models is not None
    assert not ModelFault.objects.exists()


def test_a_run_is_finished_by_the_models_it_began_with(loads):
    row = promote()
    versions = registry.versions_of(row.trained)
    Promotion.objects.update(ended_at=timezone.now())
    assert registry.models_of(versions) is not None
    assert registry.models_of(registry.shipped_versions()) is None
    assert registry.models_of(None) is None
    with pytest.raises(WeightsError, match="not here any more"):
        registry.models_of({"detector": "x", "segmenter": "y"})


def _description(sha256: str) -> dict[str, object]:
    entry = {"file": "m.pt", "sha256": sha256, "cpu": {"folder": "m", "files": {}}}
    return {"detector": entry, "segmenter": entry}


def _replace_description(row: Promotion) -> None:
    """Rows of models cannot be changed, so another one takes the place."""
    object_store.delete_object(model_key("0" * 64))
    row.trained = TrainedModelsFactory(description=row.trained.description)
    row.save()
