"""Data sets as COCO and YOLO: written and read again, by pycocotools and Ultralytics too; bad ZIPs are refused."""

import contextlib
import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import zipfile

import cv2
import numpy as np
import pytest

from demeter.common.exceptions import ConflictError, InvalidInputError, UnavailableError
from learning.data_sets import make_data_set
from learning.exchange.exporting import LAYOUTS, export_data_set
from learning.exchange.importing import import_data_set
from learning.labels import Labels, Outline, PlantBox, read_labels
from learning.models import DataSet, HeldOutPhoto
from photos.storage import object_store
from tests.learning.factories import correct_photo, make_zip
from tests.locations.factories import LocationConfigFactory
from tests.photos.files import huge_png, make_exif, make_picture

pytestmark = pytest.mark.django_db
YOLO = b'{"names": ["plant", "empty", "dead"]}'


@pytest.fixture
def data_set():
    """Two visits of one product, one of them held out; one photo was taken with the phone upright."""
    config = LocationConfigFactory()
    correct_photo(config, days_ago=3)
    turned = make_picture(size=(1000, 1000), exif=make_exif(orientation=6))
    correct_photo(config, days_ago=2, picture=turned)
    return make_data_set(name="nursery", user=None)


def exported(data_set, layout) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(export_data_set(data_set, layout)))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def labels_by_content(data_set) -> dict[str, tuple[str, Labels]]:
    return {photo.sha256: (photo.split, read_labels(photo.labels)) for photo in data_set.photos.all()}


def close(one, other) -> bool:
    return np.allclose(np.array(one), np.array(other), atol=0.11)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_export_is_imported_as_it_was(data_set, layout):
    files = exported(data_set, layout)
    again = import_data_set(make_zip(files), name="back", user=None)
    assert (again.source, again.photo_count, again.held_out_count) == ("import", 2, 1)
    before, after = labels_by_content(data_set), labels_by_content(again)
    for sha256, (split, labels) in before.items():
        got_split, got = after[sha256]
        assert got_split == split
        if layout == "yolo-containers":
            assert got.plants is None
        else:
            assert [box.class_id for box in got.plants] == [box.class_id for box in labels.plants]
            assert close([box.xyxy for box in got.plants], [box.xyxy for box in labels.plants])
        if layout == "yolo-plants":
            assert got.containers is None
        else:
            assert [one.kind for one in got.containers] == [one.kind for one in labels.containers]
            assert close([one.polygon for one in got.containers], [one.polygon for one in labels.containers])
    if layout == "coco":
        assert set(again.photos.values_list("total", flat=True)) == set(data_set.photos.values_list("total", flat=True))
    stored = again.photos.first()
    assert hashlib.sha256(object_store.read_object(stored.storage_key)).hexdigest() == stored.sha256


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_pycocotools_reads_the_export(data_set, tmp_path):
    from pycocotools.coco import COCO

    files = exported(data_set, "coco")
    for split in ("train", "held_out"):
        path = tmp_path / f"{split}.json"
        path.write_bytes(files[f"annotations/{split}.json"])
        with contextlib.redirect_stdout(io.StringIO()):
            found = COCO(str(path))
        assert [one["name"] for one in found.loadCats(found.getCatIds())] == [
            *("plant", "empty", "dead"),
            *("segment", "box", "plug"),
        ]
        [image] = found.loadImgs(found.getImgIds())
        assert f"images/{image['file_name']}" in files
        annotations = found.loadAnns(found.getAnnIds(imgIds=image["id"]))
        assert sorted(one["category_id"] for one in annotations) == [1, 1, 1, 1, 2, 4]
        for one in annotations:
            assert found.annToMask(one).sum() == pytest.approx(one["area"], rel=0.06)


# In a process of its own: Ultralytics changes Pillow's open.
LOAD = """
import json, sys
from ultralytics.data.dataset import YOLODataset
folder, task = sys.argv[1:]
described = json.load(open(folder + "/data.yaml"))
described["names"] = {int(key): name for key, name in described["names"].items()}
found = []
for split in ("train", "val"):
    data_set = YOLODataset(img_path=f"{folder}/{described[split]}", data=described, task=task, augment=False)
    for label in data_set.labels:
        boxes, outlines = label["bboxes"].tolist(), [one.tolist() for one in label["segments"]]
        about = {"shape": label["shape"], "classes": label["cls"].ravel().tolist()}
        found.append(about | {"boxes": boxes, "outlines": outlines})
print(json.dumps(found))
"""


