"""The messages of location matching, and those of `locations.geo` about invalid polygons."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import MessageType
from locations.geo import FAULTS

INSIDE = MessageType("gps_inside", gettext_noop("GPS point lies inside the location"))
AWAY = MessageType("gps_away", gettext_noop("GPS point lies %(metres)s m from the location"), numbers=("metres",))
LABEL = MessageType("qr_label", gettext_noop("QR label %(code)s"))
CHOSEN = MessageType("chosen", gettext_noop("Chosen by a person"))
CHOSEN_FAR = MessageType("chosen_far", gettext_noop("Chosen for the upload, %(metres)s m from the GPS point"))
POLYGON_FAULTS = {code: MessageType(code, text, numbers=("lon", "lat", "area")) for code, text in FAULTS.items()}
