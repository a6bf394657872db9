"""`/api/v1/openapi.json`: every address whose view is an `api_view`, as OpenAPI 3.1."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from django.utils import translation

from demeter.accounts.roles import least_role
from demeter.common.openapi.operations import IDEMPOTENCY_KEY, Answer, Operation, operations_of
from demeter.common.openapi.schemas import Schema, parameters_of_form, schema_of_answer, schema_of_form

VERSION = "1"
ABOUT = """Demeter counts nursery stock from photos. Programs do here what people do on its pages: the same forms, the same rules.

Sign in with a bearer token, which an administrator issues: `Authorization: Bearer TOKEN`. The permissions are those of the role of the token's owner.

Moments are in UTC in answers and need an offset in requests: `2026-11-28T10:30:00Z`. Days are days of the nursery's time zone: `2026-11-28`. Prices and values are decimal numbers as text, with a currency beside them (ISO 4217). Lengths are in centimetres.

Lists come in pages: `page` begins with 1, `per_page` is 100 at most, and `pagination` says how many there are. A page after the last is empty.

A refusal is always `{"error": {"code", "message"}}`: the code is for programs, the message tells people what to do, in the language of `Accept-Language`. Some refusals have more keys.

Sending twice does not do twice: a document of movements has an `Idempotency-Key`, a correction an id of its own, and everything else is refused or unchanged the second time."""  # noqa: E501 - paragraphs
ERRORS = {
    400: "The request cannot be read, or a value is wrong; the message names it.",
    401: "Nobody is signed in, or the token is unknown or revoked.",
    403: "The role does not allow this.",
    404: "There is no such thing, or it was deleted.",
    409: "Right in itself, but not as things are now.",
    413: "Too many files, fields or bytes.",
    429: "Too many requests. `Retry-After` says when to try again, in seconds.",
    503: "The database or the storage cannot be reached. Try again later.",
    507: "The disk is full.",
}
EVERYWHERE = (400, 401, 403, 429, 503)
ANSWERS = {200: "Done.", 201: "Made.", 202: "Accepted: the work goes on.", 302: "Where the picture is."}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ERROR: Schema = {
    "type": "object",
    "description": "A refusal.",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
            "required": ["code", "message"],
            "additionalProperties": True,
        }
    },
    "required": ["error"],
    "additionalProperties": False,
}


@cache
@translation.override("en")
def make_document() -> Schema:
    """The whole document, in English like all of the API. It changes only with the code."""
    shared: dict[str, Schema] = {"Error": ERROR}
    paths: dict[str, Schema] = {}
    for pattern, operation in find_operations():
        path = "/" + PARAMETER.sub(r"{\1}", str(pattern.pattern))
        paths.setdefault(path, {})[operation.method.lower()] = _operation(path, pattern, operation, shared)
    _check_names(paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Demeter", "version": VERSION, "description": ABOUT, "x-demeter": settings.VERSION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(shared.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
            },
        },
    }


def find_operations() -> Iterator[tuple[URLPattern, Operation]]:
    """Every operation with its address."""
    for pattern in _patterns(get_resolver()):
        for operation in operations_of(pattern.callback):
            yield pattern, operation


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry) if not entry.namespace else ()
        else:
            yield entry


def _operation(path: str, pattern: URLPattern, operation: Operation, shared: dict[str, Schema]) -> Schema:
    has_body = operation.body is not None
    errors = {*EVERYWHERE, *operation.errors, *((404,) if pattern.pattern.converters else ())}
    if has_body:
        errors.add(413)
    answers = {str(status): _answer(status, answer, shared) for status, answer in operation.answers.items()}
    described: Schema = {
        "operationId": operation.name,
        "tags": [_tag(path)],
        "summary": operation.summary,
        "description": operation.text,
        "x-role": least_role(operation.permissions),
        "responses": answers | {str(status): _refusal(status) for status in sorted(errors)},
    }
    parameters = [*_path_parameters(pattern), *_query(operation), *_key(operation)]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = _body(operation)
    return described


def _tag(path: str) -> str:
    """The part of the API: the word after the version."""
    return path.split("/")[3]


def _path_parameters(pattern: URLPattern) -> Iterator[Schema]:
    for name, converter in pattern.pattern.converters.items():
        schema: Schema = {"type": "string", "pattern": f"^{converter.regex}$"}
        if isinstance(converter, UUIDConverter):
            schema = {"type": "string", "format": "uuid"}
        elif isinstance(converter, IntConverter):
            schema = {"type": "integer", "minimum": 0}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(operation: Operation) -> list[Schema]:
    return parameters_of_form(operation.query) if operation.query else []


def _key(operation: Operation) -> list[Schema]:
    if not operation.keyed:
        return []
    words = "A new one for each document; the same request with the same key is recorded once."
    schema = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"}
    return [{"name": IDEMPOTENCY_KEY, "in": "header", "required": True, "description": words, "schema": schema}]


def _body(operation: Operation) -> Schema:
    assert operation.body is not None
    schema = schema_of_form(operation.body, operation.lists, partial=operation.partial)
    has_files = any(part.get("items", part).get("format") == "binary" for part in schema["properties"].values())
    return {
        "required": True,
        "content": {"multipart/form-data" if has_files else "application/json": {"schema": schema}},
    }


def _answer(status: int, answer: Answer, shared: dict[str, Schema]) -> Schema:
    described: Schema = {"description": ANSWERS[status]}
    if answer is None:
        return {**described, "headers": {"Location": {"required": True, "schema": {"type": "string"}}}}
    if isinstance(answer, str):
        return {**described, "content": {answer: {"schema": {"type": "string"}}}}
    return {**described, "content": {"application/json": {"schema": schema_of_answer(answer, shared)}}}


def _refusal(status: int) -> Schema:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {"description": ERRORS[status], "content": content}


def _check_names(paths: dict[str, Any]) -> None:
    """ValueError for two operations of one name, which generated clients could not tell apart."""
    names = Counter(operation["operationId"] for path in paths.values() for operation in path.values())
    twice = [name for name, number in names.items() if number > 1]
    if twice:
        raise ValueError(f"two operations are called {', '.join(twice)}")
