"""The reasons of stock movements; `processing.messages` has those of photos that no longer count."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import MessageType

COUNTED_TOGETHER = MessageType(
    "counted_together", gettext_noop("Counted %(number)s in %(photos)s photos of one visit.")
)
COUNTED = MessageType("counted", gettext_noop("Counted %(number)s."))
COUNTED_AGAIN = MessageType("counted_again", gettext_noop("The photo was counted again."))
SHOWN = MessageType("shown", gettext_noop("The photo shows %(batch)s at this location."))
WITH_ANOTHER = MessageType("with_another", gettext_noop("The visit of this photo is counted at another photo."))
