"""The four roles as Django groups, with their permissions in one table."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

VIEWER = "Viewer"
WORKER = "Worker"
SUPERVISOR = "Supervisor"
ADMIN = "Admin"

_CORE_APPS = ("locations", "photos", "stock", "processing", "learning")
_WORKER_PERMISSIONS = (
    "photos.add_upload",
    "processing.add_job",
    "processing.add_proposal",
    "locations.change_locationconfig",
    "stock.add_stockdocument",
)
_SUPERVISOR_PERMISSIONS = (
    *_WORKER_PERMISSIONS,
    "locations.change_densityparameters",
    "locations.add_placechange",
    "processing.change_processingsession",
    "photos.delete_s3image",
    "locations.add_placeimport",
    "locations.add_product",
    "locations.change_product",
    "locations.add_packaging",
    "locations.change_packaging",
    "locations.add_containertype",
    "locations.change_containertype",
    "stock.record_sale",
    "stock.add_decision",
    "stock.change_stockbatch",
    "stock.add_stocktake",
    "learning.add_dataset",
    "learning.add_trainingrun",
    "processing.add_promotion",
)


def _granted(codenames: tuple[str, ...]) -> Q:
    """A condition that matches the named permissions (`app.codename`)."""
    condition = Q(pk__in=())
    for name in codenames:
        app, _, codename = name.partition(".")
        condition |= Q(content_type__app_label=app, codename=codename)
    return condition


ROLE_PERMISSIONS: dict[str, Q] = {
    VIEWER: Q(content_type__app_label__in=_CORE_APPS, codename__startswith="view_"),
    WORKER: Q(content_type__app_label__in=_CORE_APPS, codename__startswith="view_") | _granted(_WORKER_PERMISSIONS),
    SUPERVISOR: Q(content_type__app_label__in=_CORE_APPS, codename__startswith="view_")
    | _granted(_SUPERVISOR_PERMISSIONS),
    ADMIN: Q(content_type__app_label__in=(*_CORE_APPS, "accounts")),
}


def least_role(permissions: Iterable[str]) -> str:
    """The least role that has all these permissions (`app.codename`)."""
    needed = {name for name in permissions if not name.partition(".")[2].startswith("view_")}
    granted = {VIEWER: (), WORKER: _WORKER_PERMISSIONS, SUPERVISOR: _SUPERVISOR_PERMISSIONS}
    return next((role for role, names in granted.items() if needed <= set(names)), ADMIN)


def grant_role_permissions(**_signal: Any) -> None:
    """Create the groups and set exactly their permissions; safe to repeat."""
    for role, condition in ROLE_PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(Permission.objects.filter(condition))
