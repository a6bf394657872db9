"""The OpenAPI document has every operation and nothing else, and the running API keeps to it."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bench.api import DOCUMENT, find_known, run_campaign
from demeter.accounts.roles import ADMIN, SUPERVISOR, VIEWER, WORKER
from demeter.accounts.tokens import issue_token
from demeter.reference.document import make_document
from demeter.reference.page import group_operations, list_schemas
from stock.stocktakes import Place, open_stocktake
from tests.demeter.accounts.test_role_matrix import RULES, SUPERVISORS, VIEWERS, WORKERS, own_patterns
from tests.factories import UserFactory
from tests.gallery.factories import make_session_waiting
from tests.gallery.stock.counting import differ
from tests.locations.factories import ContainerTypeFactory, LocationConfigFactory, StorageLocationFactory
from tests.processing.factories import CorrectionFactory, ProcessingSessionFactory
from tests.stock.recording import plants_of, record

pytestmark = pytest.mark.django_db
ROLES = {VIEWER: VIEWERS, WORKER: WORKERS, SUPERVISOR: SUPERVISORS, ADMIN: (ADMIN,)}


def documented() -> dict[tuple[str, str], dict[str, Any]]:
    paths = make_document()["paths"]
    return {(path, method): operation for path, methods in paths.items() for method, operation in methods.items()}


def test_document_has_every_operation_of_the_role_matrix_and_its_role():
    """The rules are those that the matrix tries out on every address."""
    expected = {}
    for name, pattern in own_patterns().items():
        path = "/" + str(pattern.pattern)
        for converter in ("uuid", "int", "code"):
            path = path.replace(f"<{converter}:", "{")
        if path.startswith("/api/"):
            expected |= {(path.replace(">", "}"), method): roles for method, roles in RULES[name].items()}
    assert {key: ROLES[operation["x-role"]] for key, operation in documented().items()} == expected


def test_every_reference_of_the_document_is_there_and_every_schema_is_used():
    document = make_document()
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in document["components"]["schemas"]


def test_every_operation_says_what_it_does():
    for key, operation in documented().items():
        assert 10 < len(operation["summary"]) <= 130, key
        assert not operation["summary"].startswith("Spec"), key


def test_page_shows_every_operation_and_schema(client):
    client.force_login(UserFactory(viewer=True))
    page = client.get(reverse("reference")).content.decode()
    document = make_document()
    for operations in group_operations(document).values():
        for operation in operations:
            assert f'id="{operation.name}"' in page
    for name, _words, _fields in list_schemas(document):
        assert f'id="schema-{name}"' in page


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/photos/no-uuid", "/api/v1/stock/movements/x"])
def test_unknown_addresses_answer_the_error_of_the_api(path):
    client = Client()
    client.force_login(UserFactory())
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "name", ["stock/batches?location=%00", "stock/movements?location=%00", "stock?q=%00", "stock/plan?area=%00"]
)
def test_texts_that_the_database_cannot_hold_are_refused_or_find_nothing(client, name):
    client.force_login(UserFactory())
    assert client.get(f"/api/v1/{name}").status_code in (200, 400)


def make_rows() -> None:
    """Something of everything that the API shows."""
    config = LocationConfigFactory()
    record("plantar", plants_of(config), 100)
    differ(100, 40)
    open_stocktake(
        day=timezone.localdate(),
        counted_from=timezone.now() - timedelta(days=30),
        end_of_day=timezone.now() + timedelta(days=1),
        place=Place(area=config.location.storage_area),
        user=UserFactory(),
    )
    ContainerTypeFactory()
    ProcessingSessionFactory(needs_location=True)
    make_session_waiting("needs_config", location=StorageLocationFactory())
    make_session_waiting("needs_calibration", location=config.location)
    session = ProcessingSessionFactory(ready=True, storage_location=config.location)
    CorrectionFactory(image=session.original_image)


@contextmanager
def open_connection() -> Iterator[None]:
    """Requests do not close the connection on which the rows of the test are not committed. (Django's client sees to
    that itself, and would undo this.)"""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Demeter, called from an address and closed afterwards, as by a server."""
    with closing(get_wsgi_application()({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)) as answer:
        return [b"".join(answer)]


def test_api_keeps_to_its_document_also_with_wrong_requests():
    """A few requests for each operation; `bench/api.py` sends many."""
    make_rows()
    token = issue_token(user=UserFactory(supervisor=True), name="schemathesis")
    headers = {"Authorization": f"Bearer {token}"}
    known = find_known(lambda path: Client(headers=headers).get(path).json())
    with open_connection():
        schema = schemathesis.openapi.from_wsgi(DOCUMENT, application, headers=headers)
        result = run_campaign(schema, lambda: known, token=token, examples=3)
    assert not result.faults, "\n\n".join(result.faults)
    tried = {f"{method.upper()} {path}" for path, method in documented()} - {f"GET {DOCUMENT}"}
    assert {label for label, _status in result.answers} == tried
