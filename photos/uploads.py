"""Accept files: the good ones into staging with a row each, the refused and the duplicates named with their reason.

Called by `photos.views` and `photos.api`; then `processing.jobs.start_jobs` takes over. Nothing is written before a
file has passed its check; files are staged before their rows are committed and removed when that fails, so that a crash
leaves at most a staged file that no row names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.refusals import NotFound
from locations.models import StorageLocation
from photos import keys, storage
from photos.checks import CheckedFile, RefusalCode, RefusedFile, check_file
from photos.models import S3Image, Upload


@dataclass(frozen=True)
class DuplicateFile:
    """A file that is here already, byte for byte, as the photo `image_id`."""

    filename: str
    image_id: UUID


@dataclass(frozen=True)
class AcceptedUpload:
    """What became of the files."""

    upload: Upload
    images: tuple[S3Image, ...]
    refused: tuple[RefusedFile, ...]
    duplicates: tuple[DuplicateFile, ...]


KeptFile = tuple[S3Image, UploadedFile[bytes]]


def accept_upload(
    *,
    user: User,
    files: Sequence[UploadedFile[bytes]],
    source: str,
    storage_location: StorageLocation | None = None,
    upload_session_id: UUID | None = None,
) -> AcceptedUpload:
    """Keep what can be kept of `files`. The `upload_session_id` of an earlier call adds to that upload.

    Raises:
        NotFound: the upload session is another user's.
    """
    checked = [check_file(file) for file in files]
    refused = [file for file in checked if isinstance(file, RefusedFile)]
    kept: list[KeptFile] = []
    try:
        with transaction.atomic():
            upload = _open_upload(user, source, storage_location, upload_session_id)
            kept, beyond, duplicates = _sort_out([file for file in checked if isinstance(file, CheckedFile)], upload)
            for image, file in kept:
                storage.stage_file(image.staging_name, file)
            images, overtaken = _save_rows([image for image, _ in kept])
            accepted = AcceptedUpload(upload, images, (*refused, *beyond), (*duplicates, *overtaken))
            _record(accepted)
    except BaseException:
        _delete_staged(image for image, _ in kept)
        raise
    if overtaken:
        _delete_staged(image for image, _ in kept if image not in accepted.images)
    return accepted


def _open_upload(
    user: User, source: str, storage_location: StorageLocation | None, upload_session_id: UUID | None
) -> Upload:
    """The row of the upload session, locked: requests of one session come in parallel."""
    upload, _created = Upload.objects.get_or_create(
        upload_session_id=upload_session_id or uuid4(),
        defaults={"user": user, "source": source, "storage_location": storage_location},
    )
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.user_id != user.pk:
        raise NotFound(_("There is no such upload session."))
    return upload


def _sort_out(
    files: Sequence[CheckedFile], upload: Upload
) -> tuple[list[KeptFile], list[RefusedFile], list[DuplicateFile]]:
    """The photos to keep, those beyond the limits of one upload, and those that are here already."""
    known = find_photos(file.sha256 for file in files)
    files_left = settings.UPLOAD_MAX_FILES - upload.accepted_files
    bytes_left = settings.UPLOAD_MAX_TOTAL_BYTES - upload.accepted_bytes
    kept, beyond, duplicates = [], [], []
    for file in files:
        if file.sha256 in known:
            duplicates.append(DuplicateFile(file.filename, known[file.sha256]))
        elif not files_left:
            beyond.append(RefusedFile(file.filename, RefusalCode.TOO_MANY_FILES))
        elif file.size_bytes > bytes_left:
            beyond.append(RefusedFile(file.filename, RefusalCode.UPLOAD_TOO_LARGE))
        else:
            files_left, bytes_left = files_left - 1, bytes_left - file.size_bytes
            image = _make_image(file, upload)
            known[file.sha256] = image.image_id
            kept.append((image, file.file))
    return kept, beyond, duplicates


def find_photos(sha256s: Iterable[str]) -> dict[str, UUID]:
    """The visible photos with these contents, by content."""
    photos = S3Image.objects.photos().visible().filter(sha256__in=set(sha256s))
    return dict(photos.values_list("sha256", "image_id"))


def _make_image(file: CheckedFile, upload: Upload) -> S3Image:
    image_id, now = uuid4(), timezone.now()
    return S3Image(
        image_id=image_id,
        s3_bucket=settings.S3_BUCKET,
        s3_key_original=keys.original_key(image_id, now, file.content_type),
        staging_name=keys.staged_name(upload.upload_session_id, image_id, file.content_type),
        content_type=file.content_type,
        file_size_bytes=file.size_bytes,
        sha256=file.sha256,
        original_filename=file.filename,
        width_px=file.width_px,
        height_px=file.height_px,
        upload=upload,
        upload_source=upload.source,
        uploaded_by_user=upload.user,
    )


def _save_rows(images: Sequence[S3Image]) -> tuple[tuple[S3Image, ...], list[DuplicateFile]]:
    """Insert; those whose content another request has stored in the meantime come back as duplicates.

    In the order of their contents, so that two requests with the same photos wait for each other in one direction only.
    """
    S3Image.objects.bulk_create(sorted(images, key=lambda image: image.sha256), ignore_conflicts=True)
    winners = find_photos(image.sha256 for image in images)
    saved, duplicates = [], []
    for image in images:
        winner = winners[image.sha256]
        if winner == image.image_id:
            saved.append(image)
        else:
            duplicates.append(DuplicateFile(image.original_filename, winner))
    return tuple(saved), duplicates


def _record(accepted: AcceptedUpload) -> None:
    """Add to the totals of the upload session."""
    upload = accepted.upload
    upload.accepted_files += len(accepted.images)
    upload.accepted_bytes += sum(image.file_size_bytes or 0 for image in accepted.images)
    upload.refused += [file.as_record() for file in accepted.refused]
    upload.duplicates += [{"filename": file.filename, "image_id": str(file.image_id)} for file in accepted.duplicates]
    upload.save(update_fields=["accepted_files", "accepted_bytes", "refused", "duplicates", "updated_at"])


def _delete_staged(images: Iterable[S3Image]) -> None:
    for image in images:
        storage.delete_staged(image.staging_name)
