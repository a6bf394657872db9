"""Imports a data set of another program: photos that are not in the gallery, with their labels."""

import hashlib
import posixpath
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import InvalidInputError
from learning.data_sets import check_name, held_out_of, lock_data_sets, photo_name, save_data_set
from learning.exchange.archives import Archive
from learning.exchange.layout import LayoutError, SplitName
from learning.exchange.reading import FoundPhoto, read_archive, read_picture, refusal, split_unsaid
from learning.labels import write_labels
from learning.models import DataSet, DataSetPhoto, Source, Split
from learning.shipped import shipped_test_photos
from photos.storage.keys import data_set_key
from photos.storage.object_store import put_object


def import_data_set(file: IO[bytes], *, name: str, user: User | None, most_photos: int | None = None) -> DataSet:
    """A version made of a ZIP. Nothing is stored unless all of it can be used.

    What was held out before stays so, whatever the ZIP says.

    Raises:
        InvalidInputError: the ZIP cannot be used; the message says what to do about it.
        ConflictError: it is the same as the last version of this name.
        UnavailableError: the storage cannot be reached now.
    """
    name = check_name(name)
    try:
        archive, found = read_archive(file)
        if most_photos is not None and len(found) > most_photos:
            words = _(
                "The data set has %(photos)d photos. Here at most %(most)d can be imported: divide it, or let your"
                " administrator import it with manage.py data_set import."
            )
            raise InvalidInputError(words % {"photos": len(found), "most": most_photos})
        photos = _describe(archive, found)
        for photo, one in zip(photos, found, strict=True):
            data = read_picture(archive, one.name)
            put_object(photo.storage_key, data, content_type=photo.content_type)
    except LayoutError as error:
        raise refusal(error) from error
    with transaction.atomic():
        lock_data_sets()
        held_out = held_out_of(photo.sha256 for photo in photos)
        for photo in photos:
            if photo.sha256 in held_out:
                photo.split = Split.HELD_OUT
        return save_data_set(name=name, source=Source.IMPORT, user=user, photos=photos)


def _describe(archive: Archive, found: list[FoundPhoto]) -> list[DataSetPhoto]:
    seen: dict[str, str] = {}
    photos = []
    for one, split in zip(found, split_unsaid(found), strict=True):
        sha256 = hashlib.sha256(read_picture(archive, one.name)).hexdigest()
        if sha256 in shipped_test_photos():
            words = _(
                "%(photo)s is one of the photos that come with Demeter to judge models by. Take it out of the ZIP."
            )
            raise InvalidInputError(words % {"photo": one.name})
        if sha256 in seen:
            words = _("%(photo)s and %(other)s are the same picture. Take one of them out of the ZIP.")
            raise InvalidInputError(words % {"photo": one.name, "other": seen[sha256]})
        seen[sha256] = one.name
        photos.append(_photo(one, sha256, split))
    return photos


def _photo(one: FoundPhoto, sha256: str, split: SplitName) -> DataSetPhoto:
    labels, content_type = one.labelled.labels, one.about.content_type
    stem = posixpath.splitext(posixpath.basename(one.name))[0]
    return DataSetPhoto(
        name=photo_name(stem, sha256=sha256, content_type=content_type),
        storage_key=data_set_key(sha256, content_type),
        sha256=sha256,
        content_type=content_type,
        width_px=one.about.width_px,
        height_px=one.about.height_px,
        split=split,
        labels=write_labels(labels),
        plant_count=labels.plant_count,
        total=one.labelled.total,
    )
