"""Accept files: valid ones go into staging with a row each; refused ones and duplicates are reported with their reason.

`gallery.upload.views` and `gallery.upload.api` call it, and `processing.jobs.start_jobs` inside its transaction.
Nothing is written before a file has passed its check. Files are staged before the upload session is locked, since the
storage may be slow and requests of one session come in parallel; they are removed if the transaction fails. Only a
crash, or a commit with an unknown result, leaves a staged file that no row names, for `photos.storage.staging_cleanup`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import NotFoundError, UnavailableError
from locations.models import StorageLocation
from photos.models import S3Image, S3ImageQuerySet, Upload
from photos.storage import keys, object_store
from photos.upload.checks import CheckedFile, RefusalCode, RefusedFile, check_file


@dataclass(frozen=True)
class DuplicateFile:
    """A file that was already uploaded, byte for byte, as the photo `image_id`."""

    filename: str
    image_id: UUID


@dataclass(frozen=True)
class AcceptedUpload:
    """The result for each file, and the location chosen for them."""

    upload: Upload
    storage_location: StorageLocation | None
    images: tuple[S3Image, ...]
    refused: tuple[RefusedFile, ...]
    duplicates: tuple[DuplicateFile, ...]


@contextmanager
def accepting(
    *,
    user: User,
    files: Sequence[UploadedFile[bytes]],
    source: str,
    storage_location: StorageLocation | None = None,
    inherits_location: bool = False,
    upload_session_id: UUID | None = None,
    visit: str = "",
) -> Iterator[AcceptedUpload]:
    """Keep the valid ones of `files`.

    The `upload_session_id` of an earlier call adds to that upload. `storage_location` applies to these files alone;
    with `inherits_location` they take the location of the first call. `visit` says how several photos of one location
    belong together (`photos.statuses.VisitAnswer`).

    The block runs in the same transaction: if it raises, nothing is kept.

    Raises:
        NotFoundError: the upload session is another user's.
        DiskFullError, UnavailableError: staging cannot store them.
    """
    checked = [check_file(file) for file in files]
    refused = [file for file in checked if isinstance(file, RefusedFile)]
    session = Upload(
        upload_session_id=upload_session_id or uuid4(), user=user, source=source, storage_location=storage_location
    )
    new, duplicates = _find_new([file for file in checked if isinstance(file, CheckedFile)], session)
    for image, _file in new:
        image.visit_answer = visit
    is_settled = False
    try:
        for image, file in {image.sha256: (image, file) for image, file in reversed(new)}.values():
            object_store.stage_file(image.staging_name, file)  # the first of those with one content
        with transaction.atomic():
            upload = _open_upload(session)
            images, beyond, overtaken = _keep([image for image, _ in new], upload)
            location = upload.storage_location if inherits_location else storage_location
            accepted = AcceptedUpload(upload, location, images, (*refused, *beyond), (*duplicates, *overtaken))
            _record(accepted)
            yield accepted
            is_settled = True
    except BaseException:
        if not is_settled:
            _delete_staged(image for image, _ in new)
        raise
    _delete_staged(image for image, _ in new if image not in accepted.images)


def accept_upload(
    *,
    user: User,
    files: Sequence[UploadedFile[bytes]],
    source: str,
    storage_location: StorageLocation | None = None,
    upload_session_id: UUID | None = None,
    visit: str = "",
) -> AcceptedUpload:
    """`accepting` without anything to add to its transaction."""
    with accepting(
        user=user,
        files=files,
        source=source,
        storage_location=storage_location,
        upload_session_id=upload_session_id,
        visit=visit,
    ) as accepted:
        return accepted


def _find_new(
    files: Sequence[CheckedFile], session: Upload
) -> tuple[list[tuple[S3Image, UploadedFile[bytes]]], list[DuplicateFile]]:
    """An image for each file with new content, and the files whose content was already uploaded."""
    known = find_photos(file.sha256 for file in files)
    new = [(_make_image(file, session), file.file) for file in files if file.sha256 not in known]
    return new, [DuplicateFile(file.filename, known[file.sha256]) for file in files if file.sha256 in known]


def _open_upload(session: Upload) -> Upload:
    """The row of the upload session, created if needed and locked until the transaction ends."""
    uploads = Upload.objects.select_for_update()
    upload = uploads.filter(pk=session.pk).first()
    if upload is None:
        Upload.objects.bulk_create([session], ignore_conflicts=True)  # another request of the session may be quicker
        upload = uploads.get(pk=session.pk)
    if upload.user_id != session.user_id:
        raise NotFoundError(_("There is no such upload session."))
    return upload


def _keep(
    images: Sequence[S3Image], upload: Upload
) -> tuple[tuple[S3Image, ...], list[RefusedFile], list[DuplicateFile]]:
    """Save as many as the limits of the upload session allow. Returns the saved, those beyond the limits, and
    duplicates."""
    files_left = settings.UPLOAD_MAX_FILES - upload.accepted_files
    bytes_left = settings.UPLOAD_MAX_TOTAL_BYTES - upload.accepted_bytes
    within: dict[str, S3Image] = {}
    repeated, beyond = [], []
    for image in images:
        size_bytes = image.file_size_bytes or 0
        if image.sha256 in within:
            repeated.append(image)
        elif not files_left:
            beyond.append(RefusedFile(image.original_filename, RefusalCode.TOO_MANY_FILES))
        elif size_bytes > bytes_left:
            beyond.append(RefusedFile(image.original_filename, RefusalCode.UPLOAD_TOO_LARGE))
        else:
            files_left, bytes_left = files_left - 1, bytes_left - size_bytes
            within[image.sha256] = image
    saved, overtaken = _save_rows(list(within.values()), repeated)
    return saved, beyond, overtaken


def find_photos(sha256s: Iterable[str]) -> dict[str, UUID]:
    """The visible photos with these contents, by content."""
    return dict(visible_photos(sha256s).values_list("sha256", "image_id"))


def visible_photos(sha256s: Iterable[str]) -> S3ImageQuerySet:
    """The photos with these contents that are not in the trash; at most one for each."""
    return S3Image.objects.photos().visible().filter(sha256__in=set(sha256s))


def _make_image(file: CheckedFile, session: Upload) -> S3Image:
    image_id, now = uuid4(), timezone.now()
    return S3Image(
        image_id=image_id,
        s3_bucket=settings.S3_BUCKET,
        s3_key_original=keys.original_key(image_id, now, file.content_type),
        staging_name=keys.staged_name(session.upload_session_id, image_id, file.content_type),
        content_type=file.content_type,
        file_size_bytes=file.size_bytes,
        sha256=file.sha256,
        original_filename=file.filename,
        width_px=file.width_px,
        height_px=file.height_px,
        upload=session,
        upload_source=session.source,
        uploaded_by_user=session.user,
    )


def _save_rows(
    images: Sequence[S3Image], repeated: Sequence[S3Image]
) -> tuple[tuple[S3Image, ...], list[DuplicateFile]]:
    """Insert `images`; those that another request has stored in the meantime are returned as duplicates.

    So are the `repeated`, which have the same content as one of them. Rows are inserted in the order of their contents,
    so that two requests with the same photos cannot deadlock.
    """
    S3Image.objects.bulk_create(sorted(images, key=lambda image: image.sha256), ignore_conflicts=True)
    winners = find_photos(image.sha256 for image in images)
    saved = tuple(image for image in images if winners[image.sha256] == image.image_id)
    others = [image for image in (*images, *repeated) if winners[image.sha256] != image.image_id]
    return saved, [DuplicateFile(image.original_filename, winners[image.sha256]) for image in others]


def _record(accepted: AcceptedUpload) -> None:
    """Add to the totals of the upload session."""
    upload = accepted.upload
    upload.accepted_files += len(accepted.images)
    upload.accepted_bytes += sum(image.file_size_bytes or 0 for image in accepted.images)
    upload.refused += [file.as_record() for file in accepted.refused]
    upload.duplicates += [{"filename": file.filename, "image_id": str(file.image_id)} for file in accepted.duplicates]
    upload.save(update_fields=["accepted_files", "accepted_bytes", "refused", "duplicates", "updated_at"])


def _delete_staged(images: Iterable[S3Image]) -> None:
    """Files that cannot be deleted now are left for `photos.storage.staging_cleanup`: the upload itself succeeded."""
    for image in images:
        with suppress(UnavailableError):
            object_store.delete_staged(image.staging_name)
