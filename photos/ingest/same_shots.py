"""The same shot in other bytes: sent by a messenger, edited, converted.
`photos.ingest.storing` looks once it is described.

A byte-for-byte copy is a duplicate and never gets a row (`photos.upload.accepting`). These photos get one, since they
may differ; the gallery says so and links to the first.
"""

from photos.models import S3Image


def mark_same_shots(image: S3Image) -> None:
    """Link all photos of this camera and second to the first. Of two at once, the later one sees both."""
    written = image.exif_metadata or {}
    if image.taken_at is None or "camera_model" not in written:
        return
    shots = S3Image.objects.photos().visible().filter(taken_at=image.taken_at)
    same = shots.filter(exif_metadata__camera_model=written["camera_model"]).order_by("created_at", "pk")
    first = same.first()
    if first is not None:
        same.exclude(pk=first.pk).update(same_shot_as=first)
