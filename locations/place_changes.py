"""Steps that make many places at once, each recorded as a PlaceChange and undone as a whole.

`make_places` writes a plan; an import records its own rows with `record_change`. `undo_change` deletes exactly the rows
that the step made, and only if nothing depends on them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from locations.building import Plan, PlannedPlace, name_codes
from locations.models import PlaceChange, StorageArea, StorageLocation, Warehouse
from locations.models.places import Place
from locations.qr_codes import choose_qr_codes

BATCH_ROWS = 1000
Rows = Sequence[Place]
Parent = TypeVar("Parent", Warehouse, StorageArea)


def taken_codes(plan: Plan) -> list[str]:
    """The codes of the plan that places of the same layer have already, in natural order."""
    planned = ((Warehouse, plan.houses), (StorageArea, plan.benches), (StorageLocation, plan.bays))
    return [
        code
        for model, places in planned
        for code in model._default_manager.filter(code__in=[place.code for place in places])
        .order_by("sort_key")
        .values_list("code", flat=True)
    ]


def make_places(plan: Plan, *, warehouse_type: str, token: UUID, user: User) -> tuple[PlaceChange, bool]:
    """Make all places of a plan with their QR codes, once for each token: the step, and whether it made them just now.

    Raises ConflictError for taken codes.
    """
    try:
        with transaction.atomic():
            return _make_once(plan, warehouse_type, token, user)
    except IntegrityError as error:
        words = _("Somebody made places with the same codes at this moment. Nothing was made; look at the preview.")
        raise ConflictError(words) from error


def _make_once(plan: Plan, warehouse_type: str, token: UUID, user: User) -> tuple[PlaceChange, bool]:
    change, is_new = PlaceChange.objects.get_or_create(
        token=token, defaults={"kind": PlaceChange.Kind.BUILD, "made_by": user}
    )
    if not is_new:
        return change, False
    taken = taken_codes(plan)
    if taken:
        words = _("These codes exist already: %(codes)s. Change the patterns or the first number; nothing was made.")
        raise ConflictError(words % {"codes": name_codes(taken)})
    houses = {p.code: Warehouse(code=p.code, name=p.name, warehouse_type=warehouse_type) for p in plan.houses}
    Warehouse.objects.bulk_create(houses.values(), batch_size=BATCH_ROWS)
    parents = houses or _existing(Warehouse, plan.base.house if plan.base else None)
    benches = {p.code: StorageArea(code=p.code, name=p.name, warehouse=parents[p.parent]) for p in plan.benches}
    StorageArea.objects.bulk_create(benches.values(), batch_size=BATCH_ROWS)
    beds = benches or _existing(StorageArea, plan.base.bench if plan.base else None)
    qr_codes = choose_qr_codes([place.code for place in plan.bays])
    bays = StorageLocation.objects.bulk_create(
        (
            StorageLocation(code=p.code, name=p.name, storage_area=beds[p.parent], qr_code=qr_code)
            for p, qr_code in zip(plan.bays, qr_codes, strict=True)
        ),
        batch_size=BATCH_ROWS,
    )
    record_change(change, warehouses=list(houses.values()), areas=list(benches.values()), locations=bays)
    return change, True


def _existing(model: type[Parent], place: PlannedPlace | None) -> dict[str, Parent]:
    """The row in which a plan makes places, by its code; locked, so that it is not deleted meanwhile."""
    code = place.code if place else ""
    found = model._default_manager.select_for_update().filter(code=code).first()
    if found is None:
        raise ConflictError(_("%(code)s no longer exists. Open the page again.") % {"code": code})
    return {code: found}


def record_change(change: PlaceChange, *, warehouses: Rows, areas: Rows, locations: Rows) -> None:
    """Record the rows that a step made, in the transaction that made them."""
    change.warehouse_ids = [row.pk for row in warehouses]
    change.area_ids = [row.pk for row in areas]
    change.location_ids = [row.pk for row in locations]
    change.save()


@transaction.atomic
def undo_change(change_id: int) -> PlaceChange:
    """Delete what a step made; nothing the second time. Raises ConflictError with what is in the way."""
    change = PlaceChange.objects.select_for_update().get(pk=change_id)
    if change.undone_at is not None:
        return change
    made = _lock_made(change)
    hindrances = [words for model, ids in made for words in _dependents(model, ids, change)]
    if hindrances:
        words = _("This cannot be undone, because something depends on it: %(things)s.")
        raise ConflictError(words % {"things": ", ".join(hindrances)})
    for model, ids in made:  # as one statement each: what would stop Django's own delete was looked for above
        model._default_manager.filter(pk__in=ids)._raw_delete(using=DEFAULT_DB_ALIAS)
    change.undone_at = timezone.now()
    change.save(update_fields=["undone_at"])
    return change


def _lock_made(change: PlaceChange) -> list[tuple[type[Place], list[int]]]:
    """The rows of a step that still exist, children first, locked so that nothing new can refer to them."""
    wanted: Iterable[tuple[type[Place], list[int]]] = (
        (StorageLocation, change.location_ids),
        (StorageArea, change.area_ids),
        (Warehouse, change.warehouse_ids),
    )
    return [
        (
            model,
            list(
                model._default_manager.filter(pk__in=ids)
                .order_by("pk")
                .select_for_update()
                .values_list("pk", flat=True)
            ),
        )
        for model, ids in wanted
    ]


def _dependents(model: type[Place], ids: Collection[int], change: PlaceChange) -> Iterator[str]:
    """Rows of any table that refer to these and were not made by the step, as "3 photos"."""
    own: Mapping[type[models.Model], list[int]] = {
        StorageArea: change.area_ids,
        StorageLocation: change.location_ids,
    }
    for relation in model._meta.related_objects:
        table = relation.related_model
        if isinstance(table, str) or not issubclass(table, models.Model):
            continue
        rows = table._base_manager.filter(**{f"{relation.field.name}__in": ids})
        number = rows.exclude(pk__in=own.get(table, [])).count()
        if number:
            name = table._meta.verbose_name if number == 1 else table._meta.verbose_name_plural
            yield f"{number} {name}"
