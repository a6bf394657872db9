"""The parameters of the map."""

from django import forms

from gallery.common.forms import PageForm
from locations.models import Warehouse


class MapForm(PageForm):
    warehouse_id = forms.ModelChoiceField(queryset=Warehouse.objects.filter(active=True), required=False)
