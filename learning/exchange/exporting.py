"""A data set as a ZIP, made while it is sent: one picture is in memory at a time.

A picture that was purged or lost since the version was made is left out and named in `missing.txt`.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from zipstream import ZipStream

from demeter.common.exceptions import UnavailableError
from learning.exchange.coco import write_coco
from learning.exchange.layout import LabelledPhoto, SplitName
from learning.exchange.pictures import PictureGoneError, common_name, read_common
from learning.exchange.yolo import Subject, write_description, write_yolo
from learning.labels import read_labels
from learning.models import DataSet, DataSetPhoto, Split
from photos.storage import object_store

Layout = Literal["coco", "yolo-plants", "yolo-containers"]
LAYOUTS: tuple[Layout, ...] = ("coco", "yolo-plants", "yolo-containers")
SUBJECTS: Mapping[str, Subject] = {"yolo-plants": "plants", "yolo-containers": "containers"}


def export_data_set(data_set: DataSet, layout: Layout) -> Iterator[bytes]:
    """The ZIP in parts. Raises UnavailableError before the first part if the storage is away."""
    photos = list(data_set.photos.order_by("split", "name"))
    if not object_store.is_back():
        raise UnavailableError(str(object_store.OUTAGE_MESSAGE))
    return _stream_coco(photos, str(data_set)) if layout == "coco" else _stream_yolo(photos, SUBJECTS[layout])


def file_name(data_set: DataSet, layout: Layout) -> str:
    """Of the download."""
    return f"data-set-{data_set.pk}-{layout}.zip"


def _stream_coco(photos: list[DataSetPhoto], description: str) -> Iterator[bytes]:
    archive, written, missing = ZipStream(), [], []
    for photo in photos:
        name = common_name(photo)
        try:
            archive.add(read_common(photo), f"images/{name}")
        except PictureGoneError:
            missing.append(photo.name)
            continue
        yield from archive.all_files()
        written.append((photo.split, _labelled(photo, name)))
    for split in Split.values:
        table = write_coco([photo for of, photo in written if of == split], description=description)
        archive.add(table, f"annotations/{split}.json")
    yield from _finish(archive, missing)


def _stream_yolo(photos: list[DataSetPhoto], subject: Subject) -> Iterator[bytes]:
    archive, missing = ZipStream(), []
    archive.add(write_description(subject), "data.yaml")
    for photo in photos:
        labelled = _labelled(photo, common_name(photo))
        if getattr(labelled.labels, subject) is None:
            continue
        try:
            archive.add(read_common(photo), f"images/{photo.split}/{labelled.path}")
        except PictureGoneError:
            missing.append(photo.name)
            continue
        stem = labelled.path.rpartition(".")[0]
        content = write_yolo(labelled.labels, (photo.width_px, photo.height_px), subject)
        archive.add(content, f"labels/{photo.split}/{stem}.txt")
        yield from archive.all_files()
    yield from _finish(archive, missing)


def _labelled(photo: DataSetPhoto, name: str) -> LabelledPhoto:
    size_px = (photo.width_px, photo.height_px)
    split: SplitName = "held_out" if photo.split == Split.HELD_OUT else "train"
    return LabelledPhoto(name, size_px, read_labels(photo.labels), split, photo.total)


def _finish(archive: ZipStream, missing: list[str]) -> Iterator[bytes]:
    if missing:
        archive.add("".join(f"{name}\n" for name in missing).encode(), "missing.txt")
    yield from archive.finalize()
