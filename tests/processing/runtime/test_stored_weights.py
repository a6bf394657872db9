"""Weights in the object store: whole or refused."""

import json
import shutil

import pytest

from photos.storage import object_store
from photos.storage.keys import model_key
from processing.models import TrainedModels
from processing.runtime.stored_weights import fetch_models, store_models
from processing.runtime.weights import TRAINED_DIR, WEIGHT_NAMES, WeightsError, read_weights

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(TRAINED_DIR, tmp_path / "weights")
    return tmp_path / "weights"


def test_models_are_stored_once_and_fetched_whole(folder):
    made = store_models(folder)
    assert store_models(folder) == made
    assert TrainedModels.objects.count() == 1
    fetched = fetch_models(made)
    for name in WEIGHT_NAMES:
        weights = read_weights(name, fetched)
        weights.verify()
        assert weights.sha256 == read_weights(name).sha256
    assert fetch_models(made) == fetched


def test_a_damaged_file_here_is_fetched_again(folder):
    made = store_models(folder)
    path = fetch_models(made) / "detector.pt"
    path.write_bytes(path.read_bytes()[:100])
    read_weights("detector", fetch_models(made)).verify()


def test_what_is_missing_or_damaged_in_the_store_is_refused(folder):
    made = store_models(folder)
    key = model_key(made.detector_sha256)
    object_store.put_object(key, b"other", content_type="application/octet-stream")
    with pytest.raises(WeightsError, match="is damaged in the storage"):
        fetch_models(made)
    object_store.delete_object(key)
    with pytest.raises(WeightsError, match="is missing in the storage"):
        fetch_models(made)


def test_a_folder_that_is_not_as_described_is_not_stored(folder):
    description = json.loads((folder / "weights.json").read_text())
    description["detector"]["sha256"] = "0" * 64
    (folder / "weights.json").write_text(json.dumps(description))
    with pytest.raises(WeightsError, match="are damaged"):
        store_models(folder)
    assert not TrainedModels.objects.exists()
