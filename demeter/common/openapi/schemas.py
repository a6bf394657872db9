"""JSON Schemas of what the API takes, from its forms, and of what it answers, from its TypedDicts."""

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from django import forms
from django.db import models

Schema = dict[str, Any]
SIMPLE: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def schema_of_answer(kind: Any, shared: dict[str, Schema]) -> Schema:
    """The schema of a type; that of each TypedDict is added to `shared` under its name. TypeError for other types."""
    if is_typeddict(kind):
        return _share(kind, shared)
    make = COMPOSED.get(get_origin(kind), _plain_type)
    return make(kind, shared)


def _plain_type(kind: Any, _shared: dict[str, Schema]) -> Schema:
    if kind not in SIMPLE:
        raise TypeError(f"no schema for {kind}")
    return dict(SIMPLE[kind])


def _one_of(kind: Any, shared: dict[str, Schema]) -> Schema:
    return {"anyOf": [schema_of_answer(part, shared) for part in get_args(kind)]}


def _inner(kind: Any, shared: dict[str, Schema]) -> Schema:
    return schema_of_answer(get_args(kind)[0], shared)


def _annotated(kind: Any, shared: dict[str, Schema]) -> Schema:
    said = asdict(get_args(kind)[1])
    return _inner(kind, shared) | {name: words for name, words in said.items() if words}


def _list_of(kind: Any, shared: dict[str, Schema]) -> Schema:
    return {"type": "array", "items": _inner(kind, shared)}


def _by_name(kind: Any, shared: dict[str, Schema]) -> Schema:
    return {"type": "object", "additionalProperties": schema_of_answer(get_args(kind)[1], shared)}


COMPOSED: Mapping[Any, Callable[[Any, dict[str, Schema]], Schema]] = {
    Union: _one_of,
    types.UnionType: _one_of,
    Annotated: _annotated,
    NotRequired: _inner,
    list: _list_of,
    dict: _by_name,
}


def _share(kind: Any, shared: dict[str, Schema]) -> Schema:
    name = kind.__name__.removesuffix("Json")
    if name not in shared:
        shared[name] = {}  # a type may contain itself
        hints = get_type_hints(kind, include_extras=True)
        shared[name].update(
            {
                "type": "object",
                "description": " ".join((inspect.getdoc(kind) or "").split()),
                "properties": {key: schema_of_answer(hint, shared) for key, hint in hints.items()},
                "required": sorted(kind.__required_keys__),
                "additionalProperties": False,
            }
        )
    return {"$ref": f"#/components/schemas/{name}"}


# --- Forms ------------------------------------------------------------------------------------------------------------
def fields_of_form(form: type[forms.BaseForm]) -> Mapping[str, forms.Field]:
    """The fields of every form of this class; a form may add some of its own."""
    fields: Mapping[str, forms.Field] = form.base_fields  # type: ignore[attr-defined]
    return fields


def schema_of_form(
    form: type[forms.BaseForm], lists: Mapping[str, type[forms.BaseForm]], *, partial: bool = False
) -> Schema:
    """The schema of a body; `partial` if every field may be left out. Null, like an empty text, says that there is no
    value."""
    fields = fields_of_form(form)
    properties = {
        name: _describe(field, schema_of_field(field) if field.required else _or_null(schema_of_field(field)))
        for name, field in fields.items()
    }
    for name, entries in lists.items():
        properties[name] = {"type": "array", "items": schema_of_form(entries, {})}
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name, field in fields.items() if field.required and not partial],
        "additionalProperties": False,
    }


def parameters_of_form(form: type[forms.BaseForm]) -> list[Schema]:
    """The parameters of a query."""
    return [
        {"name": name, "in": "query", "required": field.required, "schema": _describe(field, schema_of_field(field))}
        for name, field in fields_of_form(form).items()
    ]


def schema_of_field(field: forms.Field) -> Schema:
    """What a field takes: its own `api_schema`, or what its class says. TypeError for other classes."""
    own: Schema | None = getattr(field, "api_schema", None)
    if own is not None:
        return dict(own)
    return next((make(field) for kind, make in BY_CLASS if isinstance(field, kind)), None) or _unknown(field)


def _unknown(field: forms.Field) -> Schema:
    raise TypeError(f"no schema for {field!r}")


def _describe(field: forms.Field, schema: Schema) -> Schema:
    words = " ".join(filter(None, (str(field.help_text or ""), schema.get("description"))))
    return {**schema, "description": words} if words else schema


def _or_null(schema: Schema) -> Schema:
    """A list of types where that says it all, which readers of the document understand best."""
    kind = schema.get("type")
    if kind is not None:
        return {**schema, "type": [*([kind] if isinstance(kind, str) else kind), "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _row(field: Any) -> Schema:
    """A row by its code or its number."""
    by_code = field.to_field_name not in (None, "pk", "id")
    is_number = isinstance(field.queryset.model._meta.pk, models.AutoField | models.BigAutoField)
    return {"type": "integer", "minimum": 1} if is_number and not by_code else {"type": "string"}


def _choice(field: Any) -> Schema:
    values = [value for value, _label in field.choices if value != ""]
    return {"enum": [getattr(value, "value", value) for value in values]}


def _several(field: Any) -> Schema:
    is_rows = isinstance(field, forms.ModelMultipleChoiceField)
    return {"type": "array", "items": _row(field) if is_rows else {"type": "string", "format": "uuid"}}


def _number(name: str) -> Callable[[Any], Schema]:
    def make(field: Any) -> Schema:
        limits = {"minimum": field.min_value, "maximum": field.max_value}
        return {"type": name, **{key: limit for key, limit in limits.items() if limit is not None}}

    return make


def _text(field: Any) -> Schema:
    least = {"minLength": 1} if field.required else {}
    most = {} if field.max_length is None else {"maxLength": field.max_length}
    return {"type": "string", **least, **most}


def _plain(name: str, form: str = "") -> Callable[[Any], Schema]:
    return lambda _field: {"type": name, **({"format": form} if form else {})}


# The first class that fits.
BY_CLASS: Sequence[tuple[type[forms.Field], Callable[[Any], Schema]]] = (
    (forms.ModelMultipleChoiceField, _several),
    (forms.ModelChoiceField, _row),
    (forms.MultipleChoiceField, _several),
    (forms.ChoiceField, _choice),
    (forms.FloatField, _number("number")),
    (forms.IntegerField, _number("integer")),
    (forms.BooleanField, _plain("boolean")),
    (forms.DateField, _plain("string", "date")),
    (forms.UUIDField, _plain("string", "uuid")),
    (forms.FileField, _plain("string", "binary")),
    (forms.CharField, _text),
)
