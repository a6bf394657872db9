"""Whether the disk has space for an upload, checked before its first byte is read so that none is cut short.

`photos.upload.upload_handlers` asks with the length that the request announces; where the disk fills up all the same,
an error of the file system becomes the same error.
"""

import errno
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from demeter.common.exceptions import DiskFullError

MESSAGE = _(
    "Demeter has no space for more photos at the moment. Keep these on the phone, tell your administrator that the "
    "server's disk is full, and send them again later. Photos received before are safe."
)
# Form fields and multipart boundaries.
OVERHEAD_BYTES = 2 * 1024 * 1024
logger = logging.getLogger(__name__)


def check_space(size_bytes: int) -> None:
    """Check that the upload folder and the staging folder have space for an upload and keep the reserve.

    Raises:
        DiskFullError: one of them has not.
    """
    for folder in _folders():
        free = shutil.disk_usage(folder).free
        if free < size_bytes + reserve_bytes():
            logger.error("an upload of %d bytes was refused: %s has %d bytes left", size_bytes, folder, free)
            raise DiskFullError(str(MESSAGE))


def may_arrive(size_bytes: int) -> bool:
    """Whether an upload of this size is allowed and leaves the reserve free."""
    return size_bytes <= largest_bytes() and free_bytes() >= size_bytes + reserve_bytes()


def largest_bytes() -> int:
    """The largest request that is read."""
    photos: int = settings.UPLOAD_MAX_TOTAL_BYTES
    return photos + OVERHEAD_BYTES


def free_bytes() -> int:
    """The free space of the fullest of these disks."""
    return min(shutil.disk_usage(folder).free for folder in _folders())


def reserve_bytes() -> int:
    """The free space that an upload must leave."""
    reserve: int = settings.STAGING_RESERVE_BYTES
    return reserve


def _folders() -> list[Path]:
    folders = [Path(settings.FILE_UPLOAD_TEMP_DIR)]
    if settings.STAGING == "folder":
        folders.append(Path(settings.STAGING_ROOT))
    return [_nearest(folder) for folder in folders]


@contextmanager
def refusing_when_full() -> Iterator[None]:
    """Turn a full disk during the writes inside into DiskFullError: other uploads may have been quicker.

    Raises:
        DiskFullError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        logger.exception("an upload was cut short: the disk is full")
        raise DiskFullError(str(MESSAGE)) from error


def _nearest(folder: Path) -> Path:
    """The nearest existing folder: staging is created with the first photo."""
    while not folder.exists():
        folder = folder.parent
    return folder
