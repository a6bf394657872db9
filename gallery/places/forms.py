"""The parameters of the map."""

from django import forms

from gallery.common.forms import MAX_PAGE, PageForm
from locations.models import Warehouse


class MapForm(PageForm):
    """`page` is that of the list, `part` that of the schematic."""

    part = forms.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)
    warehouse_id = forms.ModelChoiceField(queryset=Warehouse.objects.filter(active=True), required=False)
