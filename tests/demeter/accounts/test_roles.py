from itertools import pairwise

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from demeter.accounts.roles import ADMIN, SUPERVISOR, VIEWER, WORKER
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ROLES = (VIEWER, WORKER, SUPERVISOR, ADMIN)
# What each page and endpoint asks for, and who may.
MATRIX = {
    "photos.view_s3image": (VIEWER, WORKER, SUPERVISOR, ADMIN),
    "processing.view_job": (VIEWER, WORKER, SUPERVISOR, ADMIN),
    "stock.view_stockmovement": (VIEWER, WORKER, SUPERVISOR, ADMIN),
    "locations.view_storagelocation": (VIEWER, WORKER, SUPERVISOR, ADMIN),
    "photos.add_upload": (WORKER, SUPERVISOR, ADMIN),
    "processing.add_proposal": (WORKER, SUPERVISOR, ADMIN),
    "processing.add_job": (WORKER, SUPERVISOR, ADMIN),
    "locations.change_locationconfig": (WORKER, SUPERVISOR, ADMIN),
    "locations.change_densityparameters": (SUPERVISOR, ADMIN),
    "locations.add_placechange": (SUPERVISOR, ADMIN),
    "processing.change_processingsession": (SUPERVISOR, ADMIN),
    "photos.delete_s3image": (SUPERVISOR, ADMIN),
    "locations.add_placeimport": (SUPERVISOR, ADMIN),
    "locations.add_product": (SUPERVISOR, ADMIN),
    "locations.change_product": (SUPERVISOR, ADMIN),
    "locations.add_packaging": (SUPERVISOR, ADMIN),
    "locations.change_packaging": (SUPERVISOR, ADMIN),
    "locations.add_containertype": (SUPERVISOR, ADMIN),
    "locations.change_containertype": (SUPERVISOR, ADMIN),
    "locations.change_nursery": (ADMIN,),
    "locations.delete_nursery": (ADMIN,),
    "locations.add_warehouse": (ADMIN,),
    "stock.add_stockdocument": (WORKER, SUPERVISOR, ADMIN),
    "stock.record_sale": (SUPERVISOR, ADMIN),
    "stock.change_stockbatch": (SUPERVISOR, ADMIN),
    "stock.view_stocktake": (VIEWER, WORKER, SUPERVISOR, ADMIN),
    "stock.add_stocktake": (SUPERVISOR, ADMIN),
    "stock.add_lossreason": (ADMIN,),
    "learning.view_dataset": (VIEWER, WORKER, SUPERVISOR, ADMIN),
    "learning.add_dataset": (SUPERVISOR, ADMIN),
    "learning.add_trainingrun": (SUPERVISOR, ADMIN),
    "processing.add_promotion": (SUPERVISOR, ADMIN),
    "accounts.add_user": (ADMIN,),
    "accounts.add_apitoken": (ADMIN,),
    "auth.change_group": (),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", MATRIX)
def test_role_has_what_the_matrix_says(role, permission):
    assert UserFactory(role=role).has_perm(permission) == (role in MATRIX[permission])


def test_user_without_a_role_may_nothing():
    assert UserFactory(role=None).get_all_permissions() == set()


def test_every_named_permission_exists():
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    assert set(MATRIX) <= known


def test_viewer_only_views():
    assert all(".view_" in permission for permission in UserFactory(viewer=True).get_all_permissions())


def test_each_role_includes_the_one_below():
    sets = [UserFactory(role=role).get_all_permissions() for role in ROLES]
    assert all(lower < higher for lower, higher in pairwise(sets))


def test_migrating_again_restores_the_roles():
    group = Group.objects.get(name=VIEWER)
    granted = set(group.permissions.all())
    group.permissions.set(Permission.objects.filter(codename="delete_s3image"))
    call_command("migrate", verbosity=0)
    assert set(group.permissions.all()) == granted


def test_user_is_the_table_of_the_specification():
    assert apps.get_model("accounts.User")._meta.db_table == "users"
