"""Pictures that go with a note, such as of frost damage: kept small and without EXIF, and never counted."""

from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.common.exceptions import InvalidInputError
from demeter.common.i18n.messages import Message
from photos.decoding.decoder_pool import make_preview
from photos.decoding.pixels import MAX_WEB_PIXELS, UnreadablePictureError
from photos.storage import keys
from photos.storage.object_store import put_object
from photos.upload.checks import RefusedFile, check_file


def store_note_picture(file: UploadedFile[bytes]) -> str:
    """Put a picture into S3 and return its key.

    Raises:
        InvalidInputError: the file is no picture that can be used; the message says why.
        UnavailableError: S3 cannot be reached now.
    """
    checked = check_file(file)
    if isinstance(checked, RefusedFile):
        raise InvalidInputError(checked.message)
    if checked.width_px * checked.height_px > MAX_WEB_PIXELS:  # the web process decodes it
        words = _("The picture has more than %(megapixels)d megapixels. Take it with a lower resolution.")
        raise InvalidInputError(words % {"megapixels": MAX_WEB_PIXELS // 1_000_000})
    file.seek(0)
    try:
        preview = make_preview(file.read())
    except UnreadablePictureError as error:
        raise InvalidInputError(str(Message(error.code, error.parameters))) from error
    key = keys.note_picture_key(uuid4(), timezone.now())
    put_object(key, preview, content_type="image/jpeg")
    return key
