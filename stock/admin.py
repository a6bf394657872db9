"""Stock in the Django admin. Batches can be described here; counts and movements come from the ledger."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from demeter.common.admin.readonly import ReadOnlyAdmin
from demeter.common.i18n.numbers import TYPED_NUMBERS
from demeter.common.search import SearchedAdmin
from stock.models import (
    DESCRIPTION_FIELDS,
    Calibration,
    CountShare,
    Decision,
    Difference,
    IntervalVersion,
    LossReason,
    Overlap,
    StockBatch,
    StockCount,
    StockDocument,
    StockMovement,
    Stocktake,
    Validation,
    Visit,
)


@admin.register(StockBatch)
class StockBatchAdmin(SearchedAdmin[StockBatch]):
    """Batches are created by counts and documents; people describe them."""

    list_display = (
        "batch_code",
        "location",
        "product",
        "packaging",
        "state",
        "quantity_current",
        "quantity_empty_containers",
        "created_at",
    )
    list_filter = ("state", "product__family", "location__storage_area__warehouse")
    list_select_related = ("location__storage_area__warehouse", "product", "packaging", "state")
    search_fields = ("batch_code", "location__code", "product__sku", "product__common_name")
    autocomplete_fields = ("state", "size")
    formfield_overrides = TYPED_NUMBERS
    date_hierarchy = "created_at"
    readonly_fields = tuple(
        field.name for field in StockBatch._meta.fields if field.name not in {"id", *DESCRIPTION_FIELDS}
    )

    def save_model(self, request: HttpRequest, obj: StockBatch, form: Any, change: bool) -> None:
        """Write nothing that the database keeps: it may have changed since the page was shown."""
        obj.save(update_fields=[*DESCRIPTION_FIELDS, "updated_at"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Batches begin with a count or a document."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is kept."""
        return False


class CountShareInline(admin.TabularInline[CountShare, StockCount]):
    """The other products that a count shows."""

    model = CountShare
    fields = readonly_fields = ("batch", "quantity", "quantity_empty")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The ledger writes them."""
        return False


@admin.register(StockCount)
class StockCountAdmin(ReadOnlyAdmin):
    inlines = (CountShareInline,)
    list_display = ("batch", "quantity", "quantity_empty", "happened_at", "user", "image_id", "withdrawn_at")
    list_filter = (("withdrawn_at", admin.EmptyFieldListFilter),)
    list_select_related = ("batch", "user")
    search_fields = ("batch__batch_code", "image_id", "session_id")
    date_hierarchy = "happened_at"


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    message_fields = ("reason",)
    list_display = ("happened_at", "batch", "kind", "quantity", "source_type", "user", "reason", "created_at")
    list_filter = ("kind", "source_type", ("reverses", admin.EmptyFieldListFilter))
    list_select_related = ("batch", "user")
    search_fields = ("batch__batch_code", "image_id", "session_id", "reason")
    date_hierarchy = "happened_at"


@admin.register(StockDocument)
class StockDocumentAdmin(ReadOnlyAdmin):
    """What people recorded; undone by another document, never here."""

    list_display = ("number", "kind", "happened_at", "user", "note", "source", "reverses", "created_at")
    list_filter = ("kind", "source", ("reverses", admin.EmptyFieldListFilter))
    list_select_related = ("user", "reverses")
    search_fields = ("=id", "note", "user__username")
    date_hierarchy = "happened_at"


@admin.register(Stocktake)
class StocktakeAdmin(ReadOnlyAdmin):
    """Opened and signed on the pages of the gallery."""

    list_display = ("number", "day", "warehouse", "area", "opened_by", "moment", "closed_at", "closed_by")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    list_select_related = ("warehouse", "area__warehouse", "opened_by", "closed_by")
    search_fields = ("=id", "warehouse__code", "area__code")
    date_hierarchy = "day"


@admin.register(Validation)
class ValidationAdmin(ReadOnlyAdmin):
    """Photos whose true number is known."""

    list_display = ("moment", "source", "counted", "truth", "predicted_error", "product", "packaging", "container_kind")
    list_filter = ("source", "container_kind", ("withdrawn_at", admin.EmptyFieldListFilter))
    list_select_related = ("product", "packaging")
    search_fields = ("image_id", "session_id", "product__common_name", "product__sku")
    date_hierarchy = "created_at"


@admin.register(IntervalVersion)
class IntervalVersionAdmin(ReadOnlyAdmin):
    """What was learned from them, and when."""

    list_display = ("created_at", "validations", "level")
    search_fields = ("=id",)
    date_hierarchy = "created_at"


@admin.register(Calibration)
class CalibrationAdmin(ReadOnlyAdmin):
    """The versions of the factors; people switch them off and on in the gallery."""

    list_display = (
        "created_at",
        "product",
        "packaging",
        "container_kind",
        "factor",
        "photos",
        "verdict",
        "is_off",
        "user",
    )
    list_filter = ("verdict", "is_off", "container_kind", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("product", "packaging", "user")
    search_fields = ("=id", "product__common_name", "product__sku")
    date_hierarchy = "created_at"


@admin.register(LossReason)
class LossReasonAdmin(SearchedAdmin[LossReason]):
    """Why plants are lost: rename, switch off, add."""

    list_display = ("code", "name", "active")
    search_fields = ("code", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is kept; switch it off instead."""
        return False


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    """Which photos are one count, and who answered for them."""

    list_display = ("location", "last_at", "photos", "quantity", "answer", "is_open", "answered_by", "answered_at")
    list_filter = ("is_open", "answer")
    list_select_related = ("location__storage_area__warehouse", "answered_by")
    search_fields = ("location__code",)
    date_hierarchy = "last_at"


@admin.register(Overlap)
class OverlapAdmin(ReadOnlyAdmin):
    """What two photos of a visit both show, and who answered."""

    list_display = (
        "pk",
        "first_id",
        "second_id",
        "verdict",
        "awaits_comparison",
        "answer",
        "answered_by",
        "answered_at",
    )
    list_filter = ("verdict", "awaits_comparison")
    list_select_related = ("answered_by",)
    search_fields = ("first_id", "second_id")
    date_hierarchy = "created_at"


class DecisionInline(admin.TabularInline[Decision, Difference]):
    """What people decided."""

    model = Decision
    fk_name = "difference"
    fields = readonly_fields = ("created_at", "kind", "about", "quantity", "reason", "document", "assigned_to", "user")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Decisions are made on the page of the difference."""
        return False


@admin.register(Difference)
class DifferenceAdmin(ReadOnlyAdmin):
    """Counts that differ from what was expected, and what people decided about them."""

    inlines = (DecisionInline,)
    list_display = ("moment", "batch", "expected", "counted", "noise", "explained", "unexplained", "assigned_to")
    list_filter = ("taken_back", "is_gone", ("recount_since", admin.EmptyFieldListFilter))
    list_select_related = ("batch", "assigned_to")
    search_fields = ("batch__batch_code",)
    date_hierarchy = "moment"
