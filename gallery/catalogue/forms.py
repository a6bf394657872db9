"""The forms of the catalogue: one product, one packaging, one kind of tray or crate, the search of a list, a merge."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.numbers import PriceField, TypedNumberField, TypedWholeField
from gallery.catalogue.lengths import LengthsForm
from gallery.common.forms import PageForm
from locations.catalogue import find_by_name, find_or_make_family, suggest_code, suggest_sku
from locations.models import ContainerType, Packaging, Product, ProductCategory
from locations.models.nursery import CURRENCY_CHOICES

SKU_HELP = _("Short code on lists and in files. If you leave it empty, it is made from the name.")
SKU_INPUT = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})
MOST_CELLS = 10_000


class SearchForm(PageForm):
    """What a list shows."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    archived = forms.BooleanField(label=_("Archived ones"), required=False)

    def clean_q(self) -> str:
        """Text that the database can search."""
        return str(self.cleaned_data["q"]).replace("\x00", "")


class ProductForm(forms.ModelForm[Product]):
    """A product with its category; its family is found or made."""

    category = forms.ModelChoiceField(
        queryset=ProductCategory.objects.filter(active=True), label=_("Category"), empty_label=None
    )
    family_name = forms.CharField(
        label=_("Genus or family"),
        max_length=120,
        required=False,
        help_text=_("If you leave it empty, it is the genus of the scientific name."),
    )
    sku = forms.CharField(label="SKU", max_length=32, required=False, help_text=SKU_HELP, widget=SKU_INPUT)
    price = PriceField(label=_("Price"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), choices=[("", "---"), *CURRENCY_CHOICES], required=False)

    field_order = ("common_name", "scientific_name", "category", "family_name", "sku", "price", "currency")

    class Meta:
        model = Product
        fields = ("common_name", "scientific_name", "sku", "price", "currency")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})
        if self.instance.pk:
            family = self.instance.family
            self.initial.update(category=family.category_id, family_name=family.name)
            if self.instance.price is not None:
                self.initial["price"] = float(self.instance.price)

    def clean_sku(self) -> str:
        """The one it has, a typed one, or one from the name."""
        typed: str = self.cleaned_data["sku"].strip().upper()
        name = self.data.get(self.add_prefix("scientific_name")) or self.cleaned_data.get("common_name", "")
        return typed or self.instance.sku or suggest_sku(name, Product)

    def clean_price(self) -> Decimal | None:
        """Two decimals."""
        number: float | None = self.cleaned_data["price"]
        if number is None:
            return None
        price = round(Decimal(str(number)), 2)
        if price != Decimal(str(number)):
            raise forms.ValidationError(_("A price has at most two decimals."))
        return price

    def clean(self) -> dict[str, Any]:
        """No second product of the same name, and no price without a currency."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("price") is not None and not cleaned.get("currency"):
            self.add_error("currency", _("Choose the currency of the price."))
        if cleaned.get("price") is None:
            cleaned["currency"] = ""
        same = find_by_name(cleaned.get("common_name", ""), cleaned.get("scientific_name", ""))
        if same is not None and same.pk != self.instance.pk:
            words = _("There is a product of this name already: %(sku)s. Use that one, or write how this one differs.")
            self.add_error("common_name", forms.ValidationError(words, params={"sku": same.sku}))
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> Product:
        """With its family."""
        data = self.cleaned_data
        self.instance.family = find_or_make_family(
            category=data["category"], name=data["family_name"], scientific_name=data["scientific_name"]
        )
        return super().save(commit)


class PackagingForm(LengthsForm[Packaging]):
    """A pot, a bag or the cell of a tray."""

    length_labels = {"diameter_cm": _("Diameter (in)"), "height_cm": _("Height (in)")}
    sku = forms.CharField(label="SKU", max_length=32, required=False, help_text=SKU_HELP, widget=SKU_INPUT)

    class Meta:
        model = Packaging
        fields = ("name", "packaging_type", "material", "colour", "diameter_cm", "height_cm", "volume_l", "sku")
        field_classes = dict.fromkeys(("diameter_cm", "height_cm", "volume_l"), TypedNumberField)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Entries in use only, and the usual ones first chosen."""
        super().__init__(*args, **options)
        for name in ("packaging_type", "material", "colour"):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = field.queryset.filter(active=True)  # type: ignore[union-attr]
                field.empty_label = None

    def clean_sku(self) -> str:
        """The one it has, a typed one, or one from the name."""
        typed: str = self.cleaned_data["sku"].strip().upper()
        return typed or self.instance.sku or suggest_sku(self.cleaned_data.get("name", ""), Packaging)

    def clean_name(self) -> str:
        """No second packaging of the same name."""
        name: str = self.cleaned_data["name"]
        same = Packaging.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if same is not None:
            words = _(
                "There is a packaging of this name already: %(sku)s. Use that one, or write how this one differs."
            )
            raise forms.ValidationError(words, params={"sku": same.sku})
        return name