@pytest.mark.parametrize(("layout", "task"), [("yolo-plants", "detect"), ("yolo-containers", "segment")])
def test_ultralytics_loads_the_export(data_set, tmp_path, layout, task):
    for name, content in exported(data_set, layout).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    environment = {**os.environ, "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "true"}
    words = [sys.executable, "-c", LOAD, str(tmp_path), task]
    answer = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
    found = json.loads(answer.stdout.splitlines()[-1])
    assert len(found) == 2
    for label in found:
        assert label["shape"] == [1000, 1000]
        if task == "detect":
            assert sorted(label["classes"]) == [0, 0, 0, 0, 1]
            assert close(sorted(x * 1000 for x, _y, _width, _height in label["boxes"])[:3], [100, 160, 220])
        else:
            assert label["classes"] == [0]
            assert close(np.array(label["outlines"][0]) * 1000, [[0, 0], [900, 0], [900, 900], [0, 900]])


def test_the_orientation_of_a_phone_is_that_of_the_labels(data_set, tmp_path):
    """Programs turn a picture by its EXIF as Demeter does, so that the labels fit: here seen by OpenCV."""
    wide = make_picture(size=(400, 300), exif=make_exif(orientation=6))
    files = {
        "images/a.jpg": wide,
        "labels/a.txt": b"0 0.5 0.5 0.1 0.1\n",
        "images/b.jpg": make_picture(),
        "labels/b.txt": b"",
        "data.yaml": YOLO,
    }
    made = import_data_set(make_zip(files), name="turned", user=None)
    photo = made.photos.get(name__startswith="a-")
    assert (photo.width_px, photo.height_px) == (300, 400)
    assert cv2.imdecode(np.frombuffer(wide, np.uint8), cv2.IMREAD_COLOR).shape[:2] == (400, 300)


def test_a_photo_that_is_gone_is_named_in_the_export(data_set):
    photo = data_set.photos.first()
    from photos.models import S3Image

    object_store.delete_object(S3Image.objects.get(pk=photo.image_id).s3_key_original)
    files = exported(data_set, "coco")
    assert files["missing.txt"].decode().split() == [photo.name]
    assert sum(len(json.loads(files[f"annotations/{of}.json"])["images"]) for of in ("train", "held_out")) == 1


def test_an_export_is_refused_while_the_storage_is_away(data_set, monkeypatch):
    monkeypatch.setattr(object_store, "is_back", lambda: False)
    with pytest.raises(UnavailableError):
        export_data_set(data_set, "coco")


def yolo(**changed: bytes | None) -> dict[str, bytes]:
    files = {
        "images/train/a.jpg": make_picture(),
        "labels/train/a.txt": b"0 0.5 0.5 0.2 0.2\n",
        "images/val/b.jpg": make_picture(),
        "labels/val/b.txt": b"2 0.5 0.5 0.2 0.2\n\n",
        "data.yaml": YOLO,
    }
    return {name: content for name, content in {**files, **changed}.items() if content is not None}


def coco(**image: object) -> dict[str, bytes]:
    about = {"id": 7, "file_name": "a.jpg", "width": 64, "height": 48, **image}
    table = {
        "images": [about],
        "categories": [{"id": 3, "name": "Plant"}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [1, 1, 8, 8]}],
    }
    return {"images/a.jpg": make_picture(), "annotations/instances_val2017.json": json.dumps(table).encode()}


def test_other_arrangements_are_read():
    roboflow = {
        name.replace("images/train", "train/images").replace("labels/train", "train/labels"): content
        for name, content in yolo().items()
    }
    assert import_data_set(make_zip({f"Tomatoes/{name}": one for name, one in roboflow.items()}), name="r", user=None)
    made = import_data_set(make_zip(coco()), name="c", user=None)
    assert (made.photo_count, made.held_out_count, made.plant_count) == (1, 1, 1)
    assert read_labels(made.photos.get().labels) == Labels((PlantBox(0, (1, 1, 9, 9)),), None)
    polygon = {**yolo(), "data.yaml": b"names:\n  0: crate\n  1: tray\n", "labels/val/b.txt": b""}
    polygon["labels/train/a.txt"] = b"1 0.1 0.1 0.5 0.1 0.5 0.5\n"
    made = import_data_set(make_zip(polygon), name="p", user=None)
    outlines = read_labels(made.photos.get(name__startswith="a-").labels).containers
    assert outlines == (Outline(2, ((6.4, 4.8), (32.0, 4.8), (32.0, 24.0))),)


def test_where_the_data_set_does_not_say_it_the_last_fourth_by_name_is_held_out():
    files = {f"images/{name}.jpg": make_picture() for name in "abcdefgh"}
    files |= {f"labels/{name}.txt": b"" for name in "abcdefgh"}
    made = import_data_set(make_zip(files), name="x", user=None)
    held = sorted(made.photos.filter(split="held_out").values_list("name", flat=True))
    assert [name[0] for name in held] == ["g", "h"]


