"""Makes versions of data sets: of the corrected, signed-off photos of the gallery, or of photos that were imported.

The pages, the API and `manage.py data_set` call this. Versions are made one after the other, so that what is held out
once is known to the next.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError
from learning.labels import CONTAINER_KINDS, Labels, Outline, PlantBox, clip_box, clip_polygon, write_labels
from learning.models import DataSet, DataSetPhoto, HeldOutPhoto, Source, Split
from learning.models.data_sets import NAME_LENGTH
from learning.shipped import shipped_test_photos
from learning.splitting import Shot, SplitName, split_shots
from photos.models import S3Image
from photos.storage.keys import EXTENSIONS
from processing.counting.corrections import NO_CONTAINER
from processing.models import ProcessingSession
from processing.review.outcome import config_of
from processing.review.recount import ReviewedPhoto, read_all_reviewed
from processing.statuses import RunStatus
from stock.models import Validation

MOST_PHOTOS = 2000
SESSIONS_AT_ONCE = 50
MOST_OUTSIDE_SHARE = 0.1  # of the marks of a photo
NAME_DIGITS = 8  # of the checksum in the name of a file


@dataclass(frozen=True)
class Corrected:
    """The sessions of the photos that were corrected and signed off, and how many of them are shipped test photos,
    which no model may learn from."""

    sessions: tuple[ProcessingSession, ...]
    shipped: int


def read_corrected() -> Corrected:
    """What a data set would be made of now: at most MOST_PHOTOS, the newest."""
    validated = Validation.objects.in_force().order_by("-moment").values_list("session_id", flat=True)
    sessions = (
        ProcessingSession.objects.filter(
            session_id__in=validated[: 2 * MOST_PHOTOS],
            status=RunStatus.COMPLETED,
            partial=False,
            original_image__deleted_at=None,
            original_image__stored_at__isnull=False,
        )
        .select_related("original_image", "storage_location__storage_area__warehouse")
        .defer("location_evidence", "original_image__exif_metadata", "original_image__sketch")
        .order_by("-original_image__moment", "pk")
    )
    checked = [session for session in sessions if session.is_checked]
    usable = [session for session in checked if session.original_image.sha256 not in shipped_test_photos()]
    return Corrected(tuple(usable[:MOST_PHOTOS]), len(checked) - len(usable))


def make_data_set(*, name: str, user: User | None) -> DataSet:
    """The next version of a data set, of the photos that are corrected and signed off now.

    Raises:
        InvalidInputError: the name is empty or too long.
        ConflictError: there is no such photo, or nothing changed since the last version.
    """
    name = check_name(name)
    with transaction.atomic():
        lock_data_sets()
        sessions = read_corrected().sessions
        if not sessions:
            raise ConflictError(
                _("No photo is corrected and signed off yet. Correct the marks of some photos and sign them off first.")
            )
        photos = [photo for part in _parts(sessions) for photo in _read_photos(part)]
        splits = _split(photos, sessions)
        for photo in photos:
            photo.split = splits[photo.sha256]
        return save_data_set(name=name, source=Source.PHOTOS, user=user, photos=photos)


def save_data_set(*, name: str, source: Source, user: User | None, photos: Sequence[DataSetPhoto]) -> DataSet:
    """Write a version with its photos, and note which are held out. The caller has locked the data sets.

    Raises ConflictError if it would be the same as the last version.
    """
    fingerprint = _fingerprint(photos)
    versions = DataSet.objects.filter(name=name)
    last = versions.order_by("-version").first()
    if last is not None and last.fingerprint == fingerprint:
        raise ConflictError(
            _("Nothing changed since version %(version)d of %(name)s.") % {"version": last.version, "name": name}
        )
    data_set = DataSet.objects.create(
        name=name,
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        source=source,
        made_by=user,
        photo_count=len(photos),
        held_out_count=sum(photo.split == Split.HELD_OUT for photo in photos),
        plant_count=sum(photo.plant_count or 0 for photo in photos),
        product_count=len({product for photo in photos for product in photo.product_ids}),
        place_count=len({photo.location_id for photo in photos} - {None}),
        fingerprint=fingerprint,
    )
    for photo in photos:
        photo.data_set = data_set
    DataSetPhoto.objects.bulk_create(photos, batch_size=100)
    _hold_out(data_set, photos)
    return data_set


def check_name(name: str) -> str:
    """The name of a data set without space around it. Raises InvalidInputError."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise InvalidInputError(_("Give the data set a name of 1 to %(most)d characters.") % {"most": NAME_LENGTH})
    return name


