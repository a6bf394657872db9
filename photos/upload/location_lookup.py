"""The location of a whole upload before it is sent: by a picture of its QR label, or by where the device is.

`gallery.upload.views` calls it. Neither the picture nor the position is stored. Labels are read here and not in the
browser: most browsers cannot read codes, a live camera needs HTTPS, and a picture works on every phone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from demeter.common.i18n.messages import Message
from locations.labels.reader import keep_labels, read_labels
from locations.matching import Candidate, match_gps, match_qr_codes
from locations.models import StorageLocation
from photos.decoding.decoder_pool import decode_picture
from photos.decoding.pixels import MAX_WEB_PIXELS, UnreadablePictureError
from photos.upload.checks import CheckedFile, RefusedFile, check_file


@dataclass(frozen=True)
class FoundPlace:
    """A location, several to choose from, or neither. `message` says what to do then, `reason` how the location was
    found."""

    location: StorageLocation | None = None
    offers: tuple[Candidate, ...] = ()
    message: str = ""
    reason: Message | None = None


def place_by_label(file: UploadedFile[bytes]) -> FoundPlace:
    """The location whose label is in a picture."""
    refusal = _why_not(check_file(file))
    if refusal:
        return FoundPlace(message=refusal)
    try:
        labels = read_labels(decode_picture(file.read()))
    except UnreadablePictureError as error:
        return FoundPlace(message=str(Message(error.code, error.parameters)))
    if not labels:
        return FoundPlace(
            message=_("No QR label was found in the picture. Move closer, or type the code printed on the label.")
        )
    match = match_qr_codes(labels)
    if match.location:
        return FoundPlace(match.location, reason=match.candidates[0].evidence)
    if match.candidates:
        return FoundPlace(offers=match.candidates, message=_("Labels of several locations are in the picture."))
    return FoundPlace(message=_("No location in use has the label %(code)s.") % {"code": labels[0]})


def place_by_codes(codes: Iterable[str]) -> StorageLocation | None:
    """The location with the label that a browser has read, among other codes; None for labels of several."""
    labels = keep_labels(codes)
    return match_qr_codes(labels).location if labels else None


def _why_not(checked: CheckedFile | RefusedFile) -> str:
    """Why a file is refused; empty if it is not. The limit is lower than for uploads, as the web process decodes it."""
    if isinstance(checked, RefusedFile):
        return checked.message
    if checked.width_px * checked.height_px <= MAX_WEB_PIXELS:
        return ""
    words = _("The picture of the label has more than %(megapixels)d megapixels. Take it with a lower resolution.")
    return words % {"megapixels": MAX_WEB_PIXELS // 1_000_000}


def place_by_position(*, lon: float, lat: float, accuracy_m: float) -> FoundPlace:
    """The location where a device is, or those within its error (in metres). Raises ValueError if it is not on
    Earth."""
    match = match_gps(lon=lon, lat=lat, accuracy_m=accuracy_m)
    if match.location:
        return FoundPlace(match.location, reason=match.candidates[0].evidence)
    if match.candidates:
        words = _("Your position is accurate to %(metres)d m. Choose where the photos were taken.")
    else:
        words = _("Your position is accurate to %(metres)d m. There is no location nearby.")
    return FoundPlace(offers=match.candidates, message=words % {"metres": max(1, round(accuracy_m))})
