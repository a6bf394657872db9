"""Remove the demo nursery: exactly what `manage.py load_demo` made, the photos of its accounts, and their stock.

A demo row that something of the nursery's own needs (a bay of one's own with a product of the demo, a place with
photos of one's own) stays. Safe to repeat: the photos go one by one, everything else in one transaction at the end, and
until then the page offers to continue.
"""

from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from demeter.accounts.models import User
from demeter.common.exceptions import ConflictError
from locations.demo import DEMO_TABLES, Keys
from locations.models import LocationConfig, Nursery, Product, StorageLocation
from locations.nursery import forget_nursery
from photos.models import S3Image, S3ImageQuerySet, Upload
from processing.models import Job
from processing.trash import erase_photo
from stock.intervals import forget_photo
from stock.models import Calibration, Difference, StockBatch, StockCount, StockDocument, Visit
from stock.overlaps import forget_overlaps

PHOTOS_AT_ONCE = 300


@dataclass(frozen=True)
class Removal:
    """How far one step came: rows that were kept because something else needs them, and photos left for the next."""

    kept: int
    photos_left: int


def has_demo() -> bool:
    """Whether there is a demo that can be removed."""
    return Nursery.objects.exclude(demo={}).exists()


def demo_keys() -> Keys:
    """The rows of the demo by table."""
    return Nursery.objects.values_list("demo", flat=True).first() or {}


def demo_photos() -> S3ImageQuerySet:
    """The photos that the demo's accounts uploaded, also those in the trash."""
    return S3Image.objects.photos().filter(uploaded_by_user__in=demo_keys().get(User._meta.label, ()))


def remove_demo() -> Removal:
    """Remove photos, and when none is left, everything else.

    Raises ConflictError while photos of the demo are being counted, UnavailableError when storage cannot be reached.
    """
    photos = demo_photos()
    if Job.objects.unfinished().filter(image__in=photos).exists():
        raise ConflictError(_("Photos of the demo are still being counted. Try again in a few minutes."))
    for image in photos.order_by("created_at")[:PHOTOS_AT_ONCE]:
        forget_photo(image.pk)
        erase_photo(image)
    left = demo_photos().count()
    return Removal(kept=0 if left else _remove_rows(), photos_left=left)


@transaction.atomic
def _remove_rows() -> int:
    """Everything besides the photos; how many rows were kept."""
    nursery = Nursery.objects.select_for_update().first()
    if nursery is None or not nursery.demo:
        return 0
    keys: Keys = nursery.demo
    Upload.objects.filter(user__in=keys[User._meta.label], images=None).delete()
    _empty_places(keys[StorageLocation._meta.label])
    Calibration.objects.filter(product__in=keys.get(Product._meta.label, []), sessions=None).delete()
    kept = sum(_delete_unused(model, keys.get(model._meta.label, [])) for model in DEMO_TABLES)
    User.objects.filter(pk__in=keys[User._meta.label]).update(is_active=False)
    nursery.demo = {}
    nursery.save()
    if not nursery.name:
        nursery.delete()
    forget_nursery()
    transaction.on_commit(forget_nursery)
    return kept


def _empty_places(location_ids: list[int]) -> None:
    """Remove stock and configurations from the demo's places, except where photos of one's own are."""
    used = S3Image.objects.filter(storage_location__in=location_ids).values_list("storage_location_id", flat=True)
    empty = sorted(set(location_ids) - set(used))
    batches = StockBatch.objects.filter(location__in=empty)
    in_batches = list(batches.values_list("pk", flat=True))
    documents = StockDocument.objects.filter(Q(movements__batch__in=batches) | Q(hand_count__batch__in=batches))
    recorded = list(documents.values_list("pk", flat=True).distinct())
    with connection.cursor() as cursor:  # the ledger's own triggers allow it for this transaction alone
        cursor.execute("SELECT set_config('demeter.demo_is_removed', 'on', true)")
        cursor.execute(
            "DELETE FROM stock_decisions USING stock_differences AS difference"
            " WHERE difference.id = difference_id AND difference.batch_id = ANY(%s)",
            [in_batches],
        )
        Difference.objects.filter(batch__in=batches).delete()
        cursor.execute("DELETE FROM stock_movements WHERE batch_id = ANY(%s)", [in_batches])
        forget_overlaps(StockCount.objects.filter(batch__in=batches).values_list("image_id", flat=True))
        StockCount.objects.filter(batch__in=batches).delete()
        cursor.execute("DELETE FROM stock_documents WHERE id = ANY(%s)", [_without_movements(recorded)])
        cursor.execute("SELECT set_config('demeter.demo_is_removed', 'off', true)")
    Visit.objects.filter(location__in=empty).delete()
    batches.delete()
    LocationConfig.objects.filter(location__in=empty).delete()


def _without_movements(documents: list[int]) -> list[int]:
    """Not those that also moved plants of a place of one's own."""
    return list(StockDocument.objects.filter(pk__in=documents, movements=None).values_list("pk", flat=True))


def _delete_unused(model: type[models.Model], keys: list[int]) -> int:
    """Delete the rows that nothing else refers to; how many were kept."""
    rows = model._default_manager.filter(pk__in=keys)
    try:
        with transaction.atomic():
            rows.delete()
    except models.ProtectedError:
        return sum(not _delete_one(row) for row in rows)
    return 0


def _delete_one(row: models.Model) -> bool:
    try:
        with transaction.atomic():
            row.delete()
    except models.ProtectedError:
        return False
    return True