def lock_data_sets() -> None:
    """Let no other version be made until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE data_sets, held_out_photos IN SHARE ROW EXCLUSIVE MODE")


def held_out_of(checksums: Iterable[str]) -> set[str]:
    """Those of the checksums that are held out for good."""
    return set(HeldOutPhoto.objects.filter(sha256__in=list(checksums)).values_list("sha256", flat=True))


def learned_of(checksums: Iterable[str]) -> QuerySet[DataSetPhoto, str]:
    """Those of the checksums that an earlier version has for training."""
    return DataSetPhoto.objects.filter(sha256__in=list(checksums), split=Split.TRAIN).values_list("sha256", flat=True)


def _hold_out(data_set: DataSet, photos: Iterable[DataSetPhoto]) -> None:
    HeldOutPhoto.objects.bulk_create(
        [
            HeldOutPhoto(sha256=photo.sha256, location_id=photo.location_id, moment=photo.moment, held_out_by=data_set)
            for photo in photos
            if photo.split == Split.HELD_OUT
        ],
        ignore_conflicts=True,
    )


def _fingerprint(photos: Iterable[DataSetPhoto]) -> str:
    described = sorted(
        (photo.sha256, photo.split, json.dumps(photo.labels, sort_keys=True), photo.total) for photo in photos
    )
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()


def _parts(sessions: Sequence[ProcessingSession]) -> Iterable[Sequence[ProcessingSession]]:
    return (sessions[start : start + SESSIONS_AT_ONCE] for start in range(0, len(sessions), SESSIONS_AT_ONCE))


def _read_photos(sessions: Sequence[ProcessingSession]) -> list[DataSetPhoto]:
    reviewed = read_all_reviewed(sessions)
    return [_photo(session, photo) for session, photo in zip(sessions, reviewed, strict=True)]


def _photo(session: ProcessingSession, reviewed: ReviewedPhoto) -> DataSetPhoto:
    image, location = session.original_image, session.storage_location
    labels = labels_of(reviewed)
    content_type = str(image.content_type)
    return DataSetPhoto(
        name=photo_name(
            location.code if location else "",
            timezone.localtime(image.moment).strftime("%Y%m%d-%H%M%S"),
            sha256=image.sha256,
            content_type=content_type,
        ),
        image_id=image.pk,
        sha256=image.sha256,
        content_type=content_type,
        width_px=reviewed.found.resolution_wh[0],
        height_px=reviewed.found.resolution_wh[1],
        labels=write_labels(labels),
        plant_count=labels.plant_count,
        total=session.total_estimated,
        product_ids=_products(session),
        location_id=location.pk if location else None,
        place=location.code if location else "",
        moment=image.moment,
    )


def photo_name(*words: str, sha256: str, content_type: str) -> str:
    """A file name of letters, digits and dashes that no other content has."""
    readable = [slugify(word)[:60] for word in words]
    return "-".join(filter(None, (*readable, sha256[:NAME_DIGITS]))) + f".{EXTENSIONS[content_type]}"


def _products(session: ProcessingSession) -> list[int]:
    """The products that grew there then."""
    config = config_of(session)
    if config is None:
        return []
    return sorted({config.product_id, *(part.product_id for part in config.listed_parts)})


def labels_of(photo: ReviewedPhoto) -> Labels:
    """What a person left of the marks of a photo, with those that were added, and the containers that they confirm."""
    boxes, size_px = photo.corrected, photo.found.resolution_wh
    found = photo.found.detections.xyxy
    plants = []
    for index in boxes.alive.nonzero()[0]:
        if index < len(found):
            xyxy = found[index].tolist()
        else:
            (x, y), half = boxes.centres[index].tolist(), float(boxes.side_px[index]) / 2
            xyxy = [x - half, y - half, x + half, y + half]
        clipped = clip_box(xyxy, size_px)
        if clipped is not None:
            plants.append(PlantBox(int(boxes.class_id[index]), clipped))
    return Labels(tuple(plants), _confirmed_outlines(photo))


def _confirmed_outlines(photo: ReviewedPhoto) -> tuple[Outline, ...] | None:
    """The outlines that have marks in them; None, unknown, where too many marks are in none, so that an outline is
    missing, or where no mark is left, as in an empty crate.

    People correct marks, not outlines: the segmenter would learn its own mistakes.
    """
    marked = photo.corrected.container_index[photo.corrected.alive]
    if not len(marked) or (marked == NO_CONTAINER).sum() > MOST_OUTSIDE_SHARE * len(marked):
        return None
    return tuple(
        Outline(CONTAINER_KINDS.index(one.kind), clip_polygon(one.polygon, photo.found.resolution_wh))
        for index, one in enumerate(photo.found.containers)
        if index in marked
    )


def _split(photos: Sequence[DataSetPhoto], sessions: Sequence[ProcessingSession]) -> dict[str, SplitName]:
    images = {session.original_image.sha256: session.original_image for session in sessions}
    held_out, learned = held_out_of(images), set(learned_of(images))
    contents = _contents(image.same_shot_as_id for image in images.values())
    shots = [
        Shot(
            sha256=photo.sha256,
            place=_place(photo.location_id, images[photo.sha256].upload_id),
            moment=photo.moment,
            products=tuple(photo.product_ids),
            before="held_out" if photo.sha256 in held_out else "train" if photo.sha256 in learned else None,
            same_as=contents.get(images[photo.sha256].same_shot_as_id, ""),
        )
        for photo in photos
    ]
    noted = [
        Shot(row.sha256, _place(row.location_id, row.pk), row.moment, before="held_out")
        for row in HeldOutPhoto.objects.exclude(sha256__in=images)
    ]
    return split_shots(shots, noted)


def _contents(image_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The checksum of each photo, also of those that were purged."""
    return dict(S3Image.objects.filter(pk__in=[known for known in image_ids if known]).values_list("pk", "sha256"))


def _place(location_id: int | None, otherwise: object) -> str:
    return f"location {location_id}" if location_id else f"upload {otherwise}"