def test_what_was_held_out_stays_so_whatever_a_zip_says():
    files = yolo()
    import_data_set(make_zip(files), name="x", user=None)
    swapped = {
        name.replace("val", "tmp").replace("train", "val").replace("tmp", "train"): one for name, one in files.items()
    }
    made = import_data_set(make_zip(swapped), name="x", user=None)
    assert made.version == 2
    assert made.held_out_count == 2
    assert HeldOutPhoto.objects.count() == 2
    with pytest.raises(ConflictError, match="Nothing changed"):
        import_data_set(make_zip(swapped), name="x", user=None)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (lambda: {"readme.txt": b"x"}, "No labels were found"),
        (lambda: {"images/a.jpg": make_picture()}, "has no file of labels (labels/a.txt)"),
        (lambda: {"labels/a.txt": b"", "data.yaml": YOLO}, "images/a.jpg is named in the labels but is not in the ZIP"),
        (lambda: yolo(**{"images/val/b.jpg": None}), "images/val/b.jpg is named in the labels but is not in the ZIP"),
        (lambda: yolo(**{"labels/val/b.txt": b"0 0.5 0.5 0.2\n"}), "Line 1 of labels/val/b.txt is not a label"),
        (lambda: yolo(**{"labels/val/b.txt": b"\n0 5 5 2 2\n"}), "Line 2 of labels/val/b.txt is not a label"),
        (lambda: yolo(**{"labels/val/b.txt": b"0 nan 0.5 0.2 0.2\n"}), "Line 1 of"),
        (lambda: yolo(**{"labels/val/b.txt": b"7 0.5 0.5 0.2 0.2\n"}), "“7” in labels/val/b.txt is not a class"),
        (lambda: yolo(**{"labels/val/b.txt": b"\xff\xfe\x00"}), "is not a label"),
        (lambda: yolo(**{"data.yaml": b"names: [tomato]"}), "“tomato” in data.yaml is not a class"),
        (lambda: yolo(**{"data.yaml": b"names: [plant"}), "data.yaml does not list the names"),
        (lambda: yolo(**{"data.yaml": b"names: [crate, tray, bed]"}), "is a box. A container needs its outline"),
        (lambda: yolo(**{"images/val/b.jpg": b"no picture"}), "cannot be used: The file is not a JPEG"),
        (lambda: yolo(**{"images/val/b.jpg": make_picture()[:-200]}), "images/val/b.jpg cannot be used"),
        (lambda: {**yolo(**{"images/val/b.jpg": None}), "images/val/b.png": huge_png()}, "megapixels"),
        (lambda: coco(width=640), "a.jpg has 64 x 48 pixels, but its labels are for 640 x 48"),
        (lambda: coco(file_name="../../etc/passwd"), "is named in the labels but is not in the ZIP"),
        (lambda: coco(file_name="b.jpg"), "b.jpg is named in the labels but is not in the ZIP"),
        (lambda: coco(id=8), "has annotations of an image 7"),
        (lambda: {**coco(), "annotations/instances_val2017.json": b"[1]"}, "is not as COCO writes it"),
        (lambda: {**coco(), "annotations/instances_val2017.json": b"{"}, "is not as COCO writes it"),
        (lambda: {"../a.txt": b"x"}, "../a.txt would leave the folder"),
        (lambda: {"/etc/a.txt": b"x"}, "/etc/a.txt would leave the folder"),
        (lambda: {"c:/a.txt": b"x"}, "would leave the folder"),
        (lambda: {"images/zeros.jpg": bytes(30_000_000)}, "images/zeros.jpg is packed so small"),
    ],
)  # fmt: skip
def test_a_bad_zip_is_refused_with_what_to_do(files, message):
    with pytest.raises(InvalidInputError) as refused:
        import_data_set(make_zip(files()), name="bad", user=None)
    assert message in refused.value.message
    assert not DataSet.objects.exists()


def test_no_zip_links_passwords_and_twins_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="not a ZIP file"):
        import_data_set(io.BytesIO(b"PK no zip"), name="bad", user=None)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("images/a.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InvalidInputError, match="is a link"):
        import_data_set(file, name="bad", user=None)
    locked = bytearray(make_zip(yolo()).getvalue())
    for at in (found for found in range(len(locked)) if locked[found : found + 4] == b"PK\x01\x02"):
        locked[at + 8] |= 1
    with pytest.raises(InvalidInputError, match="password"):
        import_data_set(io.BytesIO(bytes(locked)), name="bad", user=None)
    files = yolo()
    files["images/val/b.jpg"] = files["images/train/a.jpg"]
    with pytest.raises(InvalidInputError, match="are the same picture"):
        import_data_set(make_zip(files), name="bad", user=None)


def test_a_size_that_lies_is_found(monkeypatch):
    """The header says a few bytes, the file has more: what is read ends at the limit."""
    content = bytearray(make_zip(yolo(**{"labels/val/b.txt": b"0 0.5 0.5 0.2 0.2\n" * 1000})).getvalue())
    monkeypatch.setattr("learning.exchange.reading.TEXT_BYTES", 100)
    with pytest.raises(InvalidInputError, match="has more than 0 MB"):
        import_data_set(io.BytesIO(bytes(content)), name="bad", user=None)


def test_photos_that_judge_models_are_refused(monkeypatch):
    files = yolo()
    sha256 = hashlib.sha256(files["images/train/a.jpg"]).hexdigest()
    monkeypatch.setattr("learning.exchange.importing.shipped_test_photos", lambda: frozenset([sha256]))
    with pytest.raises(InvalidInputError, match=r"images/train/a.jpg is one of the photos that come with Demeter"):
        import_data_set(make_zip(files), name="bad", user=None)


def test_too_many_photos_for_a_page_are_refused():
    with pytest.raises(InvalidInputError, match="at most 1 can be imported"):
        import_data_set(make_zip(yolo()), name="bad", user=None, most_photos=1)
