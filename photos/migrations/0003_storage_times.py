"""What is stored already was written, and verified, when its row says so."""

from django.db import migrations
from django.db.models import F


def fill_times(apps, _schema_editor):
    images = apps.get_model("photos", "S3Image").objects
    images.filter(kind="annotated", stored_at=None).update(stored_at=F("updated_at"))
    images.filter(kind="photo", stored_at__isnull=False).update(verified_at=F("stored_at"))
    with_thumbnail = images.filter(kind="photo", s3_key_thumbnail__isnull=False)
    with_thumbnail.update(thumbnail_stored_at=F("stored_at"))


class Migration(migrations.Migration):
    dependencies = [("photos", "0002_retention")]

    operations = [migrations.RunPython(fill_times, migrations.RunPython.noop)]
