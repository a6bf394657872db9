"""The forms of the catalogue: one product, one packaging, the search of a list, a merge."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from demeter.common.i18n.numbers import TypedNumberField
from gallery.common.forms import PageForm
from locations.catalogue import find_by_name, find_or_make_family, suggest_sku
from locations.models import Packaging, Product, ProductCategory
from locations.models.nursery import CURRENCY_CHOICES

SKU_HELP = _("Short code on lists and in files. If you leave it empty, it is made from the name.")
SKU_INPUT = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"})
MOST_PRICE = 9_999_999_999


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
    price = TypedNumberField(label=_("Price"), required=False, min_value=0, max_value=MOST_PRICE)
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


class PackagingForm(forms.ModelForm[Packaging]):
    """A pot, a bag or the cell of a tray."""

    sku = forms.CharField(label="SKU", max_length=32, required=False, help_text=SKU_HELP, widget=SKU_INPUT)

    class Meta:
        model = Packaging
        fields = ("name", "packaging_type", "material", "colour", "diameter_cm", "height_cm", "volume_l", "sku")
        field_classes = dict.fromkeys(("diameter_cm", "height_cm", "volume_l"), TypedNumberField)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Entries in use only, and the usual ones first chosen."""
        super().__init__(*args, **{"label_suffix": "", **options})
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
