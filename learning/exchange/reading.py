"""Reads a ZIP in one of the known layouts: COCO, or YOLO in the arrangements that programs write."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from demeter.common.exceptions import InvalidInputError
from demeter.common.i18n.messages import Message
from learning.exchange.archives import Archive
from learning.exchange.coco import read_coco
from learning.exchange.layout import LabelledPhoto, LayoutError, SplitName, split_named
from learning.exchange.yolo import DEFAULT_CLASSES, read_description, read_yolo
from photos.decoding.decoder_pool import check_whole
from photos.decoding.pixels import PictureInfo, UnreadablePictureError, inspect_picture

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic")
DESCRIPTIONS = ("data.yaml", "data.yml", "dataset.yaml")
JSON_BYTES, YAML_BYTES, TEXT_BYTES = 100 * 1024**2, 64 * 1024, 4 * 1024**2
FAULTS: Mapping[str, str] = {
    "no_zip": gettext_noop("This is not a ZIP file, or it is damaged. Pack the folder of the data set as ZIP again."),
    "too_many_files": gettext_noop("The ZIP has more than %(most)s files. Divide the data set into several."),
    "too_large": gettext_noop("The ZIP has more than %(gigabytes)s GB inside. Divide the data set into several."),
    "file_too_large": gettext_noop("%(file)s has more than %(megabytes)s MB. Make it smaller, or leave it out."),
    "name_twice": gettext_noop("The ZIP has two files of the same name. Pack the folder of the data set again."),
    "bad_name": gettext_noop(
        "%(file)s would leave the folder of the data set. Pack the folder again, without such a name."
    ),
    "link": gettext_noop("%(file)s is a link to another file. Pack the files themselves."),
    "encrypted": gettext_noop("The ZIP has a password. Pack it again without one."),
    "bomb": gettext_noop("%(file)s is packed so small that it cannot be a picture or labels. Leave it out."),
    "damaged": gettext_noop("%(file)s in the ZIP is damaged. Pack the folder of the data set again."),
    "missing": gettext_noop(
        "%(file)s is named in the labels but is not in the ZIP. Add the picture, or take its labels out."
    ),
    "no_layout": gettext_noop(
        "No labels were found. A COCO data set has a JSON file with “images” and “annotations”, a YOLO data set the"
        " folders images and labels."
    ),
    "no_labels": gettext_noop(
        "%(photo)s has no file of labels (%(file)s). Add it, empty if the photo shows nothing, or leave the photo out."
    ),
    "no_photos": gettext_noop("There is no picture in this data set."),
    "not_coco": gettext_noop("%(file)s is not as COCO writes it (%(error)s). Export it again from your program."),
    "no_such_image": gettext_noop(
        "%(file)s has annotations of an image %(id)s that it does not list. Export it again."
    ),
    "not_yaml": gettext_noop("%(file)s does not list the names of the classes (names: [plant, empty, dead])."),
    "unknown_class": gettext_noop(
        "“%(name)s” in %(file)s is not a class that Demeter knows. Rename it in your program: plant, empty or dead for"
        " plants; segment, box or plug for containers."
    ),
    "bad_line": gettext_noop(
        "Line %(line)s of %(file)s is not a label. A label is a class and shares of the picture, 0 to 1."
    ),
    "no_outline": gettext_noop(
        "Line %(line)s of %(file)s is a box. A container needs its outline: at least three points."
    ),
    "box_outside": gettext_noop(
        "A box of %(photo)s is outside the picture or has no size. Correct it in your program."
    ),
    "no_polygon": gettext_noop(
        "A container of %(photo)s has no outline. Draw it as a polygon of at least three points."
    ),
    "bad_picture": gettext_noop("%(photo)s cannot be used: %(reason)s"),
    "other_size": gettext_noop(
        "%(photo)s has %(width)s x %(height)s pixels, but its labels are for %(labelled)s. Export the data set again."
    ),
}


@dataclass(frozen=True)
class FoundPhoto:
    """A photo of a ZIP: its name there, and what its labels say."""

    name: str
    about: PictureInfo
    labelled: LabelledPhoto


def refusal(error: LayoutError) -> InvalidInputError:
    """What a person can do about it."""
    return InvalidInputError(_(FAULTS[error.code]) % error.parameters)


def read_archive(file: IO[bytes]) -> tuple[Archive, list[FoundPhoto]]:
    """The photos of a ZIP with their labels; every picture was looked at. Raises LayoutError."""
    archive = Archive(file)
    names = archive.names()
    tables = [name for name in names if name.endswith(".json")]
    has_texts = any(name.endswith(".txt") and "labels" in name.split("/") for name in names)
    found = _read_coco(archive, names, tables) if tables and not has_texts else _read_yolo(archive, names)
    if not found:
        raise LayoutError("no_photos")
    return archive, found


def read_picture(archive: Archive, name: str) -> bytes:
    """The bytes of a picture. Raises LayoutError."""
    return archive.read(name, most_bytes=settings.UPLOAD_MAX_FILE_BYTES)


def _read_coco(archive: Archive, names: list[str], tables: list[str]) -> list[FoundPhoto]:
    found = []
    known = set(names)
    for table in tables:
        stem = posixpath.splitext(posixpath.basename(table))[0].lower()
        split = split_named(stem, *re.split("[^a-z]+", stem), *posixpath.dirname(table).split("/"))
        for photo in read_coco(archive.read(table, most_bytes=JSON_BYTES), file=table, split=split):
            name = _find_picture(known, table, photo.path)
            about = _inspect(archive, name)
            if photo.size_px != (about.width_px, about.height_px):
                labelled = "{} x {}".format(*photo.size_px)
                raise LayoutError(
                    "other_size", photo=name, width=about.width_px, height=about.height_px, labelled=labelled
                )
            found.append(FoundPhoto(name, about, photo))
    return found


def _find_picture(names: set[str], table: str, path: str) -> str:
    """Where the picture of a table is: beside it, or in one of the folders that programs use."""
    folder = posixpath.dirname(table)
    stem = posixpath.splitext(posixpath.basename(table))[0]
    above = posixpath.dirname(folder)
    places = ("", folder, above, "images", f"images/{stem}", posixpath.join(above, "images"))
    for place in places:
        name = posixpath.normpath(posixpath.join(place, path))
        if name in names:
            return name
    raise LayoutError("missing", file=path[:100])


def _read_yolo(archive: Archive, names: list[str]) -> list[FoundPhoto]:
    known = set(names)
    pictures = [name for name in names if name.lower().endswith(PICTURES) and "images" in name.split("/")[:-1]]
    if not pictures and not any("labels" in name.split("/") for name in names):
        raise LayoutError("no_layout")
    described = next((name for name in names if posixpath.basename(name) in DESCRIPTIONS), None)
    classes = (
        read_description(archive.read(described, most_bytes=YAML_BYTES), file=described)
        if described
        else DEFAULT_CLASSES
    )
    found, texts = [], set()
    for name in pictures:
        folders = name.split("/")[:-1]
        last = len(folders) - 1 - folders[::-1].index("images")
        stem = posixpath.splitext(posixpath.basename(name))[0]
        text = "/".join([*folders[:last], "labels", *folders[last + 1 :], f"{stem}.txt"])
        if text not in known:
            raise LayoutError("no_labels", photo=name, file=text)
        texts.add(text)
        about = _inspect(archive, name)
        size_px = (about.width_px, about.height_px)
        labels = read_yolo(archive.read(text, most_bytes=TEXT_BYTES), classes, size_px, file=text)
        found.append(FoundPhoto(name, about, LabelledPhoto(name, size_px, labels, split_named(*folders))))
    for name in names:  # labels without a picture are a picture that was forgotten
        if name.endswith(".txt") and "labels" in name.split("/")[:-1] and name not in texts:
            raise LayoutError("missing", file=f"{posixpath.splitext(name)[0].replace('labels', 'images')}.jpg")
    return found


def _inspect(archive: Archive, name: str) -> PictureInfo:
    data = read_picture(archive, name)
    try:
        about = inspect_picture(data)
        check_whole(data)
    except UnreadablePictureError as error:
        raise LayoutError("bad_picture", photo=name, reason=str(Message(error.code, error.parameters))) from error
    return about


def split_unsaid(photos: list[FoundPhoto]) -> list[SplitName]:
    """What each photo is for. Where the data set does not say it, the last fourth by name is held out: photos with
    neighbouring names often show the same plants."""
    unsaid = sorted(photo.name for photo in photos if photo.labelled.split is None)
    is_said = len(unsaid) < len(photos)
    held_out = set() if is_said else set(unsaid[len(unsaid) - len(unsaid) // 4 :])
    return [photo.labelled.split or ("held_out" if photo.name in held_out else "train") for photo in photos]
