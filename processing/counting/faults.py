"""Faults of a count, as data: a code and its parameters. `processing.messages` makes them messages for pages and the
database.

The part of a code before the point is a code of `processing.problems`, or a reason to check the count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def gettext_noop(text: str) -> str:
    """Mark a text for translation, like Django's own, which a pure module does not import."""
    return text


TEXTS = {
    "part_missing": gettext_noop("the lower %(share)s of the photo is one plain colour"),
    "too_dark": gettext_noop("the photo is too dark to tell plants from the ground"),
    "too_bright": gettext_noop("%(share)s of the photo is burnt out to white"),
    "too_blurred": gettext_noop("the photo is out of focus, or the phone moved"),
    "unfamiliar_scene": gettext_noop("what was counted was hardly recognised (agreement %(agreement)s)"),
    "too_many_detections": gettext_noop("a limit was touched in a %(container)s, plants may be missing"),
    "needs_calibration": gettext_noop("too few plants were seen to estimate the rest of a %(container)s"),
    "doubtful.container": gettext_noop(
        "much of a %(container)s looks planted but was not recognised; go nearer or count by hand"
    ),
    "doubtful.uncertain": gettext_noop("%(share)s of the plants are uncertain: not recognised at every scale"),
    "doubtful.left_out": gettext_noop(
        "%(plants)s plants outside the containers were hardly recognised and not counted"
    ),
    "no_container": gettext_noop("no bed, crate or tray was found in the photo"),
    "detection_failed": "%(container)s %(number)s: %(error)s",
    "unreadable": "%(file)s: %(reason)s",
}


@dataclass(frozen=True)
class Fault:
    """One reason to check or to refuse a count; `str` gives it in English, after its kind."""

    code: str
    parameters: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    @property
    def kind(self) -> str:
        """The part of the code that programs use."""
        return self.code.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.kind}: {TEXTS[self.code] % self.parameters}"
