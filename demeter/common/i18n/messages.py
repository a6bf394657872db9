"""Messages as data: a code and its parameters, shown in the language of the reader.

Reasons and problems outlive the request that caused them, so the database stores the code of the message and its
parameters instead of a sentence. Each app lists its messages in a module `messages`. `MessageField` stores one in a
column, `Message.as_json` one inside other JSON, and `|translated` shows either. A text that a person typed is a message
too (`TEXT`) and is shown unchanged.
"""

import json
from collections.abc import Mapping, Sequence
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
    """One message; `str` gives its text in the active language."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        kind = MessageType.known.get(self.code)
        if kind is None:  # written by a later version
            return " ".join(map(str, (self.code, *self.parameters.values())))
        return translation.gettext(kind.text_for(self.parameters)) % {
            name: kind.tell_parameter(name, value) for name, value in self.parameters.items()
        }

    def in_english(self) -> str:
        """For the API and the log."""
        with translation.override(None):
            return str(self)

    def as_json(self) -> dict[str, Any]:
        """What the database stores."""
        return {"code": self.code, "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Message":
        """The message from the result of `as_json`."""
        return cls(kept["code"], kept.get("parameters", {}))


class MessageType:
    """A code with its text in English (mark it with `gettext_noop`), whose placeholders are `%(name)s`.

    `words` has the texts of those parameters that are codes; `numbers` names those that are written with the signs of
    the language: whole numbers with its thousands separator, decimals, which are texts, with its decimal sign. `one`
    has the text to use where that parameter is 1. Call it with the parameters to make a message.
    """

    known: ClassVar[dict[str, "MessageType"]] = {}

    def __init__(
        self,
        code: str,
        text: str,
        *,
        words: Mapping[str, Words] | None = None,
        numbers: tuple[str, ...] = (),
        one: Mapping[str, str] | None = None,
    ) -> None:
        if code in self.known:
            raise ValueError(f"two messages have the code {code}")
        self.code, self.text, self.words, self.numbers, self.one = code, text, words or {}, numbers, one or {}
        self.known[code] = self

    def __call__(self, **parameters: str | int) -> Message:
        return Message(self.code, parameters)

    def text_for(self, parameters: Mapping[str, Any]) -> str:
        """The English text of a message with these parameters."""
        return next((text for name, text in self.one.items() if str(parameters.get(name)) == "1"), self.text)

    def tell_parameter(self, name: str, value: Any) -> str:
        """The text of a parameter in the active language."""
        if name in self.words:
            word = self.words[name].get(value, value)
            return str(word) if isinstance(word, Promise) else translation.gettext(word)
        text = str(value)
        if name in self.numbers and "." in text:
            return number_format(Decimal(value), use_l10n=True)
        if name in self.numbers and text.isdecimal():
            return number_format(int(text), use_l10n=True, force_grouping=True)
        return text


TEXT = MessageType("text", "%(text)s")


class MessageField(models.TextField[Message | None, Message | None]):
    """A message, or none, as JSON in a TEXT column (the specification's type for `error_details`, `error_message`).

    Text that somebody wrote there by hand is shown unchanged.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": None, "blank": True, **options})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Migrations know the column only: they must not import this module, which changes."""
        name, _path, args, options = super().deconstruct()
        options.pop("default", None)
        return name, "django.db.models.TextField", args, options

    def from_db_value(self, value: str | None, *_context: Any) -> Message | None:
        return self.to_python(value)

    def to_python(self, value: Any) -> Message | None:
        """The message, from itself or from the value of the column."""
        if not value:
            return None
        if isinstance(value, Message):
            return value
        try:
            return Message.from_json(json.loads(value))
        except (ValueError, TypeError, KeyError):
            return TEXT(text=value)

    def get_prep_value(self, value: Any) -> Any:
        """The value of the column. Text, as in constraints and searches, is left unchanged."""
        if isinstance(value, Message):
            return json.dumps(value.as_json(), ensure_ascii=False)
        return "" if value is None and not self.null else value

    def value_to_string(self, obj: models.Model) -> str:
        """The value of the column, for dumps."""
        return str(self.get_prep_value(self.value_from_object(obj)) or "")


@register.filter
def translated(message: Message | Mapping[str, Any] | StrOrPromise | None) -> str:
    """A message, also in its JSON form, in the language of the page; other text unchanged."""
    if not message:
        return ""
    return str(Message.from_json(message) if isinstance(message, Mapping) else message)
