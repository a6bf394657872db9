"""The messages that the database stores about a run: why it was made, where its photo was taken, its problems.

The phases of the pipeline create them; `as_message` makes one from a fault of `processing.counting`.
"""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import Message, MessageType
from processing.counting.faults import TEXTS, Fault
from processing.problems import CATALOGUE
from processing.statuses import Phase

TITLES = {code: problem.title for code, problem in CATALOGUE.items()}
PHASES = {phase.value: phase.label for phase in Phase}
CONTAINERS = {"segment": gettext_noop("segment"), "box": gettext_noop("box"), "plug": gettext_noop("plug")}

# --- Why a run was made
AGAIN = MessageType("again", gettext_noop("Processed again"))
AGAIN_FOR = MessageType("again_for", gettext_noop("Processed again: %(problem)s"), words={"problem": TITLES})
LOCATION_CHOSEN = MessageType("location_chosen", gettext_noop("Location chosen: %(location)s"))
LOCATION_CONFIGURED = MessageType("location_configured", gettext_noop("Location configured: %(product)s"))
DATE_BY_UPLOAD = MessageType("date_by_upload", gettext_noop("Date set: the upload's"))
DATE_BY_CAMERA = MessageType("date_by_camera", gettext_noop("Date set: the camera's"))
DATE_BY_HAND = MessageType("date_by_hand", gettext_noop("Date set: %(moment)s"))
DENSITY_SET = MessageType("density_set", gettext_noop("Density set: %(number)s plants per m²"), numbers=("number",))

# --- Where a photo was taken
CHOICE_GONE = MessageType("choice_gone", gettext_noop("The chosen location is not in use any more"))
CHOICE_FAR = MessageType("choice_far", gettext_noop("The GPS position is that of another location than the chosen one"))
NO_GPS = MessageType("no_gps", gettext_noop("GPS coordinates not found"))
SEVERAL_LABELS = MessageType("several_labels", gettext_noop("QR labels of several locations are in the photo"))
OUTSIDE = MessageType("gps_outside", gettext_noop("The GPS position lies outside every location"))
AMBIGUOUS = MessageType("gps_ambiguous", gettext_noop("Several locations are within the error of the GPS position"))
BATCH_AGREES = MessageType(
    "batch_agrees",
    gettext_noop("The GPS position and the labels or choices of the other photos of the upload say the same location"),
)
NOT_PLACED = MessageType("not_placed", gettext_noop("The location of this photo is not known"))

# --- What a photo needs, and why a run failed
DATE_UNREADABLE = MessageType("date_unreadable", gettext_noop("The camera wrote an impossible date: %(written)s"))
DATE_AHEAD = MessageType("date_ahead", gettext_noop("The camera's date lies after the upload: %(written)s"))
DATE_BEFORE_NURSERY = MessageType(
    "date_before_nursery",
    gettext_noop("The camera's date lies more than a year before the first upload of all: %(written)s"),
)
DATE_RESET = MessageType("date_reset", gettext_noop("The camera's clock has lost its time and began anew: %(written)s"))
DATE_BEHIND_LOCATION = MessageType(
    "date_behind_location",
    gettext_noop("The camera's date lies more than a month before the newest count of the location: %(written)s"),
)
NOT_CONFIGURED = MessageType("not_configured", gettext_noop("%(location)s is not configured"))
NO_DENSITY_LOOSE = MessageType("no_density_loose", gettext_noop("No density is known for %(product)s in no packaging"))
NO_DENSITY = MessageType("no_density", gettext_noop("No density is known for %(product)s in %(packaging)s"))
CONTAINERS_FAILED = MessageType(
    "containers_failed",
    gettext_noop("%(number)s containers could not be counted"),
    one={"number": gettext_noop("%(number)s container could not be counted")},
)
CONTAINERS_MISSING = MessageType(
    "containers_missing",
    gettext_noop(
        "The photo shows %(found)s containers, but products are listed up to container %(named)s: check which "
        "product each container holds"
    ),
    one={
        "found": gettext_noop(
            "The photo shows %(found)s container, but products are listed up to container %(named)s: check which "
            "product each container holds"
        )
    },
)
DETECTION_ERROR = MessageType("detection_error", gettext_noop("%(error)s in detection"))
PHASE_ERROR = MessageType(
    "phase_error", gettext_noop("%(error)s in the phase %(phase)s; the log tells more"), words={"phase": PHASES}
)
DETECTION_STOPPED = MessageType("detection_stopped", gettext_noop("Detection stopped %(number)s times."))
PROCESSING_STOPPED = MessageType(
    "processing_stopped",
    gettext_noop("Processing stopped %(number)s times in the phase %(phase)s."),
    words={"phase": PHASES},
)

# --- Why the stock changed
NEEDS_ATTENTION = MessageType("needs_attention", gettext_noop("The photo needs attention."))
PHOTO_DELETED = MessageType("photo_deleted", gettext_noop("The photo was deleted."))

# --- Faults of a count
COUNT_FAULTS = [
    MessageType(code, text, words={"container": CONTAINERS}, numbers=("agreement",)) for code, text in TEXTS.items()
]
# Of runs until November 2026.
MessageType(
    "doubtful.scales",
    gettext_noop("views at different scales disagree about the plants (agreement %(agreement)s)"),
    numbers=("agreement",),
)
MessageType(
    "unfamiliar_scene.median",
    gettext_noop("what was counted was hardly recognised (median confidence %(confidence)s)"),
    numbers=("confidence",),
)


def as_message(fault: Fault) -> Message:
    """The message of a fault, to store and to show."""
    return Message(fault.code, fault.parameters)
