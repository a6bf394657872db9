"""Every change of a place, a configuration, an account and a sign-off, and every sign-in, leaves who, what and when."""

import json
import logging
from datetime import timedelta

import pgtrigger
import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pghistory.core import event_models

from demeter.accounts.audit_log import describe_changes
from demeter.accounts.models import ApiToken, Change, User, UserRole
from demeter.accounts.roles import SUPERVISOR
from demeter.accounts.tokens import issue_token
from demeter.common.admin.readonly import ReadOnlyAdmin
from demeter.common.audit import event_model_of, events_of, note_present_rows, tracked_model
from locations.models import (
    LocationConfig,
    PackagingColour,
    PackagingMaterial,
    PackagingType,
    ProductCategory,
    ProductFamily,
    ProductSize,
    ProductState,
    StorageLocation,
    Warehouse,
)
from processing.models import Correction, ProcessingSession
from stock.models import StockBatch
from tests.factories import UserFactory
from tests.locations.factories import LocationConfigFactory, ProductFactory, StorageLocationFactory, WarehouseFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed
from tests.stock.factories import StockBatchFactory

pytestmark = pytest.mark.django_db
PASSWORD = "greenhouse-42"
CHANGES = "admin:accounts_change_changelist"


def audit_log(model):
    """What is told of a table's changes, the newest first: (who, what, details)."""
    changes = Change.objects.across(event_model_of(model)).order_by("-pgh_id")
    return [(told.who, told.what, told.details) for told in describe_changes(changes)]


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def configure(client, config, **changes):
    values = {"mode": "update", "product": config.product_id, "packaging": config.packaging_id}
    url = reverse("location-configure", kwargs={"code": config.location.code})
    return client.post(url, values | {"expected_state": config.expected_state_id} | changes)


# --- Places and configurations ----------------------------------------------------------------------------------
def test_a_configuration_corrected_on_the_page_tells_who_and_what_it_was():
    worker, config = UserFactory(username="nina"), LocationConfigFactory()
    other = ProductFactory(common_name="Echeveria")
    assert configure(client_of(worker), config, product=other.pk).status_code == 302
    assert audit_log(LocationConfig)[0] == ("nina", "Changed", (f"Product: {config.product} → {other}",))


def test_a_new_cycle_tells_which_one_it_closed():
    worker, config = UserFactory(username="nina"), LocationConfigFactory(started_at=timezone.now() - timedelta(days=90))
    configure(client_of(worker), config, mode="new_cycle")
    made, closed = audit_log(LocationConfig)[:2]
    assert (made[:2], closed[:2]) == (("nina", "Created"), ("nina", "Changed"))
    assert "Active: yes → no" in closed[2]


