"""Who may fix which problem, and who may set up places."""

from collections.abc import Mapping

from demeter.accounts.models import User
from processing.problems import Fix, Problem

FIX_PERMISSIONS: Mapping[Fix, tuple[str, ...]] = {
    "choose_location": ("processing.add_job",),
    "date": ("processing.add_job",),
    "configure": ("processing.add_job", "locations.change_locationconfig"),
    "calibrate": ("processing.add_job", "locations.change_densityparameters"),
    "reprocess": ("processing.add_job",),
}


# Build, import and draw places, and undo it.
SET_UP_PLACES = "locations.add_placechange"


def may_fix(user: User, problem: Problem) -> bool:
    """Whether this user may fix such a problem; False for problems without a fix."""
    return problem.fix in FIX_PERMISSIONS and user.has_perms(FIX_PERMISSIONS[problem.fix])
