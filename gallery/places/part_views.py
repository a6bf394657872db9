"""Draw one of several products of a location on its newest photo.

The page comes from the form that configures the location and goes back to it. It carries what is filled in there, so
nothing is lost on the way, and nothing is written before that form is saved.
"""

from dataclasses import replace

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from demeter.common.http import found_or_404
from gallery.common import permissions
from gallery.common.http import UNPROCESSABLE
from gallery.places import configuring
from gallery.places.location import find_location, location_detail
from gallery.places.part_drawing import PartDrawing, list_rows, newest_photo, tidy_corners
from gallery.places.part_forms import BACK, UNDO, USE, PartStepForm
from gallery.places.views import show_location
from locations.forms import ConfigureLocationForm
from locations.models import StorageLocation
from locations.models.photo_parts import write_corners


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(("photos.view_s3image", *permissions.FIX_PERMISSIONS["configure"]), raise_exception=True)
def draw(request: HttpRequest, code: str) -> HttpResponse:
    """The photo with the parts drawn so far; a POST is one step of drawing."""
    with found_or_404():
        location = find_location(code)
    step = PartStepForm(request.POST if request.method == "POST" else request.GET)
    if not step.is_valid():
        return redirect("location", code=location.code)
    form = _read_form(request, location, step)
    row, does = step.chosen_row, step.cleaned_data["do"]
    if row >= form.rows:
        return redirect("location", code=location.code)
    if does == BACK:
        return show_location(request, location_detail(code), form=form, is_drawn=True)
    drawing = _draw(location, form, step)
    mistake = drawing.find_mistake() if does == USE else ""
    if does == USE and not mistake:
        return show_location(request, location_detail(code), form=form, is_drawn=True)
    context = {"drawing": drawing, "mistake": mistake}
    return render(request, "gallery/places/draw_part.html", context, status=UNPROCESSABLE if mistake else 200)


def _read_form(request: HttpRequest, location: StorageLocation, step: PartStepForm) -> ConfigureLocationForm:
    """The form as it was filled in, with the corners of the row that was drawn; as it begins if nothing was sent."""
    if request.method != "POST":
        initial = configuring.config_values(configuring.suggested_config(location))
        return ConfigureLocationForm(initial=initial, label_suffix="")
    sent, row, corners = request.POST.copy(), step.cleaned_data["row"], step.cleaned_data["corners"]
    if row is not None and corners and step.cleaned_data["do"] != BACK:
        sent[f"part{row}_where"] = tidy_corners(corners)
    return ConfigureLocationForm(sent, label_suffix="")


def _draw(location: StorageLocation, form: ConfigureLocationForm, step: PartStepForm) -> PartDrawing:
    """The page after the step."""
    row = list_rows(form)[step.chosen_row]
    is_same = step.cleaned_data["row"] == row.number
    typed = step.cleaned_data["corners"] if is_same else row.where if row.is_drawn else ""
    drawing = PartDrawing(location=location, form=form, row=row.number, typed=typed, photo=newest_photo(location))
    if step.tapped and (drawing.corners or not typed):
        return replace(drawing, typed=write_corners((*drawing.corners, drawing.place_of(step.tapped))))
    if step.cleaned_data["do"] == UNDO:
        return replace(drawing, typed=write_corners(drawing.corners[:-1]))
    return drawing
