"""The document for people: operations by part of the API, and each schema as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from demeter.common.openapi.schemas import Schema

# A text in pieces, of which every second one is code.
Pieces = Sequence[str]


@dataclass(frozen=True)
class FieldRow:
    """A field or parameter. `link` is the schema that it refers to, or empty."""

    name: str
    kind: str
    link: str
    required: bool
    words: Pieces


@dataclass(frozen=True)
class AnswerRow:
    """A status, what it means, and the schema of its body, or empty."""

    status: str
    words: Pieces
    link: str


@dataclass(frozen=True)
class OperationRow:
    """One operation."""

    name: str
    method: str
    path: str
    summary: Pieces
    paragraphs: Sequence[Pieces]
    role: str
    parameters: Sequence[FieldRow]
    body: Sequence[FieldRow]
    answers: Sequence[AnswerRow]


def read_paragraphs(text: str) -> list[Pieces]:
    """The paragraphs of a text."""
    return [_pieces(paragraph) for paragraph in text.split("\n\n")]


def _pieces(text: str) -> Pieces:
    return text.split("`")


def group_operations(document: Schema) -> dict[str, list[OperationRow]]:
    """The operations by tag."""
    groups: dict[str, list[OperationRow]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_row(path, method.upper(), operation))
    return dict(sorted(groups.items()))


def list_schemas(document: Schema) -> list[tuple[str, Pieces, list[FieldRow]]]:
    """Each schema: its name, what it is, its fields."""
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    return [(name, _pieces(schema.get("description", "")), _fields(schema)) for name, schema in schemas.items()]


def _row(path: str, method: str, operation: Schema) -> OperationRow:
    content = operation.get("requestBody", {}).get("content", {})
    body: Schema = next((part["schema"] for part in content.values()), {})
    return OperationRow(
        name=operation["operationId"],
        method=method,
        path=path,
        summary=_pieces(operation["summary"]),
        paragraphs=read_paragraphs(operation["description"]),
        role=operation["x-role"],
        parameters=[_parameter(parameter) for parameter in operation.get("parameters", [])],
        body=_fields(body),
        answers=[_answer(status, answer) for status, answer in operation["responses"].items()],
    )


def _parameter(parameter: Schema) -> FieldRow:
    words = parameter.get("description") or parameter["schema"].get("description", "")
    kind, link = name_type(parameter["schema"])
    return FieldRow(parameter["name"], kind, link, parameter["required"], _pieces(words))


def _answer(status: str, answer: Schema) -> AnswerRow:
    schemas = [content["schema"] for content in answer.get("content", {}).values()]
    return AnswerRow(status, _pieces(answer["description"]), name_type(schemas[0])[1] if schemas else "")


def _fields(schema: Schema) -> list[FieldRow]:
    """The fields of an object; those of a list's entries follow it."""
    required, rows = schema.get("required", ()), []
    for name, part in schema.get("properties", {}).items():
        rows.append(FieldRow(name, *name_type(part), name in required, _pieces(part.get("description", ""))))
        rows += [replace(row, name=f"{name}[].{row.name}") for row in _fields(part.get("items", {}))]
    return rows


def name_type(schema: Schema) -> tuple[str, str]:
    """A type in words, and the name of the schema that it refers to, or empty."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    if "anyOf" in schema:
        parts = [name_type(part) for part in schema["anyOf"]]
        return " | ".join(kind for kind, _link in parts), next((link for _kind, link in parts if link), "")
    if "enum" in schema:
        return " | ".join(map(_literal, schema["enum"])), ""
    if "const" in schema:
        return _literal(schema["const"]), ""
    return _simple(schema)


def _simple(schema: Schema) -> tuple[str, str]:
    kind = schema.get("type", "any")
    if kind == "array":
        inner, link = name_type(schema["items"])
        return f"list of {inner}", link
    words = " | ".join(kind) if isinstance(kind, list) else kind
    return f"{words} ({schema['format']})" if "format" in schema else words, ""


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
