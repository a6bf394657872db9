"""Every table in the Django admin opens, is read-only where the pipeline writes, and is closed to all but staff."""

import uuid

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_celery_results.models import GroupResult, TaskResult
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from demeter.accounts.models import ApiToken, Change, User
from demeter.accounts.roles import ADMIN, SUPERVISOR, VIEWER, WORKER
from demeter.accounts.tokens import find_token_user, issue_token
from learning.models import DataSet, DataSetPhoto, HeldOutPhoto, ShadowCount, TrainingRun
from locations.models import PlaceChange, ProductSize
from photos.models import PhotoEvent, S3Image, Upload
from processing.models import (
    BackgroundTask,
    BlindCount,
    Correction,
    Estimation,
    EvidencePack,
    Job,
    ModelFault,
    ProcessingSession,
    Promotion,
    Proposal,
    Segment,
    TrainedModels,
)
from processing.review.blind_counts import record_blind_count
from stock.admin import StockBatchAdmin
from stock.ledger import record_count
from stock.models import (
    Calibration,
    Difference,
    IntervalVersion,
    MovementKind,
    Overlap,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
    Stocktake,
    Validation,
    Visit,
)
from tests.browsing import sign_in
from tests.factories import UserFactory
from tests.gallery.factories import EstimationFactory
from tests.learning.factories import TrainingRunFactory
from tests.locations.factories import DensityParametersFactory, LocationConfigFactory
from tests.processing.factories import CorrectionFactory, ProcessingSessionFactory, ProposalFactory
from tests.stock.recording import plants_of, record
from tests.stock.validating import validate

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
WRITTEN_BY_THE_PIPELINE = (
    Upload,
    S3Image,
    PhotoEvent,
    Job,
    ProcessingSession,
    Segment,
    Estimation,
    Correction,
    Proposal,
    BlindCount,
    EvidencePack,
    StockCount,
    StockMovement,
    PlaceChange,
)
RECORDS = (
    *WRITTEN_BY_THE_PIPELINE,
    *(StockDocument, Stocktake, Difference, Visit, Overlap, Validation, IntervalVersion, Calibration),
    *(DataSet, DataSetPhoto, HeldOutPhoto, TrainingRun, ShadowCount, TrainedModels, Promotion, ModelFault),
    *(Change, BackgroundTask),
)


def url_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make_counted_photo():
    """A photo with all that hangs on it, counted into the stock."""
    config = LocationConfigFactory()
    session = ProcessingSessionFactory(ready=True, storage_location=config.location)
    EstimationFactory(segment__session=session)
    PhotoEvent.objects.create(image=session.original_image, action="deleted", user=session.job.requested_by)
    CorrectionFactory(image=session.original_image)
    ProposalFactory(image=session.original_image)
    record_blind_count(image=session.original_image, user=UserFactory(), seen=120)
    EvidencePack.objects.create(
        kind="count",
        subject=session.original_image_id,
        fingerprint=uuid.uuid4().hex * 2,
        files=9,
        with_originals=True,
        made_by=session.job.requested_by,
        made_at=timezone.now(),
    )
    record_count(
        image_id=session.original_image_id,
        session_id=session.session_id,
        location=config.location,
        config=config,
        quantity=120,
        quantity_empty=5,
        user=session.job.requested_by,
        happened_at=timezone.now(),
    )
    record("plantar", plants_of(config), 3, note="From Holland")


@pytest.fixture
def rows():
    """At least one row of every registered table."""
    make_counted_photo()
    DensityParametersFactory()
    PlaceChange.objects.create(kind=PlaceChange.Kind.BUILD)
    ProductSize.objects.create(code="S", name="S", min_height_cm=5, max_height_cm=10, sort_order=2)
    issue_token(user=UserFactory(), name="phone")
    runs = {"first_session": uuid.uuid4(), "second_session": uuid.uuid4(), "first_quantity": 1, "second_quantity": 1}
    Overlap.objects.create(first_id=uuid.uuid4(), second_id=uuid.uuid4(), **runs)
    Stocktake.objects.create(day="2026-11-28", counted_from=timezone.now(), opened_by=UserFactory())
    validate(3, off=25, config=LocationConfigFactory())
    run = TrainingRunFactory(trained_now=True)
    Promotion.objects.create(trained=run.trained, figures={})
    ModelFault.objects.create(trained=run.trained, reason="A file is missing.")
    ids = {"session_id": uuid.uuid4(), "image_id": uuid.uuid4()}
    ShadowCount.objects.create(run=run, live=100, total=98, seconds=4.5, **ids)
    TaskResult.objects.create(task_id=str(uuid.uuid4()), task_name="upload_s3_batch", traceback="OSError: gone")


