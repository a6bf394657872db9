"""What the page Models takes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.common.api import YesNoField
from learning.exchange.exporting import LAYOUTS
from learning.models.data_sets import NAME_LENGTH
from locations.models import ProductCategory


class DataSetForm(forms.Form):
    """The name of a data set."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("A name that was used before gets its next version."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PromotionForm(forms.Form):
    """Which products models are promoted for."""

    category = forms.ModelChoiceField(
        ProductCategory.objects.order_by("name"),
        label=_("For"),
        required=False,
        empty_label=_("All products without models of their own"),
        help_text=_("A category of products; left out: all that have no models of their own."),
    )


class ShadowForm(forms.Form):
    """Whether models count in the shadow."""

    on = YesNoField(help_text="True: count new photos beside the live models.")


class LayoutForm(forms.Form):
    """In which layout a data set is downloaded."""

    layout = forms.ChoiceField(
        choices=[(layout, layout) for layout in LAYOUTS],
        help_text="Boxes and outlines as COCO, or as YOLO either of them.",
    )


class TrainingForm(forms.Form):
    """What to train on."""

    data_set_id = forms.IntegerField(min_value=1, max_value=2**63 - 1, help_text="A version of a data set.")


class ImportForm(DataSetForm):
    """A data set of another program."""

    file = forms.FileField(
        label=_("ZIP file"),
        help_text=_("COCO (a JSON file and pictures) or YOLO (folders images and labels)."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
