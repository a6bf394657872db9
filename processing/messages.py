"""What is kept in the database about a run in English words, so that pages can tell it in another language.

The phases of the pipeline fill these in. What `processing.counting` and `photos.decoding.pixels` say by themselves,
being free of Django, is only recognised; the words of `find_faults` and `count_photo` come behind a code.
"""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import Sentence

# --- Why a run was made
AGAIN = Sentence(gettext_noop("Processed again"))
AGAIN_FOR = Sentence(gettext_noop("Processed again: %(problem)s"), words=("problem",))
LOCATION_CHOSEN = Sentence(gettext_noop("Location chosen: %(location)s"))
LOCATION_CONFIGURED = Sentence(gettext_noop("Location configured: %(product)s"))
DATE_BY_UPLOAD = Sentence(gettext_noop("Date set: the upload's"))
DATE_BY_CAMERA = Sentence(gettext_noop("Date set: the camera's"))
DATE_BY_HAND = Sentence(gettext_noop("Date set: %(moment)s"))
DENSITY_SET = Sentence(gettext_noop("Density set: %(number)s plants per m²"))

# --- Where a photo was taken
CHOICE_GONE = Sentence(gettext_noop("The chosen location is not in use any more"))
CHOICE_FAR = Sentence(gettext_noop("The GPS position is that of another location than the chosen one"))
NO_GPS = Sentence(gettext_noop("GPS coordinates not found"))
SEVERAL_LABELS = Sentence(gettext_noop("QR labels of several locations are in the photo"))
OUTSIDE = Sentence(gettext_noop("The GPS position lies outside every storage location"))
AMBIGUOUS = Sentence(gettext_noop("Several storage locations are within the error of the GPS position"))
BATCH_AGREES = Sentence(
    gettext_noop("The GPS position and the labels or choices of the other photos of the upload say the same location")
)

# --- What a photo needs, and why a run failed
DATE_UNREADABLE = Sentence(gettext_noop("The camera wrote an impossible date: %(written)s"))
DATE_AHEAD = Sentence(gettext_noop("The camera's date lies after the upload: %(written)s"))
DATE_BEFORE_NURSERY = Sentence(
    gettext_noop("The camera's date lies more than a year before the first upload of all: %(written)s")
)
DATE_RESET = Sentence(gettext_noop("The camera's clock has lost its time and began anew: %(written)s"))
DATE_BEHIND_LOCATION = Sentence(
    gettext_noop("The camera's date lies more than a month before the newest count of the location: %(written)s")
)
NOT_CONFIGURED = Sentence(gettext_noop("%(location)s is not configured"))
NO_DENSITY_LOOSE = Sentence(gettext_noop("No density is known for %(product)s in no packaging"))
NO_DENSITY = Sentence(gettext_noop("No density is known for %(product)s in %(packaging)s"))
CONTAINERS_FAILED = Sentence(gettext_noop("%(number)s container(s) could not be counted"))
DETECTION_ERROR = Sentence(gettext_noop("%(error)s in detection"))
PHASE_ERROR = Sentence(gettext_noop("%(error)s in the phase %(phase)s; the log tells more"), words=("phase",))
DETECTION_STOPPED = Sentence(gettext_noop("Detection stopped %(number)s times."))
PROCESSING_STOPPED = Sentence(
    gettext_noop("Processing stopped %(number)s times in the phase %(phase)s."), words=("phase",)
)

# --- Why the stock changed
NEEDS_ATTENTION = Sentence(gettext_noop("The photo needs attention."))
PHOTO_DELETED = Sentence(gettext_noop("The photo was deleted."))

# --- Found by pure modules
ROWS_MISSING = Sentence(gettext_noop("the lower %(share)s of the photo is one plain colour"))
TOO_DARK = Sentence(gettext_noop("the photo is too dark to tell plants from the ground"))
BURNT_OUT = Sentence(gettext_noop("%(share)s of the photo is burnt out to white"))
BLURRED = Sentence(gettext_noop("the photo is out of focus, or the phone moved"))
UNFAMILIAR = Sentence(gettext_noop("what was counted was hardly recognised (median confidence %(confidence)s)"))
LIMIT_TOUCHED = Sentence(
    gettext_noop("a limit was touched in a %(container)s, plants may be missing"), words=("container",)
)
TOO_FEW_SEEN = Sentence(
    gettext_noop("too few plants were seen to estimate the rest of a %(container)s"), words=("container",)
)
DOUBTFUL = Sentence(
    gettext_noop("much of a %(container)s looks planted but was not recognised; go nearer or count by hand"),
    words=("container",),
)
NOTHING_FOUND = Sentence(gettext_noop("no bed, crate or tray was found in the photo"))
CONTAINERS = (gettext_noop("segment"), gettext_noop("box"), gettext_noop("plug"))
NOT_DECODED = Sentence(gettext_noop("The picture cannot be decoded: the decoder stopped at it."))
EMPTY = Sentence(gettext_noop("The file is empty."))
NO_PICTURE = Sentence(gettext_noop("The file is not a JPEG, PNG, WebP or HEIC picture."))
TOO_LARGE_BY_SIZE = Sentence(
    gettext_noop("The picture has %(width)s x %(height)s pixels, which is more than %(most)s megapixels.")
)
TOO_LARGE = Sentence(gettext_noop("The picture has more than %(most)s megapixels."))
PART_MISSING = Sentence(gettext_noop("Part of the picture is missing: the file was cut short or damaged on its way."))
DAMAGED = Sentence(gettext_noop("The picture is damaged or cut short."))
