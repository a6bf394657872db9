"""Imports in two steps: files are kept with a preview of each row, and one step applies exactly what was previewed."""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError, NotFoundError
from demeter.common.i18n.messages import Message
from locations.importing.coordinates import Position, first_corner, read_outline
from locations.importing.features import group_rows
from locations.importing.guessing import MOST_GROUPS, adapt_mapping, guess_mapping
from locations.importing.importer import ImportPlan, plan_import
from locations.importing.mapping import ImportMapping, read_mapping
from locations.importing.messages import LIES_AT, LIES_FAR, SWAPPED, TOO_MANY_TABLES
from locations.importing.patterns import plain_column
from locations.importing.reading import read_tables
from locations.importing.tables import Table, pack, unpack
from locations.importing.values import RefusedError
from locations.models import PlaceChange, PlaceImport, SavedMapping

# Rows of a table that show whether its coordinates are degrees.
LOOKED_AT = 200
SWAPPED_CODES = {LIES_AT.code, LIES_FAR.code, SWAPPED.code, "polygon_where_nothing_grows", "polygon_not_on_earth"}
KINDS = ("made", "changed", "unchanged", "refused")


class FilesRefusedError(ValueError):
    """Files that cannot be read, each with its reason."""

    def __init__(self, reasons: list[tuple[str, Message]]) -> None:
        super().__init__("; ".join(f"{file}: {reason}" for file, reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Preview:
    """What would become of each row, and what a person should check."""

    outcomes: list[dict[str, Any]]
    doubts: list[dict[str, Any]]

    @property
    def may_be_swapped(self) -> bool:
        """Whether a place lies where longitude and latitude may have been taken for each other."""
        said = [*self.doubts, *(outcome["reason"] for outcome in self.outcomes if outcome["reason"])]
        return any(message["code"] in SWAPPED_CODES for message in said)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The rows that would be made, changed, left unchanged or refused; for "" all, refused ones first."""
        order = {"refused": 0, "made": 1, "changed": 2, "unchanged": 3}
        found = [outcome for outcome in self.outcomes if kind in ("", outcome["kind"])]
        return sorted(found, key=lambda outcome: order[outcome["kind"]])


def keep_files(files: Iterable[tuple[str, bytes]], user: User) -> PlaceImport:
    """Read the files, choose a mapping for a person to correct, and keep both. Raises FilesRefusedError."""
    PlaceImport.objects.expired().delete()
    tables: list[Table] = []
    reasons: list[tuple[str, Message]] = []
    names = []
    for name, data in files:
        names.append(name)
        try:
            tables += read_tables(name, data)
        except RefusedError as error:
            reasons.append((name, error.fault))
    if not reasons and len(group_rows(tables, "")) > MOST_GROUPS:
        reasons.append((", ".join(names), TOO_MANY_TABLES(most=MOST_GROUPS)))
    if reasons:
        raise FilesRefusedError(reasons)
    kept = PlaceImport(user=user, files=", ".join(names), content=pack(tables))
    kept.mapping = choose_mapping(tables).as_json()
    kept.save()
    return kept


def choose_mapping(tables: list[Table]) -> ImportMapping:
    """The saved mapping that was used last for such tables, else a guess."""
    for saved in SavedMapping.objects.order_by("-updated_at"):
        mapping, knows_all = adapt_mapping(read_mapping(saved.mapping), tables)
        if knows_all:
            return mapping
    return guess_mapping(tables)


def find_import(import_id: UUID, user: User) -> PlaceImport:
    """The user's own import. Raises NotFoundError, also when it is too old."""
    kept = PlaceImport.objects.fresh().defer("content").filter(pk=import_id, user=user).first()
    if kept is None:
        raise NotFoundError(_("This import is not there, or older than a day. Send the files again."))
    return kept


def kept_tables(kept: PlaceImport) -> list[Table]:
    """The rows of the files."""
    return unpack(kept.content)


def find_odd_corner(tables: Iterable[Table], mapping: ImportMapping) -> Position | None:
    """A corner that is not in degrees, among the first rows of each group; None when all are."""
    return first_corner(_first_outlines(tables, mapping))


def _first_outlines(tables: Iterable[Table], mapping: ImportMapping) -> Iterator[Any]:
    for group in group_rows(tables, mapping.layer_column):
        rule = mapping.tables.get(group.title)
        column = plain_column(rule.fields.get("polygon", ""), group.columns) if rule else None
        for _table, row in group.rows[:LOOKED_AT]:
            written = row.values.get(column) if column else None
            if not isinstance(written, str):
                yield row.geometry
                continue
            with suppress(RefusedError):
                yield read_outline(written)


def use_mapping(kept: PlaceImport, mapping: ImportMapping) -> None:
    """Keep another mapping, and the preview with it."""
    kept.mapping = mapping.as_json()
    _keep_plan(kept, plan_import(kept_tables(kept), mapping))


def _keep_plan(kept: PlaceImport, plan: ImportPlan) -> None:
    preview = {
        "outcomes": [vars(outcome) for outcome in plan.outcomes],
        "doubts": [doubt.as_json() for doubt in plan.doubts],
    }
    kept.preview = zlib.compress(json.dumps(preview).encode(), level=3)
    kept.counts = count_kinds(plan)
    kept.digest = plan.digest
    kept.save()


def count_kinds(plan: ImportPlan) -> dict[str, int]:
    """The number of rows of each kind."""
    counted = Counter(outcome.kind for outcome in plan.outcomes)
    return {kind: counted[kind] for kind in KINDS}


def read_preview(kept: PlaceImport) -> Preview:
    """The preview of the import, which has one."""
    return Preview(**json.loads(zlib.decompress(kept.preview)))


@transaction.atomic
def apply_import(import_id: UUID, user: User, digest: str) -> bool:
    """Write what was previewed; safe to send twice. False when something changed since: then the preview is new.

    The places made are a step that can be undone (`locations.place_changes`), with the import's id as its token.

    Raises NotFoundError, and ConflictError when the person saw another preview.
    """
    kept = PlaceImport.objects.select_for_update().filter(pk=find_import(import_id, user).pk).get()
    if kept.applied_at:
        return True
    if not digest or kept.digest != digest:
        raise ConflictError(_("The columns were changed in another window. Look at the preview again."))
    with connection.cursor() as cursor:  # places may be read meanwhile, and photos counted, but not changed
        cursor.execute("LOCK TABLE warehouses, storage_areas, storage_locations IN SHARE ROW EXCLUSIVE MODE")
    plan = plan_import(kept_tables(kept), read_mapping(kept.mapping))
    if plan.digest != digest:
        _keep_plan(kept, plan)
        return False
    plan.write()
    _record_step(kept, plan, user)
    kept.applied_at = timezone.now()
    kept.save(update_fields=["applied_at", "updated_at"])
    return True


def _record_step(kept: PlaceImport, plan: ImportPlan, user: User) -> None:
    warehouses, areas, locations = ([place.pk for place in rows.made] for rows in plan.layers)
    PlaceChange.objects.create(
        token=kept.pk,
        kind=PlaceChange.Kind.IMPORT,
        made_by=user,
        warehouse_ids=warehouses,
        area_ids=areas,
        location_ids=locations,
        changed=count_kinds(plan)["changed"],
    )


def save_mapping(name: str, mapping: ImportMapping) -> None:
    """Keep the mapping by its name; an earlier one of that name is replaced."""
    SavedMapping.objects.update_or_create(name=name, defaults={"mapping": mapping.as_json()})
