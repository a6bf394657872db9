"""The rows of a preview in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from demeter.common.i18n.messages import Message
from locations.importing.messages import FIELD_WORDS

KIND_WORDS: Mapping[str, Promise] = {
    "refused": gettext_lazy("Refused"),
    "made": gettext_lazy("New"),
    "changed": pgettext_lazy("rows", "Changed"),  # also said of a photo, in Spanish in the singular
    "unchanged": gettext_lazy("Unchanged"),
}
# The same of one row: in Spanish not the plural.
ROW_WORDS: Mapping[str, Promise] = {
    "refused": pgettext_lazy("row", "Refused"),
    "made": pgettext_lazy("row", "New"),
    "changed": pgettext_lazy("row", "Changed"),
    "unchanged": pgettext_lazy("row", "Unchanged"),
}
LAYER_WORDS: Mapping[str, Promise] = {
    "warehouses": gettext_lazy("Warehouse"),
    "areas": gettext_lazy("Area"),
    "locations": gettext_lazy("Location"),
}


@dataclass(frozen=True)
class PreviewRow:
    """One row: where it is in the files, which place it is, and what becomes of it."""

    source: str
    code: str
    name: str
    layer: str | Promise
    kind: str
    kind_words: str | Promise
    details: list[str]


def describe(outcome: Mapping[str, Any]) -> PreviewRow:
    """The row in words, with the reason of a refusal or what changes."""
    unit = _("feature") if outcome["unit"] == "feature" else _("row")
    reason = outcome["reason"]
    details = [str(Message.from_json(reason))] if reason else [_tell_change(*change) for change in outcome["changes"]]
    return PreviewRow(
        source=f"{outcome['file']}, {unit} {outcome['number']}",
        code=outcome["code"],
        name=outcome["name"],
        layer=LAYER_WORDS.get(outcome["layer"], ""),
        kind=outcome["kind"],
        kind_words=ROW_WORDS[outcome["kind"]],
        details=details,
    )


def _tell_change(field: str, before: str, after: str) -> str:
    word = _(FIELD_WORDS[field])
    return f"{word}: {before or '—'} → {after or '—'}" if before or after else word
