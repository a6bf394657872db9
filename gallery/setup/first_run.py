"""Set up a nursery: its owner, its settings, and the catalogue to start with, in one transaction."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from demeter.accounts.first_run import is_first_run, make_owner
from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from locations.models import Nursery
from locations.models.nursery import ONLY_ID
from locations.nursery import write_nursery
from locations.starting_catalogue import load_starting_catalogue

SETTINGS = ("name", "language", "time_zone", "currency", "units")


@transaction.atomic
def set_up(values: Mapping[str, str]) -> User:
    """Make the first account. The nursery's row is locked, so that a form that was sent twice makes one owner.

    Raises ConflictError when somebody has an account already.
    """
    Nursery.objects.get_or_create(pk=ONLY_ID)
    Nursery.objects.select_for_update().get(pk=ONLY_ID)
    if not is_first_run():
        raise ConflictError(_("This nursery is set up already. Sign in."))
    owner = make_owner(
        name=values["owner"], username=values["username"], password=values["password"], language=values["language"]
    )
    write_nursery(**{name: values[name] for name in SETTINGS})
    load_starting_catalogue(values["language"])
    return owner
