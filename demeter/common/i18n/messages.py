"""Messages that the database keeps in English and pages translate.

Reasons and messages outlive the request that caused them, and the API and the log show them in English.
`Message.format` makes one; the filter `translated` recognises it by its pattern and translates it into the language of
the page. Other text, such as what a person typed, is shown unchanged.
"""

import re
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils import translation
from django.utils.formats import number_format
from django.utils.functional import Promise

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
DECIMAL_NUMBER = re.compile(r"-?\d+\.\d+")
# The code before a message, as in "too_dark: the photo is ...".
CODE = re.compile(r"\A[a-z_]+: (?=.)")

register = template.Library()


class Message:
    """A message of the catalogue (mark it with `gettext_noop`), with placeholders as `%(name)s`.

    `words` are the placeholders whose values are translated too; the others are names and numbers.
    """

    known: list["Message"] = []

    def __init__(self, text: str, *, words: tuple[str, ...] = ()) -> None:
        self.text = text
        self.words = words
        fixed = PLACEHOLDER.split(text)
        parts = [f"(?P<{part}>.+?)" if index % 2 else re.escape(part % {}) for index, part in enumerate(fixed)]
        self.pattern = re.compile("".join(parts), re.DOTALL)
        self.known.append(self)

    def format(self, **values: str | int | Promise) -> str:
        """The text in English, whatever language is active."""
        with translation.override(None):
            return self.text % values

    def translate(self, values: dict[str, str]) -> str:
        """The text in the active language."""
        return translation.gettext(self.text) % {
            name: self._translate_value(name, value) for name, value in values.items()
        }

    def _translate_value(self, name: str, value: str) -> str:
        if name in self.words:
            return translation.gettext(value)
        if DECIMAL_NUMBER.fullmatch(value):
            return number_format(Decimal(value), use_l10n=True)
        return value


@register.filter
def translated(text: str | None) -> str:
    """A stored message in the language of the page, without the code in front of it."""
    if not text:
        return ""
    found = _recognise(CODE.sub("", text)) or _recognise(text)
    return found[0].translate(found[1]) if found else text


@lru_cache(maxsize=4096)
def _recognise(text: str) -> tuple[Message, dict[str, str]] | None:
    for message in Message.known:
        match = message.pattern.fullmatch(text)
        if match:
            return message, match.groupdict()
    return None
