"""Values of foreign files as Demeter keeps them: text, codes, yes or no. Others are refused with a reason."""

import math
import re
import unicodedata
from collections.abc import Mapping

from demeter.common.i18n.messages import Message, MessageType
from locations.importing.messages import (
    BAD_CHARACTER,
    DATE_CELL,
    ENDLESS,
    ERROR_CELL,
    FORMULA_CELL,
    NO_SWITCH,
    NO_TEXT,
)

# Texts that table programs write for an empty cell.
EMPTY_CELLS = {"nan", "NaN", "<NA>", "NaT", "None", "null"}
# Larger JSON numbers are not exact.
EXACT_WHOLE = 2**53
SWITCHES = {
    **dict.fromkeys(("true", "yes", "sí", "si", "1", "verdadero", "x"), True),
    **dict.fromkeys(("false", "no", "0", "falso"), False),
}
# Cells of a spreadsheet that have no text, as `unreadable_cell` marks them.
CELL_FAULTS = {"date": DATE_CELL, "formula": FORMULA_CELL, "error": ERROR_CELL}


class RefusedError(ValueError):
    """A value, a row or a file that is not imported; the message says why."""

    def __init__(self, fault: Message) -> None:
        super().__init__(str(fault))
        self.fault = fault


def refuse(message_type: MessageType, **parameters: str | int) -> RefusedError:
    """The error to raise."""
    return RefusedError(message_type(**parameters))


def unreadable_cell(kind: str) -> dict[str, str]:
    """The value of a cell without a text; it is refused only where it is used."""
    return {"cell": kind}


def is_empty(value: object) -> bool:
    """Whether the value says nothing, as table programs write it."""
    if isinstance(value, str):
        return not value.strip() or value.strip() in EMPTY_CELLS
    return value is None or (isinstance(value, float) and math.isnan(value))


def read_text(value: object, field: str) -> str:
    """The text of a value, composed (NFC) and stripped. Raises RefusedError if it is not text."""
    if isinstance(value, Mapping) and value.get("cell") in CELL_FAULTS:
        raise refuse(CELL_FAULTS[str(value["cell"])], field=field)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refuse(NO_TEXT, field=field, kind=type(value).__name__)
    if isinstance(value, float):
        if not math.isfinite(value) or abs(value) >= EXACT_WHOLE:
            raise refuse(ENDLESS, field=field)
        return str(int(value)) if value.is_integer() else str(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    strange = next((sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t"), None)
    if strange is not None:
        raise refuse(BAD_CHARACTER, field=field, character=f"U+{ord(strange):04X}")
    return text


def read_code(value: object, field: str) -> str:
    """A code in capitals; 101.0, which a table makes of 101, is read as 101. Raises RefusedError as `read_text`."""
    return whole_number(read_text(value, field)).upper()


def whole_number(text: str) -> str:
    """101 for 101.0; any other text unchanged."""
    return re.sub(r"\A([0-9]+)\.0+\Z", r"\1", text)


def read_switch(value: object, field: str) -> bool:
    """Yes or no, in any of its words. Raises RefusedError."""
    if isinstance(value, bool):
        return value
    text = whole_number(read_text(value, field)).lower()
    if text not in SWITCHES:
        raise refuse(NO_SWITCH, field=field, value=text)
    return SWITCHES[text]


def printable(text: str) -> str:
    """The text with unprintable characters written as numbers."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