def test_many_rows_at_once_and_sql_by_hand_are_told_too():
    places = [StorageLocationFactory() for _ in range(3)]
    StorageLocation.objects.update(active=False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE storage_locations SET name = 'Renamed' WHERE id = %s", [places[0].pk])
    renamed, *switched = audit_log(StorageLocation)[:4]
    assert renamed == ("", "Changed", (f"Name: {places[0].name} → Renamed",))
    assert [details for _who, _what, details in switched] == [("Active: yes → no",)] * 3


def test_a_save_that_changes_nothing_is_no_change():
    place = StorageLocationFactory()
    place.save()
    assert [what for _who, what, _details in audit_log(StorageLocation)] == ["Created"]


def test_an_import_is_told_by_its_command(tmp_path, capsys):
    place = WarehouseFactory()
    properties = {"layer": "warehouses", "code": place.code, "name": "South"}
    feature = {"type": "Feature", "geometry": place.polygon, "properties": properties}
    file = tmp_path / "nursery.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    call_command("import_locations", str(file))
    assert "warehouses: 0 made, 1 changed" in capsys.readouterr().out
    assert audit_log(Warehouse)[0] == ("import_locations", "Changed", (f"Name: {place.name} → South",))


def test_what_an_administrator_deletes_stays_in_the_trail():
    administrator, place = UserFactory(username="olga", admin=True), WarehouseFactory()
    url = reverse("admin:locations_warehouse_delete", args=[place.pk])
    assert client_of(administrator).post(url, {"post": "yes"}).status_code == 302
    assert audit_log(Warehouse)[0][:2] == ("olga", "Deleted")
    assert events_of(Warehouse).first().code == place.code


def test_rows_that_are_older_than_the_trail_begin_it_as_they_are():
    with pgtrigger.ignore("locations.StorageLocation:insert_insert"):
        place = StorageLocationFactory()
    for _twice in range(2):
        note_present_rows(event_model_of(StorageLocation))
    StorageLocation.objects.filter(pk=place.pk).update(name="Renamed")
    changed, found = audit_log(StorageLocation)
    assert found[1] == "Already existed"
    assert changed[2] == (f"Name: {place.name} → Renamed",)


# --- Counts and batches -----------------------------------------------------------------------------------------
@pytest.fixture
def bed():
    return make_bed(0, 0, 0, 0, 0, estimated=7)


def test_a_sign_off_is_told_and_the_writes_of_the_pipeline_are_not(bed):
    nina = UserFactory(username="nina", supervisor=True)
    ProcessingSession.objects.filter(pk=bed.pk).update(total_detected=3)
    assert audit_log(ProcessingSession) == []
    url = reverse("photo-sign-off", kwargs={"image_id": bed.original_image_id})
    bed.refresh_from_db()
    client_of(nina).post(url, {"seen": bed.total_estimated})
    who, what, details = audit_log(ProcessingSession)[0]
    assert (who, what) == ("nina", "Count signed off")
    assert details[0] == f"Estimated: {bed.total_estimated}"


def test_undo_and_redo_leave_more_than_the_last_of_them(bed):
    client = client_of(UserFactory(username="nina", supervisor=True))
    image = {"image_id": bed.original_image_id}
    client.post(reverse("photo-correct", kwargs=image), {"action": "add", "x": 0.5, "y": 0.5, "class_id": 0})
    for step in ("undo", "redo", "undo"):
        client.post(reverse(f"photo-{step}", kwargs=image))
    told = [(who, what) for who, what, _details in audit_log(Correction)]
    assert told == [
        ("nina", "Correction undone"),
        ("nina", "Correction redone"),
        ("nina", "Correction undone"),
    ]


def test_what_is_said_about_a_batch_is_told_and_its_counts_are_the_ledgers():
    batch = StockBatchFactory()
    StockBatch.objects.filter(pk=batch.pk).update(quantity_current=9)
    assert audit_log(StockBatch) == []
    StockBatch.objects.filter(pk=batch.pk).update(quality=4)
    assert "Quality: 4" in audit_log(StockBatch)[0][2]


# --- Accounts and sign-ins --------------------------------------------------------------------------------------
def test_sign_in_failure_and_sign_out_are_told(client):
    UserFactory(username="nina", password=PASSWORD)
    client.post("/login/", {"username": "nina", "password": "wrong-wrong"})
    client.post("/login/", {"username": "nina", "password": PASSWORD})
    client.post("/logout/")
    assert [(who, what) for who, what, _details in audit_log(User)[:3]] == [
        ("nina", "Signed out"),
        ("nina", "Signed in"),
        ("", "Sign-in failed"),
    ]


def test_nothing_that_was_typed_is_kept(client, caplog):
    """A password in the field of the name is a common slip."""
    nina = UserFactory(username="nina", password=PASSWORD)
    with caplog.at_level(logging.WARNING):
        client.post("/login/", {"username": PASSWORD, "password": "nina"})
        client.post("/login/", {"username": "nina", "password": f"{PASSWORD}x"})
    assert "a sign-in with an unknown name failed from 127.0.0.1" in caplog.text
    kept = json.dumps([change.pgh_data | {"context": change.pgh_context} for change in Change.objects.all()])
    assert PASSWORD not in kept + caplog.text
    assert nina.password not in kept


def test_a_new_password_is_told_without_it():
    nina = UserFactory(username="nina", password=PASSWORD)
    nina.set_password("cactus-and-succulent")
    nina.save()
    assert audit_log(User)[0] == ("", "Password changed", ())
    assert nina.password not in json.dumps([change.pgh_data for change in Change.objects.all()])


def test_a_role_given_and_taken_is_told():
    nina = UserFactory(username="nina", role=None)
    group = Group.objects.get(name=SUPERVISOR)
    nina.groups.add(group)
    nina.groups.clear()
    assert [what for _who, what, _details in audit_log(UserRole)] == ["Deleted", "Created"]
    assert audit_log(UserRole)[0][2] == (f"Group: {SUPERVISOR}",)


def test_tokens_are_told_without_their_hash_or_their_use(client):
    token = issue_token(user=UserFactory(username="phone"), name="phone")
    assert client.get(reverse("api-jobs-status"), headers={"Authorization": f"Bearer {token}"}).status_code != 401
    row = ApiToken.objects.get()
    assert row.last_used_at is not None
    row.revoked_at = timezone.now()
    row.save()
    revoked, made = audit_log(ApiToken)
    assert (revoked[1], made[1]) == ("Changed", "Created")
    assert revoked[2][0].startswith("Revoked at: nothing → ")
    assert row.token_sha256 not in json.dumps([change.pgh_data for change in Change.objects.all()])


def test_a_deleted_person_is_still_named():
    gone, config = UserFactory(username="nina"), LocationConfigFactory()
    configure(client_of(gone), config, product=ProductFactory().pk)
    gone.delete()
    assert audit_log(LocationConfig)[0][0] == "nina"


# --- The audit log itself ------------------------------------------------------------------------------------------
LISTS = {  # short ones that only the admin changes, which keeps its own history of each
    ProductCategory,
    ProductFamily,
    ProductState,
    ProductSize,
    PackagingType,
    PackagingMaterial,
    PackagingColour,
}
OF_LIBRARIES = {Group}


def test_every_table_that_people_change_leaves_a_trail():
    changed = {model for model, page in admin.site._registry.items() if not isinstance(page, ReadOnlyAdmin)}
    tracked = {tracked_model(event) for event in event_models()}
    assert changed - tracked == LISTS | OF_LIBRARIES


@pytest.mark.parametrize("change", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"])
def test_nobody_changes_the_trail(change):
    StorageLocationFactory()
    UserFactory()
    for model in (StorageLocation, User, UserRole):
        table = event_model_of(model)._meta.db_table
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(change.format(table))
    assert audit_log(StorageLocation)


def test_administrators_read_it_and_nobody_else(client):
    configure(client_of(UserFactory(username="nina")), LocationConfigFactory(), product=ProductFactory().pk)
    page = client_of(UserFactory(admin=True)).get(reverse(CHANGES), {"table": "locations.locationconfigevent"})
    told = page.content.decode()
    assert page.context["cl"].result_count == 2
    assert "nina" in told
    assert "Location configuration" in told
    assert client_of(UserFactory(supervisor=True)).get(reverse(CHANGES)).status_code == 302
    slug = Change.objects.across(event_model_of(LocationConfig)).latest("pgh_id").pgh_slug
    url = reverse("admin:accounts_change_change", args=[slug])
    assert client_of(UserFactory(admin=True)).get(url).status_code == 200
    assert client_of(UserFactory(admin=True)).post(url, {}).status_code == 403


def test_the_trail_is_filtered_by_who_what_and_when(admin_client):
    nina, place = UserFactory(username="nina"), LocationConfigFactory()
    configure(client_of(nina), place, product=ProductFactory().pk)

    def found(**filters):
        return admin_client.get(reverse(CHANGES), filters).context["cl"].result_count

    assert found(person=nina.pk) == 1
    assert found(person="nobody", table="locations.locationconfigevent") == 1
    assert found(person=nina.pk, what="delete") == 0
    assert found(what="signed_in", table="accounts.userevent") == 2  # nina and the administrator
    assert found(q=place.location.code, table="locations.storagelocationevent") == 1
    assert found(period="1", person=nina.pk) == found(period="all", person=nina.pk) == 1
    assert found(table="auth.user", period="never", person="x") >= 1  # what nobody offers filters nothing or nobody


def test_a_page_of_the_trail_takes_the_same_queries_for_any_number(admin_client, django_assert_max_num_queries):
    client = client_of(UserFactory())
    for _ in range(8):
        configure(client, LocationConfigFactory(), product=ProductFactory().pk)
    with django_assert_max_num_queries(24):
        admin_client.get(reverse(CHANGES))


# --- The pages of staff -----------------------------------------------------------------------------------------
def test_staff_see_who_changed_a_location(django_assert_max_num_queries):
    config = LocationConfigFactory()
    configure(client_of(UserFactory(username="nina")), config, product=ProductFactory(common_name="Echeveria").pk)
    viewer = client_of(UserFactory(viewer=True))
    url = reverse("location-changes", kwargs={"code": config.location.code})
    assert url in viewer.get(reverse("location", kwargs={"code": config.location.code})).content.decode()
    with django_assert_max_num_queries(13):
        page = viewer.get(url).content.decode()
    for word in ("nina", "→ Echeveria", config.location.name):
        assert word in page
    assert viewer.get(reverse("location-changes", kwargs={"code": "NOWHERE"})).status_code == 404
    spanish = viewer.get(url, headers={"Accept-Language": "es"}).content.decode()
    assert "Producto: " in spanish
    assert "Modificado" in spanish


def test_the_trace_of_a_photo_tells_its_sign_offs_and_its_way_through_the_trash():
    session = ProcessingSessionFactory(ready=True)
    client = client_of(UserFactory(username="nina", supervisor=True))
    image = {"image_id": session.original_image_id}
    client.post(reverse("photo-sign-off", kwargs=image), {"seen": session.total_estimated})
    for step in ("photos-delete", "photos-restore"):
        client.post(reverse(step), {"image_ids": [session.original_image_id]})
    told = client.get(reverse("photo", kwargs=image), {"tab": "trace"}).context["changes"]
    assert [(change.who, change.what) for change in told] == [
        ("nina", "Restored"),
        ("nina", "Deleted"),
        ("nina", "Count signed off"),
    ]
