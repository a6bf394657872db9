"""The messages about faulty or missing files."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import MessageType
from photos.decoding.pixels import FAULTS

ORIGINAL_LOST = MessageType("original_lost", gettext_noop("The original of %(photo)s is neither in staging nor in S3."))
OTHER_FILE = MessageType("other_file", gettext_noop("The file of %(photo)s in staging is not the one received."))
PICTURE_FAULTS = [MessageType(code, text) for code, text in FAULTS.items()]