class ContainerForm(LengthsForm[ContainerType]):
    """A tray, a crate or loose pots: what holds many plants in a photo. The capacity of a grid is computed."""

    length_labels = {"length_cm": _("Length (in)"), "width_cm": _("Width (in)"), "height_cm": _("Height (in)")}
    rows = TypedWholeField(label=_("Rows"), required=False, min_value=1, max_value=MOST_CELLS)
    columns = TypedWholeField(label=_("Columns"), required=False, min_value=1, max_value=MOST_CELLS)
    capacity = TypedWholeField(
        label=_("Capacity"),
        required=False,
        min_value=1,
        max_value=MOST_CELLS,
        help_text=_("Cells or pots. With rows and columns it is computed."),
    )
    code = forms.CharField(label=_("Code"), max_length=32, required=False, help_text=SKU_HELP, widget=SKU_INPUT)

    field_order = ("name", "kind", "rows", "columns", "capacity", "length_cm", "width_cm", "height_cm", "code")

    class Meta:
        model = ContainerType
        fields = ("name", "kind", "rows", "columns", "capacity", "length_cm", "width_cm", "height_cm", "code")
        field_classes = dict.fromkeys(("length_cm", "width_cm", "height_cm"), TypedNumberField)
        help_texts = {"kind": _("It decides which densities of plants apply.")}

    def clean_code(self) -> str:
        """The one it has, a typed one, or one from the name."""
        typed: str = self.cleaned_data["code"].strip().upper()
        return typed or self.instance.code or suggest_code(self.cleaned_data.get("name", ""))

    def clean(self) -> dict[str, Any]:
        """Rows and columns come together and make the capacity."""
        cleaned: dict[str, Any] = super().clean() or {}
        if {"rows", "columns", "capacity"} & set(self.errors):
            return cleaned
        rows, columns, capacity = cleaned["rows"], cleaned["columns"], cleaned["capacity"]
        if (rows is None) != (columns is None):
            self.add_error("columns" if columns is None else "rows", _("Give both rows and columns, or neither."))
        elif rows is not None and columns is not None:
            if rows * columns > MOST_CELLS:
                self.add_error("rows", _("A tray or crate has at most %(most)d cells.") % {"most": MOST_CELLS})
            elif capacity not in (None, rows * columns) and "capacity" in self.changed_data:
                words = _("%(rows)d rows of %(columns)d make %(product)d. Correct the grid, or leave this empty.")
                numbers = {"rows": rows, "columns": columns, "product": rows * columns}
                self.add_error("capacity", words % numbers)
            cleaned["capacity"] = rows * columns
        return cleaned

    def clean_name(self) -> str:
        """No second one of the same name."""
        name: str = self.cleaned_data["name"]
        same = ContainerType.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).first()
        if same is not None:
            words = _("There is one of this name already: %(code)s. Use that one, or write how this one differs.")
            raise forms.ValidationError(words, params={"code": same.code})
        return name


class MergeForm(forms.Form):
    """Which product stays."""

    target = forms.ModelChoiceField(
        queryset=Product.objects.filter(active=True, is_mixed=False), label=_("The product that stays")
    )
    sure = forms.BooleanField(
        label=_("They are the same plant. This cannot be undone."),
        error_messages={"required": _("Tick the box first: a merge cannot be undone.")},
    )

    def __init__(self, *args: Any, source: Product, **options: Any) -> None:
        """Any other product in use."""
        super().__init__(*args, **{"label_suffix": "", **options})
        field = self.fields["target"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Product.objects.filter(active=True, is_mixed=False).exclude(pk=source.pk)
