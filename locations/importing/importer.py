"""Import warehouses, areas and locations, and tell the outcome of each row: first as a plan, which `write` carries out.

One transaction for all files: a crash leaves nothing behind. An invalid row is refused with its reason and does not
stop the others; a warehouse far from the others is imported and reported, so that a person can check it. Places are
identified by their code, so repeating an import changes nothing, and places missing from the files are left unchanged.
docs/locations.md lists the property names.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from demeter.common.i18n.messages import Message
from locations.importing.features import Feature, read_features
from locations.importing.layer_rows import LAYER_RULES, Change, LayerRows
from locations.importing.mapping import LAYERS, PARENTS, ImportMapping
from locations.importing.messages import CODE_TWICE, WITHOUT_OUTLINE
from locations.importing.parents import Parents
from locations.importing.reading import read_paths
from locations.importing.tables import Refused, Table
from locations.importing.values import RefusedError


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row: made, changed, unchanged or refused."""

    file: str
    number: int
    unit: str
    layer: str
    code: str
    name: str
    kind: str
    changes: list[Change] = field(default_factory=list)
    reason: dict[str, Any] | None = None  # of a refusal, as JSON
    version: str = ""  # when a changed place was written last


@dataclass
class ImportPlan:
    """The outcome of each row, what a person should check, and the rows to write."""

    outcomes: list[Outcome] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    doubts: list[Message] = field(default_factory=list)
    layers: list[LayerRows] = field(default_factory=list)

    def codes(self, kind: str, layer: str) -> list[str]:
        """The codes of a layer that are made, changed or unchanged."""
        return [outcome.code for outcome in self.outcomes if (outcome.kind, outcome.layer) == (kind, layer)]

    @property
    def digest(self) -> str:
        """Differs when anything would become of the rows that this plan does not say."""
        text = json.dumps([vars(outcome) for outcome in self.outcomes], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def write(self) -> None:
        """Write all layers, the outer ones first."""
        for rows in self.layers:
            rows.write()


def plan_import(
    tables: Iterable[Table], mapping: ImportMapping, *, renames: Mapping[str, str] | None = None
) -> ImportPlan:
    """What an import would do now; `renames` maps foreign property and layer names to ours."""
    plan = ImportPlan()
    features: list[Feature] = []
    for read in read_features(tables, mapping, renames):
        if isinstance(read, Refused):
            _add_refused(plan, read, layer="")
        else:
            features.append(read)
    for layer in LAYERS:
        outer = plan.layers[-1].places.values() if plan.layers else ()
        rows = LayerRows(LAYER_RULES[layer], Parents(PARENTS[layer], outer) if layer in PARENTS else None)
        _plan_layer([feature for feature in features if feature.layer == layer], rows, plan)
        plan.layers.append(rows)
        plan.doubts += rows.doubts
    bare = sum(place.polygon is None for rows in plan.layers for place in rows.made)
    if bare:
        plan.doubts.append(WITHOUT_OUTLINE(number=bare))
    plan.refused.sort(key=lambda refused: (refused.file, refused.number or 0))
    return plan


def _plan_layer(features: list[Feature], rows: LayerRows, plan: ImportPlan) -> None:
    codes = [feature.code for feature in features]
    times = Counter(codes)
    for feature, code in zip(features, codes, strict=True):
        known = rows.places.get(code)
        try:
            if code and times[code] > 1:
                raise RefusedError(CODE_TWICE())
            place, kind, changes = rows.take(feature)
        except RefusedError as error:
            _add_refused(plan, feature.refuse(error.fault), layer=feature.layer)
            continue
        version = known.updated_at.isoformat() if known and changes else ""
        plan.outcomes.append(
            Outcome(
                file=feature.file,
                number=feature.number,
                unit=feature.unit,
                layer=feature.layer,
                code=place.code,
                name=place.name,
                kind=kind,
                changes=changes,
                version=version,
            )
        )


def _add_refused(plan: ImportPlan, refused: Refused, *, layer: str) -> None:
    plan.refused.append(refused)
    plan.outcomes.append(
        Outcome(
            file=refused.file,
            number=refused.number or 0,
            unit=refused.unit,
            layer=layer,
            code=refused.code,
            name="",
            kind="refused",
            reason=refused.reason.as_json(),
        )
    )


@transaction.atomic
def import_files(
    paths: Iterable[Path], *, renames: Mapping[str, str] | None = None, mapping: ImportMapping | None = None
) -> ImportPlan:
    """Import any number of files, in any order."""
    tables, refused = read_paths(paths)
    plan = plan_import(tables, mapping or ImportMapping(), renames=renames)
    plan.refused = refused + plan.refused
    plan.write()
    return plan
