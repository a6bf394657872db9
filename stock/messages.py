"""The reasons of stock movements; `processing.messages` has those of photos that no longer count."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import MessageType

COUNTED_TOGETHER = MessageType(
    "counted_together", gettext_noop("Counted %(number)s in %(photos)s photos of one visit."), numbers=("number",)
)
COUNTED = MessageType("counted", gettext_noop("Counted %(number)s."), numbers=("number",))
CALIBRATED = MessageType(
    "calibrated", gettext_noop("Counted %(number)s, %(before)s before calibration."), numbers=("number", "before")
)
CALIBRATED_TOGETHER = MessageType(
    "calibrated_together",
    gettext_noop("Counted %(number)s in %(photos)s photos of one visit, %(before)s before calibration."),
    numbers=("number", "before"),
)
COUNTED_AGAIN = MessageType("counted_again", gettext_noop("The photo was counted again."))
SHOWN = MessageType("shown", gettext_noop("The photo shows %(batch)s at this location."))
WITH_ANOTHER = MessageType("with_another", gettext_noop("The visit of this photo is counted at another photo."))
COUNTED_BY_HAND = MessageType("counted_by_hand", gettext_noop("Counted %(number)s by hand."), numbers=("number",))
MORE_LEFT = MessageType(
    "more_left",
    gettext_noop("%(number)s more plants left than were counted here."),
    one={"number": gettext_noop("%(number)s more plant left than was counted here.")},
    numbers=("number",),
)
NO_LONGER_SHORT = MessageType(
    "no_longer_short",
    gettext_noop("%(number)s of the plants that had left uncounted are explained now."),
    one={"number": gettext_noop("%(number)s of the plants that had left uncounted is explained now.")},
    numbers=("number",),
)
UNDONE = MessageType("undone", gettext_noop("%(document)s was undone."))
