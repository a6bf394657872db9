"""The messages that the database stores about a run, so that pages can translate them.

The phases of the pipeline fill these in. The messages of `processing.counting` and `photos.decoding.pixels`, which do
not use Django, are only recognised here; those of `find_faults` and `count_photo` follow a code.
"""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import Message

# --- Why a run was made
AGAIN = Message(gettext_noop("Processed again"))
AGAIN_FOR = Message(gettext_noop("Processed again: %(problem)s"), words=("problem",))
LOCATION_CHOSEN = Message(gettext_noop("Location chosen: %(location)s"))
LOCATION_CONFIGURED = Message(gettext_noop("Location configured: %(product)s"))
DATE_BY_UPLOAD = Message(gettext_noop("Date set: the upload's"))
DATE_BY_CAMERA = Message(gettext_noop("Date set: the camera's"))
DATE_BY_HAND = Message(gettext_noop("Date set: %(moment)s"))
DENSITY_SET = Message(gettext_noop("Density set: %(number)s plants per m²"))

# --- Where a photo was taken
CHOICE_GONE = Message(gettext_noop("The chosen location is not in use any more"))
CHOICE_FAR = Message(gettext_noop("The GPS position is that of another location than the chosen one"))
NO_GPS = Message(gettext_noop("GPS coordinates not found"))
SEVERAL_LABELS = Message(gettext_noop("QR labels of several locations are in the photo"))
OUTSIDE = Message(gettext_noop("The GPS position lies outside every storage location"))
AMBIGUOUS = Message(gettext_noop("Several storage locations are within the error of the GPS position"))
BATCH_AGREES = Message(
    gettext_noop("The GPS position and the labels or choices of the other photos of the upload say the same location")
)

# --- What a photo needs, and why a run failed
DATE_UNREADABLE = Message(gettext_noop("The camera wrote an impossible date: %(written)s"))
DATE_AHEAD = Message(gettext_noop("The camera's date lies after the upload: %(written)s"))
DATE_BEFORE_NURSERY = Message(
    gettext_noop("The camera's date lies more than a year before the first upload of all: %(written)s")
)
DATE_RESET = Message(gettext_noop("The camera's clock has lost its time and began anew: %(written)s"))
DATE_BEHIND_LOCATION = Message(
    gettext_noop("The camera's date lies more than a month before the newest count of the location: %(written)s")
)
NOT_CONFIGURED = Message(gettext_noop("%(location)s is not configured"))
NO_DENSITY_LOOSE = Message(gettext_noop("No density is known for %(product)s in no packaging"))
NO_DENSITY = Message(gettext_noop("No density is known for %(product)s in %(packaging)s"))
CONTAINERS_FAILED = Message(gettext_noop("%(number)s container(s) could not be counted"))
DETECTION_ERROR = Message(gettext_noop("%(error)s in detection"))
PHASE_ERROR = Message(gettext_noop("%(error)s in the phase %(phase)s; the log tells more"), words=("phase",))
DETECTION_STOPPED = Message(gettext_noop("Detection stopped %(number)s times."))
PROCESSING_STOPPED = Message(
    gettext_noop("Processing stopped %(number)s times in the phase %(phase)s."), words=("phase",)
)

# --- Why the stock changed
NEEDS_ATTENTION = Message(gettext_noop("The photo needs attention."))
PHOTO_DELETED = Message(gettext_noop("The photo was deleted."))

# --- Found by pure modules
ROWS_MISSING = Message(gettext_noop("the lower %(share)s of the photo is one plain colour"))
TOO_DARK = Message(gettext_noop("the photo is too dark to tell plants from the ground"))
BURNT_OUT = Message(gettext_noop("%(share)s of the photo is burnt out to white"))
BLURRED = Message(gettext_noop("the photo is out of focus, or the phone moved"))
UNFAMILIAR = Message(gettext_noop("what was counted was hardly recognised (agreement %(agreement)s)"))
VIEWS_DISAGREE = Message(gettext_noop("views at different scales disagree about the plants (agreement %(agreement)s)"))
LIMIT_TOUCHED = Message(
    gettext_noop("a limit was touched in a %(container)s, plants may be missing"), words=("container",)
)
TOO_FEW_SEEN = Message(
    gettext_noop("too few plants were seen to estimate the rest of a %(container)s"), words=("container",)
)
DOUBTFUL = Message(
    gettext_noop("much of a %(container)s looks planted but was not recognised; go nearer or count by hand"),
    words=("container",),
)
NOTHING_FOUND = Message(gettext_noop("no bed, crate or tray was found in the photo"))
CONTAINERS = (gettext_noop("segment"), gettext_noop("box"), gettext_noop("plug"))
NOT_DECODED = Message(gettext_noop("The picture cannot be decoded: the decoder stopped at it."))
EMPTY = Message(gettext_noop("The file is empty."))
NO_PICTURE = Message(gettext_noop("The file is not a JPEG, PNG, WebP or HEIC picture."))
TOO_LARGE_BY_SIZE = Message(
    gettext_noop("The picture has %(width)s x %(height)s pixels, which is more than %(most)s megapixels.")
)
TOO_LARGE = Message(gettext_noop("The picture has more than %(most)s megapixels."))
PART_MISSING = Message(gettext_noop("Part of the picture is missing: the file was cut short or damaged on its way."))
DAMAGED = Message(gettext_noop("The picture is damaged or cut short."))
