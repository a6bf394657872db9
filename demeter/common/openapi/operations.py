"""One operation of the API, declared beside its view (`demeter.accounts.authentication.api_view`).

`demeter.reference` assembles the OpenAPI document from these, so that nothing is described twice.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from django.forms import BaseForm


@dataclass(frozen=True)
class Text:
    """What a text of an answer looks like, in the words of JSON Schema."""

    format: str = ""
    pattern: str = ""
    description: str = ""


Moment = Annotated[str, Text(format="date-time", description="UTC.")]
Day = Annotated[str, Text(format="date")]
Uuid = Annotated[str, Text(format="uuid")]
Url = Annotated[str, Text(format="uri")]
Amount = Annotated[str, Text(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="A decimal number as text.")]

# An answer: a TypedDict or a list of them for JSON, a content type for a file, None for no body.
Answer = Any
IDEMPOTENCY_KEY = "Idempotency-Key"


@dataclass(frozen=True)
class Operation:
    """One method of one address. `lists` are the lists in the body, by name, with the form of their entries.

    `errors` are statuses of refusals besides those of every operation; `keyed` says that `Idempotency-Key` is required,
    `partial` that every field of the body may be left out.
    """

    method: str
    name: str
    text: str
    permissions: tuple[str, ...]
    answers: Mapping[int, Answer]
    query: type[BaseForm] | None = None
    body: type[BaseForm] | None = None
    lists: Mapping[str, type[BaseForm]] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    keyed: bool = False
    partial: bool = False

    @property
    def summary(self) -> str:
        """The first sentence of the view's docstring, for lists."""
        return self.text.partition("\n")[0].partition(". ")[0].rstrip(".:")


def operations_of(view: Callable[..., Any]) -> tuple[Operation, ...]:
    """The operations of a view; none for pages."""
    found: tuple[Operation, ...] = getattr(view, "operations", ())
    return found


def text_of(view: Callable[..., Any]) -> str:
    """What the view does: its docstring, a paragraph to a line."""
    paragraphs = (inspect.getdoc(view) or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
