import json

import numpy as np
import pytest

from training.nursery.phone import photograph
from training.nursery.write import is_written, write
from training.pictures import CONTAINER_CLASSES, PLANT_CLASSES, load_synthetic

ITEM = {"container": 0, "species": None, "amodal": [10, 10, 30, 30], "in_frame": 1.0, "visible_px": 400}


def truth_of(seed: int) -> dict:
    items = [
        ITEM | {"id": 0, "label": "plant", "visibility": 1.0, "visible": [10, 10, 30, 30]},
        ITEM | {"id": 1, "label": "dead", "visibility": 0.9, "visible": [40, 10, 60, 30]},
        ITEM | {"id": 2, "label": "empty", "visibility": 0.1, "visible": [60, 10, 80, 30]},
    ]
    counts = {"plant": 1, "dead": 1, "empty": 0}
    container = {"id": 0, "cls": "box", "capacity": 3, "polygon": [[0, 0], [80, 0], [80, 50]], "visible": counts}
    return {
        "image": f"s{seed:05d}.jpg", "width": 100, "height": 50, "meta": {"seed": seed},
        "totals": {"scene": counts, "in_frame": counts, "visible": counts}, "containers": [container], "items": items,
    }  # fmt: skip


def test_written_picture_is_read_by_the_training(tmp_path):
    picture = np.full((50, 100, 3), 90, np.uint8)
    assert not is_written(tmp_path, 8)
    write(tmp_path, picture, truth_of(8), np.random.default_rng(1))
    assert is_written(tmp_path, 8)
    (read,) = load_synthetic(tmp_path, "train")
    assert [PLANT_CLASSES[label] for label in read.labels] == ["plant", "dead"]
    assert CONTAINER_CLASSES[read.containers[0][0]] == "box"
    assert read.path.is_file()


def test_yolo_files_hold_what_can_be_seen(tmp_path):
    write(tmp_path, np.zeros((50, 100, 3), np.uint8), truth_of(8), np.random.default_rng(1))
    boxes = (tmp_path / "labels_det" / "s00008.txt").read_text().splitlines()
    assert boxes[0] == "0 0.200000 0.400000 0.200000 0.400000"
    assert [line.split()[0] for line in boxes] == ["0", "2"]
    assert (tmp_path / "labels_seg" / "s00008.txt").read_text() == "1 0.00000 0.00000 0.80000 0.00000 0.80000 1.00000"


def test_seed_without_its_truth_is_rendered_again(tmp_path):
    write(tmp_path, np.zeros((50, 100, 3), np.uint8), truth_of(8), np.random.default_rng(1))
    truth = tmp_path / "truth" / "s00008.json"
    assert json.loads(truth.read_text())["meta"]["seed"] == 8
    truth.unlink()
    assert not is_written(tmp_path, 8)


def test_phone_exposes_dim_and_bright_scenes_alike():
    scene = np.random.default_rng(0).uniform(0.05, 0.4, (60, 80, 3)).astype(np.float32)
    depth = np.ones((60, 80), np.float32)
    dim, bright = (photograph(scene * light, depth, np.random.default_rng(3)) for light in (0.2, 5.0))
    assert dim.dtype == np.uint8
    assert 30 < dim.mean() < 220
    assert dim.mean() == pytest.approx(bright.mean(), rel=0.1)