@pytest.fixture
def administrator():
    client = Client()
    client.force_login(UserFactory(admin=True))
    return client


def test_every_page_of_every_table_opens(admin_client, rows):
    for model in MODELS:
        row = model._default_manager.first()
        assert row is not None, f"{model}: make one in the fixture `rows`"
        assert admin_client.get(url_of(model, "changelist")).status_code == 200, model
        assert admin_client.get(url_of(model, "change", row.pk)).status_code == 200, model
        read_only = (*RECORDS, StockBatch)
        expected = 403 if model in read_only else 200
        assert admin_client.get(url_of(model, "add")).status_code == expected, model


def test_every_table_can_be_searched_by_any_word(admin_client, rows):
    for model in MODELS:
        assert admin_client.get(url_of(model, "changelist"), {"q": "no-such 12 é%'"}).status_code == 200, model


@pytest.mark.parametrize("model", WRITTEN_BY_THE_PIPELINE)
def test_results_are_found_by_their_id_and_not_changed(admin_client, rows, model):
    row = model.objects.first()
    owner = getattr(row, "image_id", None) or getattr(row, "session_id", None) or getattr(row, "token", None)
    owner = owner or getattr(row, "subject", None) or row.pk
    key = (
        uuid.UUID(str(owner))
        if model is not Segment and model is not Estimation
        else ProcessingSession.objects.get().session_id
    )
    found = admin_client.get(url_of(model, "changelist"), {"q": str(key)})
    assert found.context["cl"].result_count >= 1
    assert admin_client.post(url_of(model, "change", row.pk), {}).status_code == 403
    assert admin_client.post(url_of(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert found.context["cl"].model_admin.get_actions(found.wsgi_request) == {}


@pytest.mark.parametrize("model", [*WRITTEN_BY_THE_PIPELINE, StockBatch, StockDocument, Visit])
def test_long_lists_need_no_more_queries(admin_client, django_assert_max_num_queries, model):
    for _ in range(8):
        make_counted_photo()
    with django_assert_max_num_queries(14):
        assert admin_client.get(url_of(model, "changelist")).status_code == 200


def test_batch_is_described_but_not_counted(admin_client, rows):
    batch = StockBatch.objects.get()
    url = url_of(StockBatch, "change", batch.pk)
    data = {"state": batch.state_id, "quality": "4", "notes": "Strong", "quantity_current": "9", "batch_code": "X"}
    assert admin_client.post(url, data).status_code == 302
    batch.refresh_from_db()
    assert (batch.quality, batch.notes) == (4, "Strong")
    assert (batch.quantity_current, batch.batch_code[0]) == (120, "L")
    assert admin_client.post(url, data | {"quality": "6"}).status_code == 200
    assert admin_client.post(url_of(StockBatch, "delete", batch.pk), {"post": "yes"}).status_code == 403


def test_stock_that_moves_while_a_batch_is_described_is_kept(admin_client, rows, monkeypatch):
    batch = StockBatch.objects.get()
    save_form = StockBatchAdmin.save_form

    def sell_and_save(*given, **named):
        record(MovementKind.SALE, batch, 20, hour=None)
        return save_form(*given, **named)

    monkeypatch.setattr(StockBatchAdmin, "save_form", sell_and_save)
    data = {"state": batch.state_id, "quality": "4", "notes": "Strong"}
    assert admin_client.post(url_of(StockBatch, "change", batch.pk), data).status_code == 302
    assert StockBatch.objects.values_list("quality", "quantity_current").get() == (4, 100)


@pytest.mark.parametrize("role", [VIEWER, WORKER, SUPERVISOR, None])
def test_only_administrators_get_into_the_admin(client, role):
    client.force_login(UserFactory(role=role))
    for url in (reverse("admin:index"), *(url_of(model, "changelist") for model in MODELS)):
        response = client.get(url)
        assert response.status_code == 302, url
        assert response["Location"].startswith(reverse("admin:login"))


def test_anonymous_is_sent_to_the_login(client):
    assert client.get(reverse("admin:index")).status_code == 302


def test_administrator_sees_core_tables_and_accounts(administrator, rows):
    open_models = [model for model in MODELS if administrator.get(url_of(model, "changelist")).status_code == 200]
    closed = {model for model in MODELS if model not in open_models}
    assert closed == {Group}


def test_start_page_lists_what_people_edit_and_one_page_the_records(administrator, rows):
    start, records = administrator.get(reverse("admin:index")), administrator.get(reverse("admin:records"))
    edited = {table["model"] for app in start.context["app_list"][:-1] for table in app["models"]}
    recorded = {table["model"] for app in records.context["app_list"] for table in app["models"]}
    assert start.context["app_list"][-1]["app_url"] == reverse("admin:records")
    assert recorded == {*RECORDS}
    assert edited | recorded == {*MODELS} - {Group}
    assert not edited & recorded
    for model in recorded:  # the breadcrumbs lead to a page
        assert administrator.get(reverse("admin:app_list", args=[model._meta.app_label])).status_code == 200


def test_background_tasks_are_read_in_one_place_under_plain_names(administrator, rows):
    assert not {TaskResult, GroupResult} & set(MODELS)
    task = BackgroundTask.objects.get()
    assert "OSError: gone" in administrator.get(url_of(BackgroundTask, "change", task.pk)).content.decode()
    assert administrator.post(url_of(BackgroundTask, "delete", task.pk), {"post": "yes"}).status_code == 403
    for language, name in (("en", "Finished at"), ("es", "Terminado el")):
        page = administrator.get(url_of(BackgroundTask, "change", task.pk), headers={"accept-language": language})
        assert name in page.content.decode()


@pytest.mark.parametrize(
    ("theme", "sheet"),
    [("light", None), ("dark", 'css/dark.css">'), ("automatic", 'css/dark.css" media="(prefers-color-scheme: dark)">')],
)
def test_admin_has_the_colours_that_a_person_chose(administrator, theme, sheet):
    administrator.cookies["theme"] = theme
    page = administrator.get(reverse("admin:index")).content.decode()
    assert f"Theme: {theme}. Switch to" in page
    assert (sheet in page) if sheet else ("dark.css" not in page)
    assert "dark_mode.css" not in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(24, 32, 27)")])
def test_ground_of_the_admin_is_that_of_our_pages(browser: Browser, live_server: LiveServer, scheme, colour):
    context = browser.new_context(base_url=live_server.url, color_scheme=scheme)
    sign_in(context, UserFactory(admin=True), live_server)
    page = context.new_page()
    page.goto("/admin/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == colour
    context.close()


def make_token_for(client, user):
    return client.post(url_of(ApiToken, "add"), {"user": user.pk, "name": "mine"}, follow=True).content.decode()


@pytest.fixture
def admin_role(client):
    """Somebody with the role Admin who is no superuser."""
    client.force_login(UserFactory(role=ADMIN, is_staff=True))
    return client


def test_administrator_makes_no_token_for_who_may_do_more(admin_role):
    superuser, beyond = UserFactory(is_superuser=True), UserFactory(role=ADMIN)
    beyond.user_permissions.add(Permission.objects.get(codename="add_group"))
    asleep = UserFactory(role=ADMIN, is_active=False)
    asleep.user_permissions.add(Permission.objects.get(codename="add_group"))
    for user in (superuser, beyond, asleep):
        assert f"{user} has more permissions than you" in make_token_for(admin_role, user)
    assert not ApiToken.objects.exists()
    assert "not shown again" in make_token_for(admin_role, UserFactory(role=VIEWER))


def test_superuser_makes_a_token_for_everybody(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert "not shown again" in make_token_for(client, UserFactory(is_superuser=True))


def test_administrator_does_not_touch_the_token_of_who_may_do_more(admin_role):
    token = issue_token(user=UserFactory(is_superuser=True), name="backup")
    row = ApiToken.objects.get()
    admin_role.post(url_of(ApiToken, "changelist"), {"action": "revoke", "_selected_action": [row.pk]})
    assert admin_role.post(url_of(ApiToken, "change", row.pk), {"name": "x"}).status_code == 403
    assert admin_role.post(url_of(ApiToken, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert find_token_user(token) is not None


def test_administrator_gives_no_role_and_changes_no_account_beyond_the_own(admin_role):
    everything = Group.objects.create(name="Everything")
    everything.permissions.set(Permission.objects.all())
    page = admin_role.get(url_of(User, "change", UserFactory(role=VIEWER).pk)).content.decode()
    assert ">Supervisor<" in page
    assert ">Everything<" not in page
    beyond = UserFactory()
    beyond.groups.add(everything)
    assert admin_role.post(url_of(User, "change", beyond.pk), {"username": "x"}).status_code == 403


def test_token_is_shown_once_and_kept_as_a_hash(administrator):
    owner = UserFactory()
    url = url_of(ApiToken, "add")
    page = administrator.post(url, {"user": owner.pk, "name": "phone"}, follow=True).content.decode()
    token = page.partition("not shown again: ")[2].partition("<")[0].strip()
    assert find_token_user(token) == owner
    row = ApiToken.objects.get()
    for later in (url_of(ApiToken, "changelist"), url_of(ApiToken, "change", row.pk)):
        body = administrator.get(later).content.decode()
        assert token not in body
        assert row.token_sha256 not in body


def test_token_can_be_renamed_but_keeps_owner_and_hash(administrator):
    owner = UserFactory()
    token = issue_token(user=owner, name="phone")
    row = ApiToken.objects.get()
    administrator.post(url_of(ApiToken, "change", row.pk), {"user": UserFactory().pk, "name": "old phone"})
    assert find_token_user(token) == owner
    assert ApiToken.objects.get().name == "old phone"


def test_revoked_token_stops_working_and_stays_listed(administrator):
    token = issue_token(user=UserFactory(), name="phone")
    data = {"action": "revoke", "_selected_action": [ApiToken.objects.get().pk]}
    page = administrator.post(url_of(ApiToken, "changelist"), data, follow=True)
    assert "Revoked: 1" in page.content.decode()
    assert find_token_user(token) is None
    first = ApiToken.objects.get().revoked_at
    administrator.post(url_of(ApiToken, "changelist"), data)
    assert ApiToken.objects.get().revoked_at == first


def user_form(user, **changes):
    groups = list(user.groups.values_list("pk", flat=True))
    data = {"username": user.username, "date_joined_0": "2025-10-08", "date_joined_1": "10:30:00", "groups": groups}
    return data | {"is_active": "on", "is_staff": "on"} | changes


def test_administrator_makes_users_and_gives_them_a_role(administrator):
    data = {"username": "nina", "usable_password": "true", "password1": "greenhouse-42", "password2": "greenhouse-42"}
    assert administrator.post(url_of(User, "add"), data).status_code == 302
    nina = User.objects.get(username="nina")
    role = Group.objects.get(name=SUPERVISOR).pk
    assert administrator.post(url_of(User, "change", nina.pk), user_form(nina, groups=[role])).status_code == 302
    assert User.objects.get(username="nina").has_perm("photos.delete_s3image")


def test_administrator_cannot_become_superuser():
    me = UserFactory(admin=True)
    client = Client()
    client.force_login(me)
    data = user_form(me, is_superuser="on", user_permissions=[1])
    assert client.post(url_of(User, "change", me.pk), data).status_code == 302
    me.refresh_from_db()
    assert not me.is_superuser
    assert not me.user_permissions.exists()
    assert me.groups.get().name == ADMIN


def test_administrator_cannot_take_over_a_superuser(administrator, admin_user):
    password = admin_user.password
    assert administrator.post(url_of(User, "change", admin_user.pk), user_form(admin_user)).status_code == 403
    passwords = {"password1": "greenhouse-42", "password2": "greenhouse-42", "usable_password": "true"}
    url = reverse("admin:auth_user_password_change", args=[admin_user.pk])
    assert administrator.post(url, passwords).status_code == 403
    assert administrator.post(url_of(User, "delete", admin_user.pk), {"post": "yes"}).status_code == 403
    admin_user.refresh_from_db()
    assert admin_user.password == password


@pytest.mark.parametrize("day", ["year=9999", "year=9999&{0}__month=12", "year=9999&{0}__month=12&{0}__day=31"])
def test_last_day_of_the_calendar_is_no_error(admin_client: Client, day):
    address = "/admin/photos/s3image/?created_at__" + day.format("created_at")
    assert admin_client.get(address, follow=True).status_code == 200
