"""Fix a photo's problem: write the missing data, then process the photo again.

The catalogue of problems names the fix. For each fix, this module knows what to offer, which other photos it unblocks,
and how to apply it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, InvalidInputError
from demeter.common.i18n.messages import Message
from demeter.common.i18n.numbers import write_number
from gallery.browse.queries import find_photos_waiting_at
from gallery.common.near_places import last_places
from gallery.photo.detail import Candidate
from gallery.places.configuring import write_configuration
from locations.configuration import (
    KINDS_BY_DETECTED,
    set_density,
    usual_densities,
)
from locations.models import ContainerType, LocationConfig, StorageLocation
from locations.models.cultivation import CM2_PER_M2
from photos.models import S3Image, S3ImageQuerySet
from processing import dating, jobs
from processing.messages import (
    AGAIN,
    DATE_BY_CAMERA,
    DATE_BY_HAND,
    DATE_BY_UPLOAD,
    DENSITY_SET,
    LOCATION_CHOSEN,
)
from processing.models import ProcessingSession
from processing.problems import Fix, Problem
from processing.review.division import Planted, find_uncalibrated
from processing.review.outcome import config_of
from processing.statuses import UNFINISHED
from processing.worklist import AT_ONCE

MAX_NEIGHBOURS = 5
# A density this many times above or below all known ones must be confirmed: pots of one product differ by less.
UNUSUAL_FACTOR = 4


def batch_neighbours(image: S3Image) -> tuple[Candidate, ...]:
    """Where the other photos of the same upload were taken, the most frequent first."""
    if image.upload is None:
        return ()
    placed = (
        StorageLocation.objects.active()
        .with_names()
        .filter(sessions__original_image__upload=image.upload, sessions__original_image__deleted_at=None)
        .exclude(sessions__original_image=image)
        .annotate(neighbours=Count("sessions__original_image", distinct=True))
        .order_by("-neighbours", "code")[:MAX_NEIGHBOURS]
    )
    return tuple(
        Candidate(
            location_id=location.pk, name=location.full_name, evidence=_("Others of the same upload are from here")
        )
        for location in placed
    )


def chosen_lately(user: User) -> tuple[Candidate, ...]:
    """The locations that this person chose for photos last, newest first."""
    return tuple(Candidate(place.pk, place.full_name, _("You chose this recently")) for place in last_places(user))


def suggested_container_type(session: ProcessingSession) -> ContainerType | None:
    """A container type of the kind that the photo shows most."""
    kinds = session.segments.values_list("container_class").annotate(segments=Count("pk"))
    shown = kinds.order_by("-segments").first()
    if shown is None:
        return None
    return ContainerType.objects.filter(active=True, kind__in=KINDS_BY_DETECTED[shown[0]]).first()


def photos_waiting(image: S3Image, *, problem: Problem, session: ProcessingSession | None) -> S3ImageQuerySet:
    """Other photos that the same fix unblocks: same problem, same location or (for a density) same product.

    A chosen location or date may apply to the other photos of the same upload.
    """
    if problem.fix in ("choose_location", "date") and image.upload_id:
        lost = S3Image.objects.to_do().filter(problem=problem.code, upload=image.upload_id).exclude(pk=image.pk)
        return lost.exclude(jobs__status__in=UNFINISHED)
    location = session.storage_location if session else None
    if session is None or location is None or problem.fix not in ("configure", "calibrate"):
        return S3Image.objects.none()
    location_ids = [location.pk]
    planted = uncalibrated(session) if problem.fix == "calibrate" else None
    if planted is not None:
        own = Q(product=planted.product, packaging=planted.packaging)
        listed = Q(parts__product=planted.product, parts__packaging=planted.packaging)
        alike = LocationConfig.objects.filter(own | listed, active=True)
        location_ids += alike.values_list("location_id", flat=True)
    waiting = find_photos_waiting_at(location_ids, problem_code=problem.code).exclude(pk=image.pk)
    return waiting.exclude(jobs__status__in=UNFINISHED)


def uncalibrated(session: ProcessingSession) -> Planted | None:
    """The product whose density a photo asks for: that of the location, or of one of its containers."""
    config = config_of(session)
    if config is None:
        return None
    if not config.listed_parts:
        return Planted(config.product, config.packaging)
    return find_uncalibrated(session, config)


@dataclass(frozen=True)
class Confirmation:
    """The question to a person before a fix is written; the form returns `answer` to confirm it."""

    question: str
    answer: str


def find_confirmation(
    *, problem: Problem, session: ProcessingSession | None, values: Mapping[str, Any], answer: str
) -> Confirmation | None:
    """Ask if a density is far from all known ones of the product, as with a misplaced decimal sign."""
    planted = uncalibrated(session) if session and problem.fix == "calibrate" else None
    if planted is None:
        return None
    usual = usual_densities(container_type=values["container_type"], product=planted.product)
    density = CM2_PER_M2 / values["avg_area_per_plant_cm2"]
    typed = f"{density:.6g}"
    if usual is None or usual[0] / UNUSUAL_FACTOR <= density <= usual[1] * UNUSUAL_FACTOR or answer == typed:
        return None
    question = _(
        "%(density)s plants per m² is far outside the usual range for similar plants (%(least)s to %(most)s). "
        "Correct it, or save again to confirm it."
    )
    numbers = {"density": density, "least": usual[0], "most": usual[1]}
    return Confirmation(question % {name: write_number(round(number, 1)) for name, number in numbers.items()}, typed)


@transaction.atomic
def resolve(
    *,
    problem: Problem,
    image: S3Image,
    session: ProcessingSession | None,
    values: Mapping[str, Any],
    user: User,
    others: bool,
) -> int:
    """Apply the fix and process the photo again, and with `others` every photo that the fix unblocks; how many.

    `values` are the cleaned data of the fix's form. Photos that wait for a configuration at this location are always
    included.

    Raises:
        ConflictError: the photo is being processed, or lacks something that the fix requires.
        InvalidInputError: the date is impossible for the photo.
    """
    waiting = photos_waiting(image, problem=problem, session=session).values_list("pk", flat=True)[:AT_ONCE]
    if problem.fix == "date":
        chosen, reason = None, _write_date(image, list(waiting) if others else [], values)
    else:
        chosen, reason = _write(problem.fix, session, values)
    # Looked up under the lock of the location: a run that ends meanwhile sees the configuration or is found here.
    image_ids = list(waiting) if others or problem.fix == "configure" else []
    jobs.reprocess(image=image, user=user, reason=reason, chosen_location=chosen)
    more = jobs.reprocess_photos(image_ids=image_ids, user=user, reason=reason, chosen_location=chosen)
    return 1 + len(more.started)


def _write_date(image: S3Image, others: Sequence[UUID], values: Mapping[str, Any]) -> Message:
    """Write the date of the photos and return the reason for the run. A typed date applies to one photo."""
    if values["source"] == dating.DateSource.UPLOAD:
        dating.date_by_upload([image.pk, *others])
        return DATE_BY_UPLOAD()
    if values["source"] == dating.DateSource.CAMERA:
        dating.date_by_camera([image.pk, *others])
        return DATE_BY_CAMERA()
    if others:
        raise InvalidInputError(_("A date that you type applies to one photo only. Untick the others."))
    moment: datetime = values["moment"]
    if moment > image.created_at:
        raise InvalidInputError(_("The photo was uploaded before that. Check the date."))
    dating.date_by_hand(image.pk, moment)
    return DATE_BY_HAND(moment=f"{timezone.localtime(moment):%Y-%m-%d %H:%M}")


def _write(
    fix: Fix, session: ProcessingSession | None, values: Mapping[str, Any]
) -> tuple[StorageLocation | None, Message]:
    """Write the fix. Returns the location for the run, if a person chose one, and the reason for the run."""
    if fix == "choose_location":
        chosen: StorageLocation = values["storage_location"]
        return chosen, LOCATION_CHOSEN(location=chosen.full_name)
    if fix == "reprocess":
        return None, AGAIN()
    if session is None or session.storage_location is None:
        raise ConflictError(_("The photo has no location yet. Process it again."))
    if fix == "configure":
        return None, write_configuration(session.storage_location, values)
    if config_of(session) is None:
        raise ConflictError(_("The location is not configured yet. Configure it first."))
    planted = uncalibrated(session)
    if planted is None:
        raise ConflictError(_("The photo lacks no density any more. Process it again."))
    density = set_density(product=planted.product, packaging=planted.packaging, **values)
    return None, DENSITY_SET(number=f"{round(density.plants_per_m2, 1):g}")
