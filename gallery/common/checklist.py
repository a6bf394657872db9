"""What is left to do in a new nursery, shown on the first page until the first count is signed off."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from demeter.accounts.models import User
from gallery.common.links import PLACES_PAGE
from locations.models import LocationConfig, Nursery, Product, StorageLocation
from locations.models.nursery import ONLY_ID
from locations.nursery import read_nursery
from photos.models import S3Image
from processing.models import ProcessingSession


@dataclass(frozen=True)
class Step:
    """One line: what to do, where, whether it is done, and how far it is."""

    words: str | Promise
    url: str
    is_done: bool
    progress: str = ""


def read_checklist(user: User) -> list[Step]:
    """The steps for whoever sets the nursery up; empty for others, and for good once all are done."""
    if not read_nursery()["name"] or not user.has_perm("locations.change_nursery"):
        return []
    nursery = Nursery.objects.get(pk=ONLY_ID)
    if nursery.checklist_done_at:
        return []
    steps = _steps(nursery)
    if all(step.is_done for step in steps):
        Nursery.objects.filter(pk=ONLY_ID).update(checklist_done_at=timezone.now())
        return []
    return steps


def note_labels_printed() -> None:
    """The first labels were made."""
    if read_nursery()["name"]:
        Nursery.objects.filter(labels_printed_at=None).update(labels_printed_at=timezone.now())


def _steps(nursery: Nursery) -> list[Step]:
    places = StorageLocation.objects.active().count()
    products = Product.objects.filter(active=True, is_mixed=False).count()
    configured = LocationConfig.objects.filter(active=True, location__in=StorageLocation.objects.active()).count()
    made = ngettext("%(number)d location", "%(number)d locations", places) % {"number": places}
    known = ngettext("%(number)d product", "%(number)d products", products) % {"number": products}
    done = ngettext("%(done)d of %(all)d location", "%(done)d of %(all)d locations", places)
    done %= {"done": configured, "all": places}
    return [
        Step(_("Make your places"), reverse(PLACES_PAGE), places > 0, made if places else ""),
        Step(_("Print the labels of the bays"), reverse("labels"), nursery.labels_printed_at is not None),
        Step(_("List your products"), reverse("products"), products > 0, known if products else ""),
        Step(
            _("Say what grows where"),
            reverse("map"),
            configured > 0,
            done if places else "",
        ),
        Step(_("Upload the first photo"), reverse("upload"), S3Image.objects.photos().visible().exists()),
        Step(
            _("Check and sign off the first count"),
            reverse("review"),
            ProcessingSession.objects.filter(validated=True).exists(),
        ),
    ]
