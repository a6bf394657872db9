"""The lines of documents from rows of codes: a spreadsheet's or the API's. What is wrong is named with its reason."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demeter.common.exceptions import InvalidInputError
from demeter.common.i18n.numbers import PriceField, TypedWholeField
from gallery.movements.forms import batches_at
from gallery.movements.kinds import Kind
from gallery.upload.forms import LocationField
from locations.configuration import active_config
from locations.models import LocationConfig, Packaging, Product, ProductState, StorageLocation
from stock.lines import MOST_PLANTS, Line, Plants
from stock.models import LossReason, StockBatch


class CodedField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row by its code, in any case; the message names what was not found."""

    default_error_messages = {"invalid_choice": gettext_lazy("“%(value)s” is not known.")}


class RowForm(forms.Form):
    """One line: codes of the location and of what grows there. Empty codes are those of the only batch there, or of
    the configuration."""

    location = LocationField(queryset=StorageLocation.objects.with_names(), to_field_name="code")
    batch = CodedField(queryset=StockBatch.objects.all(), to_field_name="batch_code", required=False)
    product = CodedField(queryset=Product.objects.filter(active=True), to_field_name="sku", required=False)
    packaging = CodedField(queryset=Packaging.objects.filter(active=True), to_field_name="sku", required=False)
    state = CodedField(queryset=ProductState.objects.filter(active=True), to_field_name="code", required=False)
    quantity = TypedWholeField(min_value=-MOST_PLANTS, max_value=MOST_PLANTS)
    reason = CodedField(queryset=LossReason.objects.filter(active=True), to_field_name="code", required=False)
    unit_price = PriceField(required=False)
    to_location = LocationField(queryset=StorageLocation.objects.active(), to_field_name="code", required=False)
    to_product = CodedField(queryset=Product.objects.filter(active=True), to_field_name="sku", required=False)
    to_packaging = CodedField(queryset=Packaging.objects.filter(active=True), to_field_name="sku", required=False)
    to_state = CodedField(queryset=ProductState.objects.filter(active=True), to_field_name="code", required=False)


FIELDS = tuple(RowForm.base_fields)


def read_line(kind: Kind, values: Mapping[str, Any], *, names: Mapping[str, Promise] | None = None) -> Line:
    """The line of a row. Raises InvalidInputError with everything that is wrong with it; `names` are those of the
    fields for people."""
    form = RowForm({name: "" if values.get(name) is None else values[name] for name in FIELDS})
    if not form.is_valid():
        problems = [
            f"{(names or {}).get(name, name)}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()
        ]
        raise InvalidInputError(" ".join(problems))
    cleaned = form.cleaned_data
    plants: StockBatch | Plants = _new_plants(cleaned) if kind.comes_in else _batch(cleaned)
    price = cleaned["unit_price"]
    if cleaned["to_location"] and not kind.moves:
        raise InvalidInputError(_("Only a transplant or a transfer has a destination."))
    return Line(
        plants,
        cleaned["quantity"],
        _destination(cleaned, plants) if kind.moves else None,
        cleaned["reason"],
        None if price is None else Decimal(str(price)).quantize(Decimal("0.01")),
    )


def _new_plants(cleaned: Mapping[str, Any]) -> Plants:
    """What comes in: as written, and otherwise as the location is configured."""
    location = cleaned["location"]
    config: LocationConfig | None = active_config(location)
    if config is None:
        words = _("%(location)s is not configured: say first what grows there.")
        raise InvalidInputError(words % {"location": location.code})
    return Plants(
        location,
        cleaned["product"] or config.product,
        cleaned["packaging"] or (None if cleaned["product"] else config.packaging),
        cleaned["state"] or config.expected_state,
    )


def _batch(cleaned: Mapping[str, Any]) -> StockBatch | Plants:
    """The only batch at the location to which everything that is written applies; an earlier row may yet make it."""
    location = cleaned["location"]
    found: list[StockBatch] = list(batches_at(location) if not cleaned["batch"] else [cleaned["batch"]])
    for name in ("location", "product", "packaging", "state"):
        if cleaned[name]:
            found = [batch for batch in found if getattr(batch, name) == cleaned[name]]
    if len(found) > 1:
        filled = [batch for batch in found if batch.quantity_current]
        found = filled if len(filled) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found and not cleaned["batch"]:
        return _new_plants(cleaned)
    words = (
        _("%(location)s has no such plants.") if not found else _("%(location)s has several such batches: name one.")
    )
    raise InvalidInputError(words % {"location": location.code})


def _destination(cleaned: Mapping[str, Any], plants: StockBatch | Plants) -> Plants:
    """As before where nothing is written."""
    return Plants(
        cleaned["to_location"] or plants.location,
        cleaned["to_product"] or plants.product,
        cleaned["to_packaging"] or plants.packaging,
        cleaned["to_state"] or plants.state,
    )
