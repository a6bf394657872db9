"""The messages that the database stores about training runs."""

from django.utils.translation import gettext_noop

from demeter.common.i18n.messages import MessageType

MODELS = {"detector": gettext_noop("detector"), "segmenter": gettext_noop("segmenter")}

DISK_FULL = MessageType(
    "training_disk_full",
    gettext_noop(
        "The disk of the training worker has only %(free)s GB left, and the training needs %(needed)s GB. Make room,"
        " then train again."
    ),
)
PHOTOS_GONE = MessageType(
    "training_photos_gone",
    gettext_noop(
        "The originals of %(number)s photos are gone, so that too few are left. Make a new version of the data set,"
        " then train again."
    ),
)
TRAINING_FAILED = MessageType(
    "training_failed",
    gettext_noop("The training stopped by itself: %(error)s. The log of the training worker says more."),
)
WORKERS_LOST = MessageType(
    "training_workers_lost",
    gettext_noop(
        "The training worker was lost %(number)s times without any progress, perhaps for lack of memory. Its log says"
        " more."
    ),
)
