import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from training import pictures
from training.pictures import (
    CONTAINER_CLASSES,
    PLANT_CLASSES,
    REAL_CONTAINERS,
    REAL_SETS,
    load_drawn,
    load_real,
    read_test_photos,
)

DRAWN = Path(pictures.__file__).with_name("drawn.json")
LEFT, RIGHT = [0, 0, 500, 1000], [500, 0, 1000, 1000]


def write_photo(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((100, 200, 3), 90, np.uint8))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def drawn(tmp_path):
    """One photo of 200 x 100 px: two plants drawn in its left half, none in its right, no container looked for."""
    boxes = [{"label": "plant", "xyxy": [100, 100, 200, 300]}, {"label": "dead", "xyxy": [250, 500, 300, 600]}]
    regions = [{"region": LEFT, "boxes": boxes}, {"region": RIGHT, "boxes": []}]
    entry = {"image": "a.jpg", "width": 200, "height": 100, "regions": regions, "containers": None}
    (tmp_path / "drawn.json").write_text(json.dumps([entry]))
    write_photo(tmp_path / "a.jpg")
    return tmp_path


def test_each_drawn_region_is_a_picture(drawn):
    left, right = load_drawn(drawn / "drawn.json", drawn, "plants")
    assert left.boxes.tolist() == [[20, 10, 40, 30], [50, 50, 60, 60]]
    assert [PLANT_CLASSES[label] for label in left.labels] == ["plant", "dead"]
    assert not len(right.boxes)
    assert (left.region, right.region) == (pytest.approx((0, 0, 100, 100)), pytest.approx((100, 0, 200, 100)))


def test_a_photo_in_which_no_containers_were_looked_for_teaches_none(drawn):
    assert load_drawn(drawn / "drawn.json", drawn, "containers") == []


@pytest.mark.parametrize("subject", ["plants", "containers"])
def test_a_test_photo_is_refused_under_any_name(drawn, monkeypatch, subject):
    checksum = hashlib.sha256((drawn / "a.jpg").read_bytes()).hexdigest()
    monkeypatch.setattr(pictures, "read_test_photos", lambda: {checksum: "photos/elsewhere.jpg"})
    with pytest.raises(ValueError, match="kept for judging"):
        load_drawn(drawn / "drawn.json", drawn, subject)


def test_no_drawn_photo_is_a_test_photo():
    entries = json.loads(DRAWN.read_text())
    assert not {entry["sha256"] for entry in entries} & set(read_test_photos())
    assert not {entry["image"] for entry in entries} & set(read_test_photos().values())


@pytest.mark.parametrize("name", sorted(REAL_SETS))
def test_real_sets_leave_out_test_photos_and_others_of_their_trays(tmp_path, name):
    kept = [Path(photo).name for photo in read_test_photos().values() if photo.startswith(f"{name}/")]
    (tmp_path / name / "labels").mkdir(parents=True)
    for photo in [*kept, *(f"{start}other.jpg" for start in REAL_SETS[name]), "another.jpg"]:
        write_photo(tmp_path / name / "images" / photo)
        (tmp_path / name / "labels" / photo).with_suffix(".txt").write_text("0 0.5 0.5 0.2 0.2")
    assert [picture.path.name for picture in load_real(tmp_path, name)] == ["another.jpg"]


@pytest.mark.parametrize("name", sorted(REAL_CONTAINERS))
def test_a_real_set_teaches_the_container_that_it_shows(tmp_path, name):
    write_photo(tmp_path / name / "images" / "a.jpg")
    (tmp_path / name / "labels").mkdir()
    (tmp_path / name / "labels" / "a.txt").write_text("0 0.3 0.3 0.1 0.2\n1 0.7 0.6 0.1 0.2\n0 0.5 0.7 0.1 0.2")
    (picture,) = load_real(tmp_path, name, "containers")
    ((kind, polygon),) = picture.containers
    shown, extent = REAL_CONTAINERS[name]
    margin = 7  # a plant is 20 px wide
    around = (50 - margin, 20 - margin, 150 + margin, 80 + margin) if extent == "around plants" else (0, 0, 200, 100)
    assert CONTAINER_CLASSES[kind] == shown
    assert [*polygon.min(0), *polygon.max(0)] == pytest.approx(around)
    assert len(load_real(tmp_path, name)[0].containers) == 0


def test_a_set_without_containers_is_refused_for_them(tmp_path):
    with pytest.raises(ValueError, match="has no outlines of containers"):
        load_real(tmp_path, "photos/dense-aerial", "containers")


@pytest.mark.parametrize("subject", ["plants", "containers"])
def test_a_test_photo_among_a_real_set_is_refused(tmp_path, monkeypatch, subject):
    folder = tmp_path / "real/snapdragon-bed"
    checksum = write_photo(folder / "images" / "snap.jpg")
    (folder / "labels").mkdir()
    (folder / "labels" / "snap.txt").write_text("")
    monkeypatch.setattr(pictures, "read_test_photos", lambda: {checksum: "snap"})
    with pytest.raises(ValueError, match="kept for judging"):
        load_real(tmp_path, "real/snapdragon-bed", subject)
