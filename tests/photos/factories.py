"""Uploads and photos in every state."""

from datetime import UTC, datetime

import factory
from django.utils import timezone

from demeter.common.i18n.messages import TEXT, Message
from photos.models import S3Image, Upload
from photos.statuses import ImageStatus, UploadSource
from tests.factories import UserFactory

STORED_AT = datetime(2025, 10, 8, 10, 30, tzinfo=UTC)


class UploadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Upload

    user = factory.SubFactory(UserFactory)
    source = UploadSource.WEB


class S3ImageFactory(factory.django.DjangoModelFactory):
    """A photo that was accepted and is not stored yet. Traits: stored, processing, ready, failed..."""

    class Meta:
        model = S3Image

    class Params:
        stored = factory.Trait(
            stored_at=STORED_AT,
            verified_at=STORED_AT,
            thumbnail_stored_at=factory.LazyFunction(lambda: timezone.now()),  # noqa: PLW0108  a test may stop the clock
            staging_name="",
            s3_key_thumbnail=factory.LazyAttribute(lambda image: f"thumbnails/2025/10/08/{image.image_id}.jpg"),
            s3_key_preview=factory.LazyAttribute(lambda image: f"previews/2025/10/08/{image.image_id}.jpg"),
            width_px=4032,
            height_px=3024,
        )
        annotated = factory.Trait(
            kind=S3Image.Kind.ANNOTATED,
            status=ImageStatus.READY,
            stored_at=factory.LazyFunction(lambda: timezone.now()),  # noqa: PLW0108  a test may stop the clock
            staging_name="",
            upload=None,
            uploaded_by_user=None,
        )
        processing = factory.Trait(stored=True, status=ImageStatus.PROCESSING)
        ready = factory.Trait(stored=True, status=ImageStatus.READY)
        needs_location = factory.Trait(
            stored=True,
            status=ImageStatus.FAILED,
            problem="needs_location",
            error_details=Message("no_gps"),
        )
        failed = factory.Trait(
            stored=True,
            status=ImageStatus.FAILED,
            problem="detection_failed",
            error_details=TEXT(text="No container could be counted."),
        )

    image_id = factory.Faker("uuid4", cast_to=None)
    s3_bucket = "demeter-photos"
    s3_key_original = factory.LazyAttribute(lambda image: f"originals/2025/10/08/{image.image_id}.jpg")
    staging_name = factory.LazyAttribute(lambda image: f"{image.image_id}.jpg")
    content_type = "image/jpeg"
    file_size_bytes = 2_485_760
    sha256 = factory.Faker("sha256")
    original_filename = factory.Sequence(lambda n: f"photo{n}.jpg")
    upload = factory.SubFactory(UploadFactory)
    upload_source = UploadSource.WEB
    uploaded_by_user = factory.SelfAttribute("upload.user")
