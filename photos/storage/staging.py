"""The storage where accepted photos wait for the io workers: a folder (`STAGING=folder`) or in the bucket
(`STAGING=s3`).

Django storages behind the alias `staging`, used by `photos.storage.object_store` alone. The folder is for web and io
workers on one host, and takes photos while S3 is away; the bucket is for several hosts that share nothing else.
"""

import os
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.deconstruct import deconstructible

from photos.storage import keys, object_store


class FolderStaging(FileSystemStorage):
    """Files in a folder, synced to disk when saved: the phone may delete its copy then."""

    def _save(self, name: str, content: File[bytes]) -> str:
        name = super()._save(name, content)  # type: ignore[misc]  # private: missing in the stubs
        path = Path(self.path(name))
        for written in (path, path.parent, path.parent.parent):
            _write_through(written)
        return name


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@deconstructible
class BucketStaging(Storage):
    """Objects under `temp_uploads/`, checked by SHA-256 when they are written.
    Every method may raise UnavailableError."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name as it is: it holds a UUID of its own."""
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        content.seek(0)
        object_store.put_object(_key(name), content.read(), content_type="application/octet-stream")
        return name

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        try:
            return ContentFile(object_store.read_object(_key(name)))
        except object_store.ObjectMissingError as error:
            raise FileNotFoundError(name) from error

    def delete(self, name: str) -> None:
        """No error if it is missing."""
        object_store.delete_object(_key(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """All names below `path`, as files of it: a bucket has no folders."""
        prefix = _key(path)
        return [], [key.removeprefix(prefix) for key in object_store.list_objects(prefix)]

    def get_modified_time(self, name: str) -> datetime:
        """When it was written."""
        try:
            return object_store.written_at(_key(name))
        except object_store.ObjectMissingError as error:
            raise FileNotFoundError(name) from error


def _key(name: str) -> str:
    return f"{keys.TEMP_UPLOADS}{name}"
