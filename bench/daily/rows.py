"""The photos that are measured with: rows with marks, and the pictures of the demo nursery in the size of a phone's."""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from django.utils import timezone
from PIL import Image

from demeter.local.programs import PROJECT_DIR
from locations.models import StorageLocation
from photos.decoding.pixels import encode_jpeg, make_preview, make_thumbnail
from photos.models import S3Image, Upload
from photos.storage.object_store import put_object
from processing.models import Detection, ProcessingSession
from processing.pictures.annotated_pictures import restore_annotated
from tests.locations.factories import LocationConfigFactory, StorageLocationFactory
from tests.locations.label_pictures import paint_qr
from tests.photos.factories import S3ImageFactory
from tests.processing.factories import ProcessingSessionFactory, make_bed
from tests.processing.fakes import paint_container, paint_grid, paint_picture

WIDTH_PX, HEIGHT_PX = 4000, 3000
BED_PHOTO = PROJECT_DIR / "demo" / "photos" / "bed-wide-mixed.jpg"
TRAY = (20, 20, 380, 280)
MARK_SIDE = 0.75  # of the distance between two marks
HOLE_EVERY = 30


def make_bay(name: str, code: str, product: str = "Agave") -> StorageLocation:
    """A configured bay, near no other, with a label."""
    bay = StorageLocationFactory(name=name, code=code, qr_code=f"DEM-{code}")
    LocationConfigFactory(location=bay, product__common_name=product)
    return bay


def grid(marks: int) -> list[tuple[float, float]]:
    """Places in rows all over the photo, in pixels; each `HOLE_EVERY`th of them stays without a mark."""
    columns = round((marks * WIDTH_PX / HEIGHT_PX) ** 0.5)
    rows = -(-marks // columns)
    across, down = WIDTH_PX / (columns + 1), HEIGHT_PX / (rows + 1)
    return [(across * (number % columns + 1), down * (number // columns + 1)) for number in range(marks)]


def holes(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where plants stand that were not found."""
    return list(places[HOLE_EVERY // 2 :: HOLE_EVERY])


def make_photo(marks: int, location: StorageLocation | None = None, *, annotated: bool = False) -> ProcessingSession:
    """A counted photo, its pictures in the storage."""
    session = make_bed(location=location, estimated=marks)
    image = session.original_image
    places = grid(marks + marks // HOLE_EVERY)
    found = [place for place in places if place not in holes(places)][:marks]
    ProcessingSession.objects.filter(pk=session.pk).update(
        total_detected=len(found), total_estimated=len(found), category_counts={"plant": len(found)}
    )
    segment = session.segments.get()
    corners = [[0, 0], [WIDTH_PX, 0], [WIDTH_PX, HEIGHT_PX], [0, HEIGHT_PX]]
    type(segment).objects.filter(pk=segment.pk).update(detected=len(found), estimated=len(found), polygon=corners)
    side = MARK_SIDE * (places[1][0] - places[0][0])
    Detection.objects.bulk_create(
        Detection(
            segment=segment,
            class_id=0,
            center_x_px=x,
            center_y_px=y,
            width_px=side,
            height_px=side,
            confidence=0.8,
        )
        for x, y in found
    )
    S3Image.objects.filter(pk=image.pk).update(
        width_px=WIDTH_PX, height_px=HEIGHT_PX, storage_location=location, taken_at=timezone.now()
    )
    store_pictures(image)
    if annotated:
        store_annotated(session)
    session.refresh_from_db()
    return session


def store_pictures(image: S3Image) -> None:
    """Original, preview and thumbnail of the bed."""
    for key, data in zip(
        (image.s3_key_original, image.s3_key_preview, image.s3_key_thumbnail), pictures(), strict=True
    ):
        put_object(str(key), data, content_type="image/jpeg")


def store_annotated(session: ProcessingSession) -> None:
    """The picture with marks that a run leaves."""
    image = session.original_image
    drawn = S3ImageFactory(annotated=True, s3_key_original=f"annotated/{image.pk}.jpg", stored_at=timezone.now())
    ProcessingSession.objects.filter(pk=session.pk).update(processed_image=drawn)
    restore_annotated(ProcessingSession.objects.get(pk=session.pk))


@cache
def pictures() -> tuple[bytes, bytes, bytes]:
    """Original, preview and thumbnail, as a phone's photo of 12 megapixels would have them."""
    whole = Image.open(BED_PHOTO).convert("RGB").resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.BICUBIC)
    original = encode_jpeg(np.asarray(whole))
    preview = make_preview(original)
    return original, preview, make_thumbnail(preview)


def make_problem(upload: Upload | None = None) -> ProcessingSession:
    """A photo whose location is missing, of the same upload as the last one if that is given."""
    more = {"job__image__upload": upload} if upload else {}
    session = ProcessingSessionFactory(needs_location=True, **more)
    store_pictures(session.original_image)
    return session


def write_tray(path: Path, number: int) -> Path:
    """A photo of a tray of 24 cells, `number` of them empty; no two are the same file."""
    rgb = paint_picture(400, 300)
    rgb[290:] = np.random.default_rng().integers(100, 150, rgb[290:].shape)
    paint_container(rgb, "plug", TRAY)
    paint_grid(rgb, TRAY, rows=4, columns=6, side=24, empty=range(number))
    path.write_bytes(encode_jpeg(rgb, 95))
    return path


def write_label(path: Path, bay: StorageLocation) -> Path:
    """A photo of a bay's label."""
    rgb = np.full((900, 900, 3), 235, dtype=np.uint8)
    paint_qr(rgb, bay.qr_code, x=150, y=150, side_px=600)
    path.write_bytes(encode_jpeg(rgb, 95))
    return path


def write_bed(path: Path, number: int) -> Path:
    """One of many photos of half a megabyte, no two alike."""
    picture = Image.open(BED_PHOTO).convert("RGB").resize((1600, 1200), Image.Resampling.BICUBIC)
    moved = picture.transform(picture.size, Image.Transform.AFFINE, (1, 0, 7 * number, 0, 1, 5 * number))
    data = io.BytesIO()
    moved.save(data, "JPEG", quality=90)
    path.write_bytes(data.getvalue())
    return path


def put_away() -> None:
    """No photo of an earlier measurement waits for anybody."""
    S3Image.objects.photos().filter(deleted_at=None).update(deleted_at=timezone.now())
