"""The JSON face on endpoints of its own: who may call, what a refusal looks like."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import CharField, Form, IntegerField, ValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.test import Client, RequestFactory
from django.urls import path

from demeter.accounts.authentication import api_view, by_method, signed_in_user
from demeter.accounts.tokens import issue_token
from demeter.common import exceptions
from demeter.common.http import form_errors, read_json, status_of
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

RAISED = {
    "invalid": exceptions.InvalidInputError("Not like this."),
    "not-found": exceptions.NotFoundError("Not here."),
    "conflict": exceptions.ConflictError("Not now."),
    "too-large": exceptions.TooLargeError("Not so much."),
    "unavailable": exceptions.UnavailableError("Not at the moment."),
    "http-404": Http404("secret table name"),
    "denied": PermissionDenied,
}


def echo(request: HttpRequest, number: int = 0) -> JsonResponse:
    return JsonResponse({"user": signed_in_user(request).username, "body": read_json(request), "number": number})


@api_view("GET", permission="photos.view_s3image", answers={})
def refuse(request: HttpRequest, kind: str) -> JsonResponse:
    raise RAISED[kind]


methods = by_method(
    **{method: api_view(method, permission="photos.add_upload", answers={})(echo) for method in ("GET", "POST")}
)
urlpatterns = [path("echo", methods), path("echo/<int:number>", methods), path("refuse/<str:kind>", refuse)]


@pytest.fixture
def worker():
    return UserFactory(username="walter")


@pytest.fixture
def bearer(worker):
    return {"Authorization": f"Bearer {issue_token(user=worker, name='phone')}"}


@pytest.fixture
def strict():
    """A client that is checked for cross-site requests, as a browser is."""
    return Client(enforce_csrf_checks=True)


def error_of(response):
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    return response.status_code, body["error"]["code"]


def test_token_signs_in_without_csrf_token(strict, bearer):
    response = strict.post("/echo", {"a": 1}, content_type="application/json", headers=bearer)
    assert response.json() == {"user": "walter", "body": {"a": 1}, "number": 0}


def test_token_wins_over_a_session_and_leaves_it_alone(client, bearer):
    client.force_login(UserFactory(username="someone"))
    assert client.get("/echo", headers=bearer).json()["user"] == "walter"
    assert client.get("/echo").json()["user"] == "someone"


def test_scheme_of_the_token_may_be_spelled_in_any_case(client, bearer):
    headers = {"Authorization": bearer["Authorization"].replace("Bearer", "bearer")}
    assert client.get("/echo", headers=headers).status_code == 200


def test_path_arguments_reach_the_view(client, bearer):
    assert client.get("/echo/7", headers=bearer).json()["number"] == 7


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer dmt_wrong", "Basic d2FsdGVyOng=", "dmt_x"])
def test_without_a_good_token_or_session_nothing_is_served(client, header):
    response = client.get("/echo", headers={} if header is None else {"Authorization": header})
    assert error_of(response) == (401, "unauthenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_bad_token_does_not_fall_back_to_the_session(client, worker):
    client.force_login(worker)
    assert error_of(client.get("/echo", headers={"Authorization": "Bearer dmt_wrong"})) == (401, "unauthenticated")


def test_session_reads_without_csrf_token(strict, worker):
    strict.force_login(worker)
    assert strict.get("/echo").json()["user"] == "walter"


def test_session_cannot_write_without_csrf_token(strict, worker):
    strict.force_login(worker)
    assert error_of(strict.post("/echo", {"a": 1})) == (403, "forbidden")
    assert error_of(strict.post("/echo", headers={"X-CSRFToken": "x" * 32})) == (403, "forbidden")


@pytest.mark.parametrize("content_type", ["application/json", "multipart"])
def test_session_writes_with_csrf_token(strict, worker, content_type):
    strict.force_login(worker)
    strict.cookies["csrftoken"] = "a" * 32
    options = {"content_type": content_type} if content_type == "application/json" else {}
    response = strict.post("/echo", {"a": "1"}, headers={"X-CSRFToken": "a" * 32}, **options)
    assert response.json()["body"] == {"a": "1"}


def test_session_of_a_deactivated_user_is_nobody(client, worker):
    client.force_login(worker)
    worker.is_active = False
    worker.save()
    assert error_of(client.get("/echo")) == (401, "unauthenticated")


@pytest.mark.parametrize(("role", "status"), [({"viewer": True}, 403), ({"role": None}, 403), ({}, 200)])
def test_role_decides(client, role, status):
    client.force_login(UserFactory(**role))
    assert client.get("/echo").status_code == status


def test_other_methods_are_refused_with_those_allowed(client, bearer):
    response = client.delete("/echo", headers=bearer)
    assert error_of(response) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("invalid", (400, "invalid")),
        ("not-found", (404, "not_found")),
        ("conflict", (409, "conflict")),
        ("too-large", (413, "too_large")),
        ("unavailable", (503, "unavailable")),
        ("http-404", (404, "not_found")),
        ("denied", (403, "forbidden")),
    ],
)
def test_refusals_are_mapped_in_one_place(client, bearer, kind, answer):
    response = client.get(f"/refuse/{kind}", headers=bearer)
    assert error_of(response) == answer
    assert "secret" not in response.content.decode()


def test_refusal_of_an_unknown_kind_is_a_bad_request():
    assert status_of(exceptions.DomainError("No.")) == 400


@pytest.mark.parametrize("body", ["{", "[1]", '"a"', "\udc80".encode("utf-8", "surrogatepass")])
def test_body_that_is_no_json_object_is_refused(client, bearer, body):
    response = client.post("/echo", body, content_type="application/json", headers=bearer)
    assert error_of(response) == (400, "invalid")


def test_empty_json_body_is_an_empty_object(client, bearer):
    response = client.post("/echo", "", content_type="application/json", headers=bearer)
    assert response.json()["body"] == {}


def test_broken_multipart_is_refused(client, bearer):
    response = client.post("/echo", b"--x\r\n", content_type="multipart/form-data", headers=bearer)
    assert error_of(response) == (400, "invalid")


def test_too_many_files_or_too_much_text_are_refused(client, bearer, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    files = {f"f{n}": SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(3)}
    assert error_of(client.post("/echo", files, headers=bearer)) == (413, "too_large")
    text = json.dumps({"a": "x" * 1001})
    response = client.post("/echo", text, content_type="application/json", headers=bearer)
    assert error_of(response) == (413, "too_large")


class SampleForm(Form):
    name = CharField()
    age = IntegerField()

    def clean(self):
        raise ValidationError("Not together.")


def test_form_errors_name_their_fields():
    refusal = form_errors(SampleForm({"age": "old"}))
    assert refusal.message == "name: This field is required. age: Enter a whole number. Not together."


def test_form_fields_are_read_when_the_body_is_a_form():
    assert read_json(RequestFactory().post("/", {"a": "1"})) == {"a": "1"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"reason": "\\ud83c"}',
        b'{"a": [{"\\udfff": 1}]}',
        b"[" * 100_000,
        b'{"a": ' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)
def test_json_that_no_column_or_parser_can_take_is_refused(bearer, body):
    response = Client().post("/echo", body, content_type="application/json", headers=bearer)
    assert error_of(response) == (400, "invalid")


def test_json_with_a_whole_emoji_is_taken(bearer):
    response = Client().post("/echo", b'{"reason": "\\ud83c\\udf35"}', content_type="application/json", headers=bearer)
    assert response.json()["body"] == {"reason": "\N{CACTUS}"}
