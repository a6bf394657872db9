"""The read model of the page that draws a part of a photo: the newest photo of a location, and the parts drawn so far.

One query besides those of the form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from locations.forms import ConfigureLocationForm
from locations.listing import check_corners, find_corners
from locations.models import StorageLocation
from locations.models.photo_parts import Corner, Corners, write_corners
from photos.models import S3Image
from photos.storage.object_store import presigned_url

PLAIN_WIDTH_PX = 280  # without scripts: fits a phone, and is never scaled, as a tap is told in pixels of the screen


@dataclass(frozen=True)
class ListedRow:
    """A row of the form that lists several products. `where` is as typed; `corners` are empty if it is no part of a
    photo."""

    number: int
    name: str
    where: str
    corners: Corners

    @property
    def is_drawn(self) -> bool:
        """Whether its part of the photo is drawn, not a side."""
        return bool(self.corners) and "%" not in self.where


@dataclass(frozen=True)
class PlainShape:
    """A part in the picture without scripts: its points and the place of its name, in pixels."""

    name: str
    points: str
    x: str
    y: str
    is_chosen: bool


@dataclass(frozen=True)
class PartDrawing:
    """The page for one of the rows; `typed` are its corners as text."""

    location: StorageLocation
    form: ConfigureLocationForm
    row: int
    typed: str
    photo: S3Image | None

    @cached_property
    def rows(self) -> list[ListedRow]:
        """Those with a product or a place, and the one that is drawn now."""
        return [
            row
            for row in list_rows(self.form)
            if row.number == self.row or row.where or self.form[f"part{row.number}_product"].value()
        ]

    @property
    def chosen(self) -> ListedRow:
        """The row that is drawn now."""
        return next(row for row in self.rows if row.number == self.row)

    @property
    def others(self) -> list[ListedRow]:
        """The other rows whose part of the photo is known."""
        return [row for row in self.rows if row.number != self.row and row.corners]

    @property
    def corners(self) -> Corners:
        """What has been drawn so far."""
        return find_corners(self.typed)

    @property
    def kept(self) -> Iterator[tuple[str, object]]:
        """The values of the form that the page hands on, by name."""
        yield "parts", self.form.rows
        for name in self.form.fields:
            value = self.form[name].value()
            yield name, "" if value is None else value

    # --- The picture
    @property
    def picture_url(self) -> str:
        """The preview, signed for an hour; empty without a photo."""
        return presigned_url(self.photo.s3_key_preview) if self.photo and self.photo.s3_key_preview else ""

    @property
    def plain_size(self) -> tuple[int, int]:
        """Width and height of the picture without scripts."""
        width, height = (self.photo.width_px, self.photo.height_px) if self.photo else (None, None)
        return PLAIN_WIDTH_PX, max(1, round(PLAIN_WIDTH_PX * (height or 1) / (width or 1)))

    @property
    def plain_shapes(self) -> list[PlainShape]:
        """The other parts, then the one that is drawn now."""
        others = [self._plain_shape(row.name, row.corners) for row in self.others]
        own = [self._plain_shape(self.chosen.name, self.corners, is_chosen=True)] if self.corners else []
        return [*others, *own]

    def _plain_shape(self, name: str, corners: Corners, *, is_chosen: bool = False) -> PlainShape:
        width, height = self.plain_size
        pixels = [(x * width / 100, y * height / 100) for x, y in corners]
        x, y = (sum(values) / len(pixels) for values in zip(*pixels, strict=True))
        return PlainShape(name, " ".join(f"{x:.1f},{y:.1f}" for x, y in pixels), f"{x:.1f}", f"{y:.1f}", is_chosen)

    @property
    def shapes(self) -> list[dict[str, object]]:
        """The other parts for the script."""
        return [{"name": row.name, "corners": row.corners} for row in self.others]

    def place_of(self, tapped: tuple[int, int]) -> Corner:
        """Percent of the photo for a pixel of the picture without scripts."""
        x, y = (min(100.0, round(100 * pixel / size, 1)) for pixel, size in zip(tapped, self.plain_size, strict=True))
        return x, y

    def find_mistake(self) -> str:
        """Why the corners cannot be used; empty if they can."""
        if self.typed and not self.corners:
            return _(
                "Write each corner in percent from the left and from the top, with a comma after it: 10 10, 60 10."
            )
        try:
            check_corners(self.corners, [(row.name, row.corners) for row in self.others])
        except ValidationError as error:
            return " ".join(error.messages)
        return ""


def list_rows(form: ConfigureLocationForm) -> list[ListedRow]:
    """The rows of a form, sent or not, with the names of their products."""
    rows = []
    for number in range(form.rows):
        product = form[f"part{number}_product"]
        names = {str(value): str(label) for value, label in product.field.choices if value}  # type: ignore[attr-defined]
        where = str(form[f"part{number}_where"].value() or "")
        name = names.get(str(product.value()), _("Listed product %(number)d") % {"number": number + 1})
        rows.append(ListedRow(number, name, where, find_corners(where)))
    return rows


def newest_photo(location: StorageLocation) -> S3Image | None:
    """The newest photo of a location that can be shown, counted or not."""
    photos = S3Image.objects.filter(storage_location=location, kind=S3Image.Kind.PHOTO, deleted_at=None)
    shown = photos.filter(width_px__gt=0, height_px__gt=0).exclude(s3_key_preview=None).exclude(s3_key_preview="")
    return shown.order_by("-moment", "-image_id").first()


def tidy_corners(typed: str) -> str:
    """The corners in one line, as the form stores them; what cannot be read stays as it was typed."""
    corners = find_corners(typed)
    return write_corners(corners) if corners else " ".join(typed.split())
