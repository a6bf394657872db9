"""What somebody does on the page that draws a part of a photo."""

from typing import Any

from django import forms

from gallery.places.part_drawing import PLAIN_WIDTH_PX
from locations.forms import MOST_PART_ROWS

USE, BACK, UNDO = "use", "back", "undo"


class PartStepForm(forms.Form):
    """A step: a corner tapped, the last one taken back, another row chosen (`draw`), or back to the form.

    `corners` is the text of the row that is being drawn (`row`).
    """

    row = forms.IntegerField(min_value=0, max_value=MOST_PART_ROWS - 1, required=False)
    draw = forms.IntegerField(min_value=0, max_value=MOST_PART_ROWS - 1, required=False)
    corners = forms.CharField(required=False)
    do = forms.ChoiceField(choices=[(name, name) for name in (USE, BACK, UNDO)], required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Browsers name the place of a tap after the picture, with a dot."""
        super().__init__(*arguments, **options)
        for axis in ("x", "y"):
            field = forms.IntegerField(min_value=0, max_value=100 * PLAIN_WIDTH_PX, required=False)
            self.fields[f"corner.{axis}"] = field

    @property
    def tapped(self) -> tuple[int, int] | None:
        """Where the picture was tapped, in its pixels. Only after the form is valid."""
        x, y = (self.cleaned_data[f"corner.{axis}"] for axis in ("x", "y"))
        return None if x is None or y is None else (x, y)

    @property
    def chosen_row(self) -> int:
        """The row to draw now. Only after the form is valid."""
        draw, row = self.cleaned_data["draw"], self.cleaned_data["row"]
        return draw if draw is not None else row or 0
