"""The stages of a training on own photos: what they make, and that they go on after an interruption."""

import json
import shutil
from pathlib import Path

import cv2
import pytest

from training import on_photos
from training.pictures import load_labelled, split_of
from training.rehearsal import FOLDER, load_rehearsal

PART = {"own": 3, "rehearsal": 3, "collages": 3, "passes": 1, "epoch_tiles": 3, "lr": 0.0004}


@pytest.fixture
def work(tmp_path, monkeypatch) -> Path:
    """Two photos to learn from; trainings and conversions are stand-ins."""
    (tmp_path / "photos").mkdir()
    entries = json.loads((FOLDER / "labels.json").read_text())[:2]
    for entry in entries:
        shutil.copy(FOLDER / entry["image"], tmp_path / "photos")
    entries[1]["containers"] = None
    (tmp_path / "photos" / "labels.json").write_text(json.dumps(entries))
    (tmp_path / "job.json").write_text(json.dumps({"models": {"detector": PART, "segmenter": PART}, "seed": 1}))
    monkeypatch.setattr(on_photos, "CUTOUTS_EACH", 2)
    monkeypatch.setattr(on_photos, "LEAFY_EACH", 2)
    monkeypatch.setattr(on_photos, "_train", lambda _work, _name, _job, _progress: None)
    monkeypatch.setattr(on_photos, "_pack", lambda _work, name: name[0] * 64)
    monkeypatch.setattr(on_photos, "_describe", lambda _work, _weights: None)
    return tmp_path


def test_rehearsal_is_of_the_training_split_and_has_every_kind():
    pictures = load_rehearsal()
    assert {split_of(int(picture.path.stem.removeprefix("s"))) for picture in pictures} == {"train"}
    assert {kind for picture in pictures for kind, _polygon in picture.containers} == {0, 1, 2}
    assert sum(len(picture.boxes) for picture in pictures) > 3000
    for picture in pictures[:3]:
        assert cv2.imread(str(picture.path)).shape[1::-1] == picture.resolution_wh


def test_a_photo_of_which_a_subject_is_not_known_is_left_out(work):
    assert len(load_labelled(work / "photos", "plants")) == 2
    assert len(load_labelled(work / "photos", "containers")) == 1


def test_both_models_get_tiles_and_collages_and_an_end(work):
    on_photos.train_all(work)
    for name in ("detector", "segmenter"):
        assert len(list((work / name / "tiles" / "images" / "train").iterdir())) == 6
        assert len(list((work / name / "collages" / "images").iterdir())) == 3
        described = json.loads((work / name / "tiles" / "data.yaml").read_text())
        assert all(Path(folder).is_dir() for folder in described["train"])
    assert json.loads((work / "done.json").read_text())["weights"] == {"detector": "d" * 64, "segmenter": "s" * 64}
    told = json.loads((work / "progress.json").read_text())
    assert told["done"] == pytest.approx(
        told["all"] - sum(on_photos._sample_units(n, PART) for n in on_photos.SUBJECTS)
    )


def test_what_is_made_is_not_made_again_and_half_a_collage_is(work, monkeypatch):
    on_photos.train_all(work)
    tile = work / "detector" / "tiles" / "images" / "train" / "0-00000.jpg"
    collages = sorted((work / "detector" / "collages" / "images").iterdir())
    before = [path.read_bytes() for path in (tile, *collages)]
    tile_time = tile.stat().st_mtime_ns
    collages[1].write_bytes(collages[1].read_bytes()[:500])
    collages[2].unlink()
    on_photos.train_all(work)
    assert tile.stat().st_mtime_ns == tile_time
    assert [path.read_bytes() for path in (tile, *collages)] == before
