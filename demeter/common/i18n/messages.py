"""Messages as data: a code and its parameters, told in the language of whoever looks.

Reasons and problems outlive the page and the person that caused them, so that the database keeps no sentence but which
one it is and what it is about. Each app lists its messages in a module `messages`; `MessageField` keeps one in a
column, `Message.as_json` one inside other JSON, `|translated` shows either. What a person typed is a message too
(`TEXT`), and is shown as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django import template
from django.db import models
from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import Promise
from django_stubs_ext import StrOrPromise

Words = Mapping[str, StrOrPromise]
register = template.Library()


@dataclass(frozen=True)
class Message:
    """One message; `str` tells it in the active language."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        kind = MessageType.known.get(self.code)
        if kind is None:  # written by a later version
            return " ".join(map(str, (self.code, *self.parameters.values())))
        return translation.gettext(kind.text) % {
            name: kind.tell_parameter(name, value) for name, value in self.parameters.items()
        }

    def in_english(self) -> str:
        """For the API and the log."""
        with translation.override(None):
            return str(self)

    def as_json(self) -> dict[str, Any]:
        """What the database keeps of it."""
        return {"code": self.code, "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Message":
        """The message that `as_json` gave."""
        return cls(kept["code"], kept.get("parameters", {}))


class MessageType:
    """A code with its text in English (mark it with `gettext_noop`), whose placeholders are `%(name)s`.

    `words` says what codes among the parameters mean; `numbers` names those that are written with the decimal sign
    of the language. A call with the parameters makes the message.
    """

    known: ClassVar[dict[str, "MessageType"]] = {}

    def __init__(
        self, code: str, text: str, *, words: Mapping[str, Words] | None = None, numbers: tuple[str, ...] = ()
    ) -> None:
        if code in self.known:
            raise ValueError(f"two messages have the code {code}")
        self.code, self.text, self.words, self.numbers = code, text, words or {}, numbers
        self.known[code] = self

    def __call__(self, **parameters: str | int) -> Message:
        """The message with these parameters."""
        return Message(self.code, parameters)

    def tell_parameter(self, name: str, value: Any) -> str:
        """A parameter as people read it."""
        if name in self.words:
            word = self.words[name].get(value, value)
            return str(word) if isinstance(word, Promise) else translation.gettext(word)
        if name in self.numbers and "." in str(value):
            return number_format(Decimal(value), use_l10n=True)
        return str(value)


TEXT = MessageType("text", "%(text)s")


class MessageField(models.TextField[Message | None, Message | None]):
    """A message, or none, as JSON in a TEXT column (the specification's type for `error_details`, `error_message`).

    Text that somebody wrote there by hand is shown as it is.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": None, "blank": True, **options})

    def from_db_value(self, value: str | None, *_context: Any) -> Message | None:
        """The column's message."""
        return self.to_python(value)

    def to_python(self, value: Any) -> Message | None:
        """A message, from itself or from what the column holds."""
        if not value:
            return None
        if isinstance(value, Message):
            return value
        try:
            return Message.from_json(json.loads(value))
        except (ValueError, TypeError, KeyError):
            return TEXT(text=value)

    def get_prep_value(self, value: Any) -> Any:
        """What the column holds; text, as in constraints and searches, is taken as it is."""
        if isinstance(value, Message):
            return json.dumps(value.as_json(), ensure_ascii=False)
        return "" if value is None and not self.null else value

    def value_to_string(self, obj: models.Model) -> str:
        """For dumps."""
        return str(self.get_prep_value(self.value_from_object(obj)) or "")


@register.filter
def translated(message: Message | Mapping[str, Any] | StrOrPromise | None) -> str:
    """A message, also as JSON keeps it, in the language of the page; other text as it is."""
    if not message:
        return ""
    return str(Message.from_json(message) if isinstance(message, Mapping) else message)
