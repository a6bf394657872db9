"""Photos that were corrected mark by mark and signed off, with their originals in S3."""

import hashlib
import io
import zipfile
from datetime import timedelta

from django.utils import timezone

from locations.models import LocationConfig
from photos.models import S3Image
from photos.storage import object_store
from processing.models import ProcessingSession
from processing.review import corrections
from tests.factories import UserFactory
from tests.photos.files import make_picture
from tests.processing.factories import make_bed

PLANT, EMPTY, DEAD = range(3)


def correct_photo(
    config: LocationConfig | None, *, days_ago: float = 1, picture: bytes | None = None, x: float = 0.5
) -> ProcessingSession:
    """Three plants found, one added at (x, 0.5), an empty place, signed off."""
    session = make_bed(PLANT, PLANT, PLANT, EMPTY, location=config.location if config else None)
    data = picture or make_picture(size=(1000, 1000))
    S3Image.objects.filter(pk=session.original_image_id).update(
        sha256=hashlib.sha256(data).hexdigest(),
        taken_at=timezone.now() - timedelta(days=days_ago),
        storage_location=config.location if config else None,
    )
    ProcessingSession.objects.filter(pk=session.pk).update(
        predicted_error=1.0,
        container_kind="segment",
        model_versions={"detector": "d" * 64, "segmenter": "s" * 64},
        parameters_hash="p" * 16,
    )
    session.original_image.refresh_from_db()
    session.refresh_from_db()
    object_store.put_object(session.original_image.s3_key_original, data, content_type="image/jpeg")
    user = UserFactory(supervisor=True)
    corrections.correct(image=session.original_image, user=user, action="add", class_id=PLANT, x=x, y=0.5)
    session.refresh_from_db()
    corrections.sign_off(image=session.original_image, user=user, seen=session.total_estimated)
    session.refresh_from_db()
    return session


def make_zip(files: dict[str, bytes]) -> io.BytesIO:
    """A ZIP in memory."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    file.seek(0)
    return file
