"""Small pictures cut from the demo photos, and variants of them with the same pixels and other bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

WIDTH_PX, HEIGHT_PX = 512, 384
# Left and upper edge of each piece, as a share of what is left beside it.
PLACES = ((0.0, 0.0), (1.0, 0.0), (0.5, 0.5), (0.0, 1.0), (1.0, 1.0))
JPEG_END = b"\xff\xd9"


@dataclass(frozen=True)
class Picture:
    """A file to upload."""

    name: str
    data: bytes


def make_pictures(folder: Path, count: int) -> list[Picture]:
    """The first `count` pieces of the photos in `folder`, with the EXIF of the photo they are of."""
    photos = sorted(folder.glob("*.jpg"))
    pieces = _pieces(photos)
    return [next(pieces) for _ in range(count)]


def _pieces(photos: list[Path]) -> Iterator[Picture]:
    for number, (left, upper) in enumerate(PLACES):
        for path in photos:
            output = BytesIO()
            with Image.open(path) as image:
                x, y = round(left * (image.width - WIDTH_PX)), round(upper * (image.height - HEIGHT_PX))
                piece = image.crop((x, y, x + WIDTH_PX, y + HEIGHT_PX))
                piece.save(output, "JPEG", quality=90, exif=image.getexif())
            yield Picture(f"{path.stem}-{number}.jpg", output.getvalue())


def vary(picture: Picture, mark: str) -> Picture:
    """The same picture with a comment before its end: another file, the same pixels and EXIF."""
    text = mark.encode("ascii")
    comment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
    return Picture(picture.name, picture.data.removesuffix(JPEG_END) + comment + JPEG_END)
